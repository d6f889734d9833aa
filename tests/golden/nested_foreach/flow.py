"""A foreach in a foreach; the inner width depends on the outer item."""

from metaflow import FlowSpec, step


class NestedForeach(FlowSpec):
    @step
    def start(self):
        self.rows = [1, 2]
        self.next(self.row, foreach="rows")

    @step
    def row(self):
        self.row_number = self.input
        self.columns = list(range(self.row_number))
        self.next(self.cell, foreach="columns")

    @step
    def cell(self):
        self.label = f"{self.row_number}.{self.input}"
        self.depth = len(self.foreach_stack())
        self.next(self.join_cells)

    @step
    def join_cells(self, inputs):
        self.labels = [branch.label for branch in inputs]
        self.next(self.join_rows)

    @step
    def join_rows(self, inputs):
        self.labels = [branch.labels for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    NestedForeach()
