"""Every step a pod of its own kind: the image and resources of the project, a GPU, a volume, secrets, a loop in one pod."""

import os

from flowc import FlowSpec, Parameter, catch, environment, kubernetes, resources, retry, secrets, step, timeout


class PodFlow(FlowSpec):
    """Loads shards, trains on each, tunes in turns."""

    note = Parameter("note", default="$(HOME) $$ {{ ti }}", help="dollar signs and braces")

    @environment(vars={"GREETING": "$(FLOWC_RUN) {{ x }}", "SCRIPT": "run.sh"})
    @secrets(sources=["kubernetes.warehouse"])
    @step
    def start(self):
        """Load."""
        self.seen = {name: os.environ.get(name) for name in ("GREETING", "SCRIPT", "WAREHOUSE")}
        self.shards = [1, 2]
        self.next(self.train, foreach="shards")

    @catch(var="problem")
    @retry(times=1, minutes_between_retries=0)
    @timeout(minutes=5)
    @kubernetes(
        image="registry.example/gpu:2",
        gpu=1,
        shared_memory=64,
        node_selector={"disk": "ssd"},
        tolerations=[{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        persistent_volume_claims={"models": "/models"},
        annotations={"note": "{{ not a template }}"},
        executable="/opt/venv/bin/python",
    )
    @resources(memory=16000)
    @step
    def train(self):
        self.loss = self.input
        self.next(self.best)

    @step
    def best(self, inputs):
        self.loss = min(other.loss for other in inputs)
        self.turns = 0
        self.next(self.tune)

    @resources(cpu=4)
    @step
    def tune(self):
        self.turns += 1
        self.next(self.judge)

    @kubernetes(memory=8000, secrets="judge")
    @step
    def judge(self):
        self.verdict = "again" if self.turns < 2 else "done"
        self.next({"again": self.tune, "done": self.end}, condition="verdict")

    @step
    def end(self):
        print(self.loss)


if __name__ == "__main__":
    PodFlow()
