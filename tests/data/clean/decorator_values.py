from flowc import FlowSpec, batch, kubernetes, resources, retry, schedule, step, timeout
from flowc import catch, environment, exit_hook, project, secrets, trigger

import settings


def told(run=None):
    print(run)


def event_name(context):
    return "table"


@schedule(daily=False, weekly=False, hourly=True, timezone="Europe/Berlin")
@trigger(event=event_name)
@project(name="trial_1", branch="team_a")
@exit_hook(on_error=[told], on_success=["told"])
@exit_hook(on_success=[told])
class TrainFlow(FlowSpec):
    @retry(times="0", minutes_between_retries=0.5)
    @timeout(seconds="90", minutes=0, hours=1.5)
    @catch(var=None, print_exception=0)
    @environment(vars={"A_B": 1, "a.b-c": "2"})
    @secrets(sources=["db", {"type": "inline", "options": {}}], role=None)
    @step
    def start(self):
        self.next(self.train)

    @resources(cpu=0.5, gpu="1", memory="4096", shared_memory=None, disk=settings.disk())
    @kubernetes(node_selector="a=b", tolerations=[], labels={"a": "b"}, gpu=0, qos="burstable", gpu_vendor="AMD", secrets="x")
    @batch(queue="q", host_volumes="/a", log_options=["a"], swappiness=0, use_tmpfs=True)
    @step
    def train(self):
        self.next(self.end)

    @step
    def end(self):
        pass
