from flowc import FlowSpec, project, step


@project(name="trial")
class Common:
    @step
    def start(self):
        self.next(self.end)


class TrainFlow(Common, FlowSpec):
    @step
    def end(self):
        pass
