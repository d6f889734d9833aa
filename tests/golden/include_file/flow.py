"""A file that travels with the flow."""

from metaflow import FlowSpec, IncludeFile, step


class Included(FlowSpec):
    words = IncludeFile("words", default="words.txt", is_text=True)

    @step
    def start(self):
        self.count = len(self.words.split())
        self.next(self.end)

    @step
    def end(self):
        self.first = self.words.split()[0]


if __name__ == "__main__":
    Included()
