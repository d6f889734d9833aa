"""What the Argo target does with every construct of the language."""

from flowc.backends.capabilities import Support, lowered, native, notimpl
from flowc.backends.constructs import Construct

_IN_THE_IMAGE = "install the packages in the image"

CAPABILITIES: dict[Construct, Support] = {
    Construct.SINGLE_STEP: native("one task of the entry DAG"),
    Construct.LINEAR: native("depends"),
    Construct.SPLIT: native("tasks that depend on the same one"),
    Construct.FOREACH: native("withSequence over the number of items"),
    Construct.NESTED_FOREACH: native("withSequence in the DAG of the body"),
    Construct.JOIN: native("depends on all branches, or on all items"),
    Construct.JOIN_OPENS: native("the join is an ordinary task"),
    Construct.SWITCH: native("when, on the arm that the step chose"),
    Construct.SWITCH_IN_FOREACH: native("when, in the DAG of the body"),
    Construct.SHARED_TAIL: native("one template that several arms call"),
    Construct.LOOP: lowered("a template that calls itself, several turns at each level"),
    Construct.GANG: lowered("an indexed Job, whose pods start together"),
    Construct.PARAMETER: native("argument of the workflow"),
    Construct.JSON_PARAMETER: native("argument that holds JSON"),
    Construct.COMPUTED_DEFAULT: lowered("an empty argument; the first step computes the default"),
    Construct.INCLUDE_FILE: lowered("an empty argument; the default file travels in the code package"),
    Construct.CONFIG: native("read when the flow is compiled; its file travels in the code package"),
    Construct.RETRY: native("retryStrategy"),
    Construct.CATCH: lowered("the shim commits the exception; one more attempt catches a pod that died"),
    Construct.TIMEOUT: lowered("timer in the shim, activeDeadlineSeconds a minute later"),
    Construct.RESOURCES: native("requests and limits of the container, with @kubernetes the larger of both"),
    Construct.KUBERNETES: native("the pod of the step's template"),
    Construct.BATCH: notimpl("steps on AWS Batch", instead="write @kubernetes instead of @batch"),
    Construct.ENVIRONMENT: native("environment of the container"),
    Construct.SECRETS: native("Kubernetes secrets, whose keys become variables of the pod"),
    Construct.CONDA: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.PYPI: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.CARD: lowered("the step runs without its card, as everywhere so far"),
    Construct.PARALLEL: lowered("a pod of the gang's Job"),
    Construct.USER_DECORATOR: native("wraps the step in its pod"),
    Construct.SCHEDULE: native("CronWorkflow, with its time zone"),
    Construct.PROJECT: native("the objects are named project-branch-flow"),
    Construct.TRIGGER: native("Sensor of Argo Events; fields of an event fill parameters"),
    Construct.TRIGGER_ON_FINISH: lowered("Sensor of Argo Events; the exit hook of every flow announces that it succeeded"),
    Construct.CONDA_BASE: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.PYPI_BASE: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.EXIT_HOOK: native("hooks.exit; it reads the outcome from the records"),
    Construct.OTHER_DECORATOR: notimpl("a meaning on Argo", instead="remove the decorator for this target"),
}
