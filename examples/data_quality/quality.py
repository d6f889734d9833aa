"""Check a file of sensor readings and decide what happens to it. Standard library only."""

import csv
import io
import statistics

from flowc import FlowSpec, IncludeFile, Parameter, step


class DataQuality(FlowSpec):
    """Publish readings that are good enough, repair those that nearly are, hold back the rest."""

    readings = IncludeFile("readings", default="readings.csv", help="A CSV file with the columns sensor and celsius.")
    allowed_missing = Parameter("allowed_missing", default=0.05, help="Share of empty values that is still published as it is.")
    repairable = Parameter("repairable", default=0.30, help="Share of empty values that can be repaired.")

    @step
    def start(self):
        """Parse the file."""
        self.rows = list(csv.DictReader(io.StringIO(self.readings)))
        self.next(self.count_missing, self.find_outliers)

    @step
    def count_missing(self):
        """Measure how much is missing."""
        self.missing = sum(1 for row in self.rows if not row["celsius"]) / len(self.rows)
        self.next(self.judge)

    @step
    def find_outliers(self):
        """List values more than three deviations away."""
        values = [float(row["celsius"]) for row in self.rows if row["celsius"]]
        middle, spread = statistics.median(values), statistics.pstdev(values)
        self.outliers = [value for value in values if abs(value - middle) > 3 * spread]
        self.next(self.judge)

    @step
    def judge(self, inputs):
        """Bring both measurements together."""
        self.merge_artifacts(inputs)
        self.next(self.decide)

    @step
    def decide(self):
        """Choose what happens to the file."""
        if self.missing <= self.allowed_missing:
            self.verdict = "good"
        elif self.missing <= self.repairable:
            self.verdict = "repairable"
        else:
            self.verdict = "bad"
        self.published = []
        self.next({"good": self.publish, "repairable": self.repair, "bad": self.end}, condition="verdict")

    @step
    def repair(self):
        """Fill gaps with the sensor's own median."""
        by_sensor = {}
        for row in self.rows:
            if row["celsius"]:
                by_sensor.setdefault(row["sensor"], []).append(float(row["celsius"]))
        for row in self.rows:
            row["celsius"] = row["celsius"] or str(statistics.median(by_sensor[row["sensor"]]))
        self.next(self.publish)

    @step
    def publish(self):
        """Keep what later flows read."""
        self.published = [(row["sensor"], float(row["celsius"])) for row in self.rows]
        self.next(self.end)

    @step
    def end(self):
        """Report."""
        print(f"{self.verdict}: {len(self.published)} of {len(self.rows)} readings published, {len(self.outliers)} outliers")


if __name__ == "__main__":
    DataQuality()
