"""What each role of a flow may do, and no more: policies to review, or for `flowc deploy` to create roles with.

https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html, read in November 2026.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flowc.backends.stepfunctions.jobs import Jobs
from flowc.backends.stepfunctions.names import machine_name, resource_name
from flowc.backends.stepfunctions.options import StepFunctionsOptions
from flowc.backends.stepfunctions.places import ACCOUNT, arn, machine_arn, role_arn
from flowc.backends.stepfunctions.root import Root

_BATCH_RULE: Final = "rule/StepFunctionsGetEventsForBatchJobsRule"
"""Step Functions makes it by itself, to hear of jobs that end."""
_LOG_DELIVERY: Final = (
    *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries"),
    *("logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
)

Policy = dict[str, Any]


def policies(root: Root, jobs: Jobs, options: StepFunctionsOptions, *, maps: bool, starts: bool) -> dict[str, Any]:
    """Return, by role, its name, who may take it (`trust`) and what it may do (`policy`).

    maps: the flow has a foreach. starts: something starts the flow by itself.
    """
    flow = root.flow
    found = {
        "machine": _role(options.machine_role, flow, "machine", _trust("states", options, flow), _machine(root, jobs, options, maps=maps)),
        "job": _role(options.job_role, flow, "job", _trust("ecs-tasks", options), _job(root, options)),
    }
    secrets = sorted(set(_secrets(jobs)))
    if any("executionRoleArn" in definition["containerProperties"] for definition in jobs.definitions):
        found["execution"] = _role(options.execution_role, flow, "execution", _trust("ecs-tasks", options), _execution(secrets, options))
    if starts:
        found["events"] = _role(options.events_role, flow, "events", _trust("events", options, also="scheduler"), _events(root, options))
    found["deployer"] = {"policy": _deployer(root, jobs, options, found)}
    return found


def _role(given: str | None, flow: str, kind: str, trust: Policy, policy: Policy) -> dict[str, Any]:
    return {"name": given or resource_name(flow, kind), "trust": trust, "policy": policy}


def _trust(service: str, options: StepFunctionsOptions, flow: str | None = None, also: str | None = None) -> Policy:
    principals = [f"{name}.amazonaws.com" for name in (service, also) if name]
    condition: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": options.account or ACCOUNT}}
    if flow is not None:
        condition["ArnLike"] = {"aws:SourceArn": machine_arn(options, machine_name(flow))}
    principal = {"Service": principals[0] if len(principals) == 1 else principals}
    return _policy([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}])


def _machine(root: Root, jobs: Jobs, options: StepFunctionsOptions, *, maps: bool) -> Policy:
    machine = machine_name(root.flow)
    bucket = f"arn:{options.partition}:s3:::{root.bucket}/"
    definitions = [arn(options, "batch", f"job-definition/flowc-{machine}-*")]
    submit = ["batch:SubmitJob"] + (["batch:TagResource"] if any(job.tags for job in jobs.by_step.values()) else [])
    said = [
        _allow(["s3:GetObject", "s3:PutObject"], [f"{bucket}{root.runs}/*"]),
        _allow(submit, [*_queues(jobs, options), *definitions]),
        _allow(["batch:DescribeJobs", "batch:TerminateJob"], ["*"]),
        _allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], [arn(options, "events", _BATCH_RULE)]),
    ]
    if maps:
        results = [f"{bucket}{root.results}/*"]
        said += [
            _allow(["s3:GetObject", "s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"], results),
            _allow(["states:StartExecution"], [machine_arn(options, machine)]),
            _allow(
                ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"],
                [arn(options, "states", f"execution:{machine}/*")],
            ),
        ]
    if options.history_log_group is not None:
        said.append(_allow(_LOG_DELIVERY, ["*"]))
    return _policy(said)


def _job(root: Root, options: StepFunctionsOptions) -> Policy:
    """Whoever may not list a bucket is told of a key that is missing as of one that is denied, and then there is no prefix to look at."""
    bucket = f"arn:{options.partition}:s3:::{root.bucket}"
    under = f"{root.flow_prefix}/*"
    return _policy(
        [
            _allow(["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], [f"{bucket}/{under}"]),
            {**_allow(["s3:ListBucket"], [bucket]), "Condition": {"StringLikeIfExists": {"s3:prefix": [under]}}},
        ]
    )


def _execution(secrets: Sequence[str], options: StepFunctionsOptions) -> Policy:
    said = [
        _allow(["ecr:GetAuthorizationToken"], ["*"]),
        _allow(
            ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"], [arn(options, "ecr", "repository/*")]
        ),
        _allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"], [arn(options, "logs", f"log-group:{options.log_group or '/aws/batch/job'}:*")]
        ),
    ]
    if secrets:
        said.append(_allow(["secretsmanager:GetSecretValue"], secrets))
    return _policy(said)


def _events(root: Root, options: StepFunctionsOptions) -> Policy:
    machine = machine_arn(options, machine_name(root.flow))
    return _policy([_allow(["states:StartExecution"], [machine, f"{machine}:*"])])


def _deployer(root: Root, jobs: Jobs, options: StepFunctionsOptions, roles: Mapping[str, Mapping[str, Any]]) -> Policy:
    machine, bucket = machine_arn(options, machine_name(root.flow)), f"arn:{options.partition}:s3:::{root.bucket}"
    definitions = [arn(options, "batch", f"job-definition/flowc-{machine_name(root.flow)}-*")]
    said = [
        _allow(["s3:GetObject", "s3:PutObject"], [f"{bucket}/{root.flow_prefix}/*"]),
        _allow(["s3:ListBucket"], [bucket]),
        _allow(["states:ValidateStateMachineDefinition", "states:ListStateMachines", "batch:DescribeJobDefinitions"], ["*"]),
        _allow(
            [
                *(f"states:{action}StateMachine" for action in ("Create", "Update", "Describe", "Delete")),
                *(f"states:{action}StateMachineAlias" for action in ("Create", "Update", "Describe", "Delete")),
                *("states:ListStateMachineVersions", "states:ListStateMachineAliases", "states:DeleteStateMachineVersion"),
                *(
                    "states:TagResource",
                    "states:UntagResource",
                    "states:ListTagsForResource",
                    "states:StartExecution",
                    "states:ListExecutions",
                ),
            ],
            [machine, f"{machine}:*"],
        ),
        _allow(
            ["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"],
            [arn(options, "states", f"execution:{machine_name(root.flow)}:*")],
        ),
        _allow(["batch:RegisterJobDefinition", "batch:DeregisterJobDefinition", "batch:TagResource"], definitions),
        _allow(
            ["iam:PassRole"],
            sorted(
                {
                    *(role_arn(options, role["name"]) for role in roles.values()),
                    *(
                        definition["containerProperties"][key]
                        for definition in jobs.definitions
                        for key in ("jobRoleArn", "executionRoleArn")
                        if key in definition["containerProperties"]
                    ),
                }
            ),
        ),
    ]
    if "events" in roles:
        schedule, rule = resource_name(root.flow, "schedule"), f"rule/flowc-{machine_name(root.flow)}"
        said += [
            _allow(
                [f"scheduler:{action}Schedule" for action in ("Create", "Update", "Get", "Delete")],
                [arn(options, "scheduler", f"schedule/default/{schedule}")],
            ),
            _allow(
                [
                    *(
                        f"events:{action}"
                        for action in ("PutRule", "DescribeRule", "DeleteRule", "PutTargets", "RemoveTargets", "ListTargetsByRule")
                    ),
                    "events:TagResource",
                ],
                [arn(options, "events", f"{rule}*"), arn(options, "events", f"rule/*/flowc-{machine_name(root.flow)}*")],
            ),
        ]
    return _policy(said)


def _queues(jobs: Jobs, options: StepFunctionsOptions) -> list[str]:
    queues = dict.fromkeys(job.queue for job in jobs.by_step.values())
    return [queue if queue.startswith("arn:") else arn(options, "batch", f"job-queue/{queue}") for queue in queues]


def _secrets(jobs: Jobs) -> Iterable[str]:
    """The secrets that definitions name, without the key, stage and version behind the name."""
    for definition in jobs.definitions:
        for secret in definition["containerProperties"].get("secrets", ()):
            yield ":".join(secret["valueFrom"].split(":")[:7]) + "*"


def _allow(actions: Iterable[str], resources: Sequence[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _policy(statements: list[dict[str, Any]]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements}
