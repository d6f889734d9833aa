"""Step Functions, Batch and S3 of moto 5.2.5 in one process, repaired where they would hide a failure; each job is a real process.

Usage: MOTO_PORT=… engine.py OPTIONS.json, of which: folder, environment (of the jobs), slots (jobs at once). The interpreter calls its own
services at MOTO_PORT.

Each patch names the defect it removes. A private name that moved is an AttributeError at the start: an upgrade of moto is read anew.
Not repaired: a ResultWriter writes its manifest without result files; `$$.Execution.Name` in a child of a Distributed Map is the
parent's; a state's timeout does not end the job.
"""

import importlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import boto3
import moto
from batch_jobs import Machines
from moto.batch import models as batch
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer
from versions import add_versions

PINNED = "5.2.5"
PORT = int(os.environ["MOTO_PORT"])


def part(name: str) -> Any:
    """A module of moto's interpreter."""
    return importlib.import_module(f"moto.stepfunctions.parser.asl.component.state.exec.{name}")


callback = part("state_task.service.state_task_service_callback")
services = part("state_task.service.state_task_service_batch")
mapping = part("state_map.iteration.distributed_iteration_component")
Callback = callback.StateTaskServiceCallback
Distributed = mapping.DistributedIterationComponent


def patch(owner: Any, name: str, new: Any) -> Any:
    """Put `new` in the place of a name that must be there, and return what was there."""
    old = getattr(owner, name)
    setattr(owner, name, new)
    return old


def patch_jobs(machines: Machines) -> None:
    """Jobs want docker; and describing them walks a dict that other threads grow: RuntimeError under load."""

    def describe_jobs(self: Any, jobs: list[str]) -> list[Any]:
        return [self._jobs[job].describe() for job in jobs if job in self._jobs]

    patch(batch.Job, "run", lambda job: machines.run(job))
    patch(batch.BatchBackend, "describe_jobs", describe_jobs)
    patch(callback, "_DELAY_SECONDS_SYNC_CONDITION_CHECK", 0.05)


def patch_names() -> None:
    """Names and values of requests are not brought into boto3's form: KeyError `JobName`, and a dict as S3 Body breaks."""

    def shape(service: Any, action: str | None, side: str) -> Any:
        client = boto3.client(service._get_boto_service_name(), region_name="us-east-1")
        operation = client.meta.method_to_api_mapping[service._get_boto_service_action(action)]
        return getattr(client.meta.service_model.operation_model(operation), side)

    def to_boto(self: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None) -> None:
        self._to_boto_request(parameters, shape(self, service_action_name, "input_shape"))

    def from_boto(self: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None) -> None:
        self._from_boto_response(response, shape(self, service_action_name, "output_shape"))

    patch(callback.StateTaskService, "_normalise_parameters", to_boto)
    patch(callback.StateTaskService, "_normalise_response", from_boto)


def patch_retries() -> None:
    """A retried `.sync` task ends at once as States.Timeout: the callback of attempt 0 was interrupted already."""

    def fresh_token(self: Any, env: Any, **rest: Any) -> None:
        if str(self.resource.condition) != "waitForTaskToken":
            env.callback_pool_manager.add(env.states.context_object.update_task_token())
        evaluate(self, env=env, **rest)

    evaluate = patch(Callback, "_eval_integration_pattern", fresh_token)


def patch_failed_items() -> None:
    """A Distributed Map swallows failed children and ignores ToleratedFailureCount. AWS also stops the other items; here they run on."""

    def count_failures(self: Any, env: Any, eval_input: Any) -> None:
        map_run(self, env=env, eval_input=eval_input)
        record = eval_input.map_run_record
        items = record.item_counter
        if items.failed.get() + items.timed_out.get() + items.aborted.get() > record.tolerated_failure_count:
            name = services.StatesErrorName(typ=services.StatesErrorNameType.StatesExceedToleratedFailureThreshold)
            details = {"mapRunFailedEventDetails": {"error": name.error_name, "cause": "tolerated failure threshold exceeded"}}
            event = services.FailureEvent(env=env, error_name=name, event_type="MapRunFailed", event_details=details)
            raise services.FailureEventException(event)

    map_run = patch(Distributed, "_map_run", count_failures)


def patch_waits(machines: Machines) -> None:
    """A task asks over HTTP twenty times a second whether its job has ended: a hundred of them take all of the processor.

    And an execution that is stopped leaves the jobs of its `.sync` tasks running; AWS terminates them.
    """

    def resolver_with_job(self: Any, env: Any, **rest: Any) -> Any:
        job = env.stack[-1]["JobId"]
        resolver = build(self, env=env, **rest)

        def resolve() -> Any:
            return resolver() if job in machines.ended else None

        resolve.job = job  # type: ignore[attr-defined]  # read below
        return resolve

    def terminate(self: Any, env: Any, sync_resolver: Any, **rest: Any) -> Any:
        outcome = wait(self, env=env, sync_resolver=sync_resolver, **rest)
        if outcome is None and not env.is_running() and hasattr(sync_resolver, "job"):
            boto3.client("batch", endpoint_url=f"http://127.0.0.1:{PORT}", region_name="us-east-1").terminate_job(
                jobId=sync_resolver.job, reason="the execution was stopped"
            )
        return outcome

    build = patch(services.StateTaskServiceBatch, "_build_sync_resolver", resolver_with_job)
    wait = patch(Callback, "_eval_sync", terminate)


def patch_branches() -> None:
    """A branch that fails by an error of Step Functions' own (`States.TaskFailed`) ends the execution as States.Runtime, uncaught."""

    def named(error_name: str | None) -> Any:
        own = error_name is not None and error_name.startswith("States.")
        return services.StatesErrorName.from_name(error_name) if own else custom(error_name=error_name)

    custom = patch(part("state_parallel.branches_decl"), "CustomErrorName", named)
    patch(part("state_map.iteration.iteration_worker"), "CustomErrorName", named)


def main() -> None:
    """Serve until the end of the process."""
    options = json.loads(Path(sys.argv[1]).read_text())
    assert moto.__version__ == PINNED, f"moto {PINNED} is needed, not {moto.__version__}: the patches touch its private names"
    machines = Machines(Path(options["folder"]), options["environment"], options["slots"])
    patch_jobs(machines)
    patch_names()
    patch_retries()
    if not options.get("hide_failed_items"):
        patch_failed_items()
    patch_waits(machines)
    patch_branches()
    add_versions()
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    ThreadedMotoServer(port=PORT, ip_address="127.0.0.1").start()
    print("ready", flush=True)
    threading.Event().wait()


main()
