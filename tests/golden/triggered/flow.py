"""A flow that runs when two events have come, when another flow has finished, and on Sundays."""

from metaflow import FlowSpec, current, schedule, step, trigger, trigger_on_finish


@schedule(weekly=True)
@trigger(events=["orders", {"name": "prices"}])
@trigger_on_finish(flow="Linear")
class Triggered(FlowSpec):
    @step
    def start(self):
        cause = getattr(current, "trigger", None)  # Metaflow has none in a local run
        self.by = [event.name for event in cause.events] if cause else []
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Triggered()
