from flowc import FlowSpec, batch, kubernetes, resources, retry, step, timeout


class TrainFlow(FlowSpec):
    @retry(times="-1")
    @timeout(seconds=-5)
    @resources(cpu=0, gpu=-1)
    @batch(swappiness=101, ephemeral_storage=10)
    @kubernetes(image_pull_policy="Sometimes", port=0)
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
