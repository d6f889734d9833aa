"""A flow that runs when two events have come, when another flow has finished, and on Sundays."""

from flowc import FlowSpec, current, schedule, step, trigger, trigger_on_finish


@schedule(weekly=True)
@trigger(events=["orders", {"name": "prices"}])
@trigger_on_finish(flow="Linear")
class Triggered(FlowSpec):
    @step
    def start(self):
        self.by = [event.name for event in current.trigger.events] if current.trigger else []
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Triggered()
