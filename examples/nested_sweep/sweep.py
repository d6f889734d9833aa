"""A grid of learning rates inside a list of data sets: a foreach in a foreach. Written the Metaflow way, runs under either."""

from metaflow import FlowSpec, JSONType, Parameter, step


class NestedSweep(FlowSpec):
    """Fit a straight line by gradient descent, for every data set and every learning rate."""

    slopes = Parameter("slopes", type=JSONType, default="[0.5, 2.0, -1.0]", help="True slope of each data set.")
    rates = Parameter("rates", type=JSONType, default="[0.01, 0.1, 0.5]", help="Learning rates to try.")
    turns = Parameter("turns", default=40, help="Steps of gradient descent.")

    @step
    def start(self):
        """One branch per data set."""
        self.targets = list(self.slopes)
        self.next(self.make_data, foreach="targets")

    @step
    def make_data(self):
        """Points on a line, without noise."""
        self.slope = self.input
        self.points = [(x / 10, self.slope * x / 10) for x in range(-10, 11)]
        self.candidates = list(self.rates)
        self.next(self.fit, foreach="candidates")

    @step
    def fit(self):
        """Gradient descent with one learning rate."""
        self.rate = self.input
        guess = 0.0
        for _ in range(self.turns):
            gradient = sum(2 * x * (guess * x - y) for x, y in self.points) / len(self.points)
            guess -= self.rate * gradient
        self.error = round(abs(guess - self.slope), 9)
        self.next(self.best_rate)

    @step
    def best_rate(self, inputs):
        """Best learning rate of one data set."""
        best = min(inputs, key=lambda branch: branch.error)
        self.rate, self.error = best.rate, best.error
        self.merge_artifacts(inputs, include=["slope"])
        self.next(self.collect)

    @step
    def collect(self, inputs):
        """One row per data set."""
        self.table = [(branch.slope, branch.rate, branch.error) for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        """Print the table."""
        for slope, rate, error in self.table:
            print(f"slope {slope:5.1f}: best rate {rate}, error {error:.2e}")


if __name__ == "__main__":
    NestedSweep()
