"""A flow that runs at night, by the clock of one place."""

from metaflow import FlowSpec, Parameter, schedule, step


@schedule(cron="30 2 * * MON-FRI", timezone="Europe/Berlin")
class Nightly(FlowSpec):
    days = Parameter("days", default=1, help="How many days to look back")

    @step
    def start(self):
        self.total = sum(range(self.days + 1))
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Nightly()
