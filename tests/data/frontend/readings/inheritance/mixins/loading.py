from flowc import IncludeFile, step

from .names import TABLE


class Loading:
    table = TABLE
    rows = IncludeFile("rows", default="rows.csv")

    @step
    def load(self):
        self.read_rows()
        self.next(self.train)

    def read_rows(self):
        self.data = self.rows
