from flowc import FlowSpec, catch, parallel, step


class TrainFlow(FlowSpec):
    @catch
    @step
    def start(self):
        self.next(self.train, num_parallel=2)

    @catch
    @parallel
    @step
    def train(self):
        self.next(self.join)

    @catch
    @step
    def join(self, inputs):
        self.kind = "a"
        self.next({"a": self.a, "again": self.start}, condition="kind")

    @catch
    @step
    def a(self):
        self.next(self.end)

    @step
    def end(self):
        pass
