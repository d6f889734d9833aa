"""Four processes of one step that see each other."""

from metaflow import FlowSpec, current, parallel, step


class Gang(FlowSpec):
    @step
    def start(self):
        self.size = 3
        self.next(self.work, num_parallel=3)

    @parallel
    @step
    def work(self):
        self.place = (current.parallel.node_index, current.parallel.num_nodes)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.places = sorted(branch.place for branch in inputs)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Gang()
