"""Names of Metaflow that a task does not find."""

import helper
import metaflow
from flowc import Runner, FlowSpec, step
from metaflow import S3 as store, retry
from metaflow.runner.metaflow_runner import Runner as Again


class Refused(FlowSpec):
    @step
    def start(self):
        from metaflow import default_metadata
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    from metaflow import Deployer

    if Deployer:
        from metaflow import NBRunner
    Refused()
