"""A flow that its schedule starts every minute."""

from flowc import FlowSpec, current, schedule, step


@schedule(cron="* * * * *", timezone="Asia/Tokyo")
class Minutely(FlowSpec):
    @step
    def start(self):
        self.run = current.run_id
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Minutely()
