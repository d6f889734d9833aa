"""The table `[stepfunctions]` of the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flowc.backends.base import Options
from flowc.backends.target_table import read_table
from flowc.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFunctionsOptions(Options):
    """How to compile for Step Functions and Batch. Roles are names or ARNs; None stands for the name that the written policies have.

    account, region: where the flow runs; None writes `${Account}` and `${Region}`, which `flowc deploy` fills in.
    partition: "aws", or another one of Amazon's, such as "aws-cn".
    job_queue: the Batch queue of steps whose @batch names none: a name or an ARN. platform: what the queue's machines are.
    machine_role: what the state machine may do. job_role: what the steps may do. execution_role: what starts their containers; Fargate
    needs one, and so do secrets. events_role: what lets schedules and events start the flow.
    log_group: where the containers' output goes; None leaves it to Batch (/aws/batch/job).
    history_log_group: where the executions' history goes; None writes none. history_log_level: which of its events.
    max_concurrency: how many items of a foreach run at the same time; None: 100, and less where foreaches nest.
    max_foreach_jobs: the most jobs that a foreach over plain steps starts; beyond it several items share one job.
    max_retry_minutes: let the waits between retries grow exponentially, up to so many minutes; None: they stay as the flow says.
    event_bus: where the events of @trigger arrive. event_source: the `source` that they have.
    assign_public_ip: whether containers on Fargate get an address of their own, as they need it in a public subnet.
    tags: what the state machine, its job definitions and its jobs are tagged with.
    """

    account: str | None = None
    region: str | None = None
    partition: str = "aws"
    job_queue: str | None = None
    platform: Literal["EC2", "FARGATE"] = "EC2"
    machine_role: str | None = None
    job_role: str | None = None
    execution_role: str | None = None
    events_role: str | None = None
    log_group: str | None = None
    history_log_group: str | None = None
    history_log_level: Literal["ALL", "ERROR", "FATAL"] = "ERROR"
    max_concurrency: int | None = field(default=None, metadata={"minimum": 1})
    max_foreach_jobs: int = field(default=10_000, metadata={"minimum": 1})
    max_retry_minutes: int | None = field(default=None, metadata={"minimum": 1})
    event_bus: str = "default"
    event_source: str = "flowc"
    assign_public_ip: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFunctionsSite:
    """How this AWS account is reached; no byte of a file depends on it.

    profile: of ~/.aws/config; None: as the AWS tools choose.
    manage_iam: whether `flowc deploy` makes the roles of iam-policies.json, or they are somebody else's work.
    validate: whether AWS is asked first if it would take the definition. start_alias: whether runs start from the alias; stand-ins for
    AWS may know neither.
    """

    profile: str | None = None
    manage_iam: bool = False
    validate: bool = True
    start_alias: bool = True


def read_options(settings: Settings) -> StepFunctionsOptions:
    """Return how to compile; raises UsageError as `read_table` does."""
    return read_table(settings, "stepfunctions", StepFunctionsOptions, StepFunctionsSite)[0]


def read_site(settings: Settings) -> StepFunctionsSite:
    """Return how the account is reached; raises UsageError as `read_table` does."""
    return read_table(settings, "stepfunctions", StepFunctionsOptions, StepFunctionsSite)[1]
