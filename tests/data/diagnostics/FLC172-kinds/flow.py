from flowc import FlowSpec, catch, kubernetes, retry, step


class TrainFlow(FlowSpec):
    @retry(times=1.5, minutes_between_retries=None)
    @catch(var=3, print_exception="yes")
    @kubernetes(cpu="two", image=["python"], gpu=True, node_selector=7, qos="Guaranteed")
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
