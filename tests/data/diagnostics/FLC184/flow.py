from flowc import FlowSpec, Parameter, step, trigger


@trigger(event={"name": "table_loaded", "parameters": {"tabel": "name"}})
class TrainFlow(FlowSpec):
    table = Parameter("table", default="users")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
