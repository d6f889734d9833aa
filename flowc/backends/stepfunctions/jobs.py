"""The Batch job of each step, and the job definitions behind them: one for all steps whose containers are the same."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flowc.backends.stepfunctions.arguments import Arguments, UnusableError
from flowc.backends.stepfunctions.compute import USUAL_CPU, USUAL_MEMORY, Requirements, read_size
from flowc.backends.stepfunctions.containers import (
    check_platform,
    ephemeral_storage,
    linux_parameters,
    log_configuration,
    tmpfs_path,
    volumes,
)
from flowc.backends.stepfunctions.json_text import compact
from flowc.backends.stepfunctions.names import JOB_LIMIT, machine_name, resource_name
from flowc.backends.stepfunctions.options import StepFunctionsOptions
from flowc.backends.stepfunctions.places import role_arn
from flowc.backends.stepfunctions.secrets import read_secrets
from flowc.backends.stepfunctions.tags import read_tags
from flowc.diagnostics import Report, codes
from flowc.ir.graph import Step
from flowc.runtime_shim import contract

COMMAND: Final = ("-m", "flowc.runtime_shim", "step")
USUAL_SIZE: Final[Requirements] = (("VCPU", str(USUAL_CPU)), ("MEMORY", str(USUAL_MEMORY)))
"""What a job definition says; a job that asks for something else overrides it."""
_HASH_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What starts the jobs of one step: its queue, the definition by name, the size, its tags, and the interpreter."""

    queue: str
    definition: str
    size: Requirements
    tags: tuple[tuple[str, str], ...]
    python: str


@dataclass(frozen=True, slots=True)
class Jobs:
    """The job of every step, and the requests that register their definitions (RegisterJobDefinition), each once."""

    by_step: Mapping[str, Job]
    definitions: tuple[Mapping[str, Any], ...]


def read_jobs(steps: Sequence[Step], flow: str, options: StepFunctionsOptions, report: Report) -> Jobs:
    """Return the jobs of the flow deployed as `flow`, without those of steps that something was reported for."""
    jobs: dict[str, Job] = {}
    definitions: dict[str, Mapping[str, Any]] = {}
    for step in steps:
        arguments = Arguments(step, report)
        try:
            definition, job = _read(arguments, flow, options, report)
        except UnusableError:
            continue
        definitions.setdefault(job.definition, definition)
        jobs[step.name] = job
    return Jobs(jobs, tuple(definitions.values()))


def _read(arguments: Arguments, flow: str, options: StepFunctionsOptions, report: Report) -> tuple[Mapping[str, Any], Job]:
    arguments.check_complete()
    check_platform(arguments, options.platform)
    size = read_size(arguments, options.platform, report)
    python = arguments.text("executable") or "python"
    tags = tuple(sorted({**options.tags, **dict(read_tags(arguments))}.items()))
    queue = _queue(arguments, options, report)
    body = _definition(arguments, flow, options, python, int(dict(size)["MEMORY"]), report)
    digest = hashlib.sha256(compact(body).encode()).hexdigest()[:_HASH_DIGITS]
    name = f"flowc-{machine_name(flow)}-{digest}"
    assert len(name) <= JOB_LIMIT, "a machine's name leaves room"
    return {"jobDefinitionName": name, **body}, Job(queue=queue, definition=name, size=size, tags=tags, python=python)


def _queue(arguments: Arguments, options: StepFunctionsOptions, report: Report) -> str:
    queue = arguments.text("queue") or options.job_queue
    if queue is None:
        report(
            codes.JOB_WITHOUT_QUEUE,
            arguments.step.span,
            step=arguments.step.name,
            help='set job_queue = "…" under [stepfunctions] in flowc.toml, or write @batch(queue="…")',
        )
        raise UnusableError
    return queue


def _definition(arguments: Arguments, flow: str, options: StepFunctionsOptions, python: str, memory: int, report: Report) -> dict[str, Any]:
    image = arguments.text("image") or options.image
    if image is None:
        report(
            codes.JOB_WITHOUT_IMAGE,
            arguments.step.span,
            step=arguments.step.name,
            help='set image = "…" in flowc.toml, give --image, or write @batch(image="…")',
        )
        raise UnusableError
    fargate = options.platform == "FARGATE"
    secrets = read_secrets(arguments, options, report)
    mounted, mounts = volumes(arguments)
    execution = arguments.text("execution_role") or options.execution_role
    if execution is None and (fargate or secrets):
        execution = resource_name(flow, "execution")
    storage = ephemeral_storage(arguments, options.platform)
    logs = log_configuration(arguments, options, machine_name(flow))
    container: dict[str, Any] = {
        "image": image,
        "command": [python, *COMMAND],
        "jobRoleArn": role_arn(options, arguments.text("iam_role") or options.job_role or resource_name(flow, "job")),
        "executionRoleArn": None if execution is None else role_arn(options, execution),
        "resourceRequirements": [{"type": name, "value": value} for name, value in USUAL_SIZE],
        "environment": _environment(arguments, flow, options),
        "secrets": list(secrets),
        "linuxParameters": linux_parameters(arguments, memory),
        "volumes": mounted,
        "mountPoints": mounts,
        "logConfiguration": logs,
        "privileged": arguments.flag("privileged") or None,
        "ephemeralStorage": None if storage is None else {"sizeInGiB": storage},
        "networkConfiguration": {"assignPublicIp": "ENABLED" if options.assign_public_ip else "DISABLED"} if fargate else None,
    }
    body: dict[str, Any] = {
        "type": "container",
        "platformCapabilities": [options.platform],
        "containerProperties": {name: value for name, value in container.items() if value not in (None, [], {})},
        "propagateTags": True,
    }
    return body | ({"tags": dict(sorted(options.tags.items()))} if options.tags else {})


def _environment(arguments: Arguments, flow: str, options: StepFunctionsOptions) -> list[dict[str, str]]:
    """What all jobs of the flow share, and where temporary files go in a step that has a file system in memory."""
    found = {contract.ENGINE: "stepfunctions", contract.FLOW: flow, contract.ROOT: options.root or ""}
    path = tmpfs_path(arguments)
    if path is not None:
        found[contract.TEMPDIR] = path
        if arguments.flag("tmpfs_tempdir", default=True):
            found["TMPDIR"] = path
    return [{"name": name, "value": value} for name, value in found.items()]
