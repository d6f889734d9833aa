"""Hooks that are called when the run is over, beside a split whose branches end at different times."""

from metaflow import FlowSpec, Parameter, exit_hook, step


def succeeded(run):
    print(f"hook: {run.id} succeeded")


def failed(run):
    print(f"hook: {run.id} failed")


@exit_hook(on_success=[succeeded], on_error=[failed])
class ExitHook(FlowSpec):
    broken = Parameter("broken", default=False)

    @step
    def start(self):
        self.next(self.fast, self.slow)

    @step
    def fast(self):
        if self.broken:
            raise ValueError("broken on purpose")
        self.next(self.join)

    @step
    def slow(self):
        self.items = [1, 2]
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.next(self.gather)

    @step
    def gather(self, inputs):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ExitHook()
