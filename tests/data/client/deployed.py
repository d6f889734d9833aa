from flowc import FlowSpec, project, step


@project(name="shop", branch="prod")
class Nightly(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Nightly()
