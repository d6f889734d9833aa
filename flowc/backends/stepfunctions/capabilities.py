"""What the Step Functions target does with every construct of the language."""

from flowc.backends.capabilities import Support, lowered, native, notimpl
from flowc.backends.constructs import Construct

_IN_THE_IMAGE = "install the packages in the image"

CAPABILITIES: dict[Construct, Support] = {
    Construct.SINGLE_STEP: native("one Task"),
    Construct.LINEAR: native("Next"),
    Construct.SPLIT: native("Parallel"),
    Construct.FOREACH: native("Distributed Map over the manifest that the step before it wrote"),
    Construct.NESTED_FOREACH: native("Distributed Map in a Distributed Map"),
    Construct.JOIN: native("the state behind the Parallel or Map"),
    Construct.JOIN_OPENS: native("the join is an ordinary Task"),
    Construct.SWITCH: lowered("a Choice over what the step handed over through the store"),
    Construct.SWITCH_IN_FOREACH: lowered("the same inside the Map"),
    Construct.SHARED_TAIL: native("several states name one Next"),
    Construct.LOOP: native("a Choice that leads back"),
    Construct.GANG: lowered("one job whose container runs all processes").warning(
        "all processes of the gang share one container, with the resources of the step: they are on one machine"
    ),
    Construct.PARAMETER: lowered("the execution's input, read by the first step"),
    Construct.JSON_PARAMETER: lowered("the execution's input, read by the first step"),
    Construct.COMPUTED_DEFAULT: lowered("the first step computes the default"),
    Construct.INCLUDE_FILE: lowered("the default file travels in the code package"),
    Construct.CONFIG: native("read when the flow is compiled; its file travels in the code package"),
    Construct.RETRY: native("Retry"),
    Construct.CATCH: lowered("Catch, and a Task that commits the exception; a container that died is caught too"),
    Construct.TIMEOUT: lowered("timer in the shim, AttemptDurationSeconds of the job a minute later"),
    Construct.RESOURCES: native("ResourceRequirements of the job"),
    Construct.KUBERNETES: notimpl(
        "a lowering to jobs on EKS", instead="write @batch instead of @kubernetes, or @resources for every target"
    ),
    Construct.BATCH: native("the Batch job and its definition"),
    Construct.ENVIRONMENT: native("environment of the container"),
    Construct.SECRETS: native("secrets of the job definition, by reference"),
    Construct.CONDA: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.PYPI: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.CARD: lowered("the step runs without its card, as everywhere so far"),
    Construct.PARALLEL: lowered("one job whose container runs all processes"),
    Construct.USER_DECORATOR: native("wraps the step in the task"),
    Construct.SCHEDULE: native("EventBridge Scheduler, with its time zone"),
    Construct.PROJECT: native("the state machine is named project-branch-Flow"),
    Construct.TRIGGER: native("an EventBridge rule that starts the flow"),
    Construct.TRIGGER_ON_FINISH: native("an EventBridge rule on the other state machine's success"),
    Construct.CONDA_BASE: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.PYPI_BASE: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.EXIT_HOOK: lowered("a job behind the flow, which a Catch leads to as well"),
    Construct.OTHER_DECORATOR: notimpl("a meaning on Step Functions", instead="remove the decorator for this target"),
}
