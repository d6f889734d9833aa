"""What the Airflow target does with every construct of the language."""

from flowc.backends.capabilities import Support, lowered, native, notimpl, notyet
from flowc.backends.constructs import Construct

FULL_AIRFLOW = 5

CAPABILITIES: dict[Construct, Support] = {
    Construct.SINGLE_STEP: native("one task"),
    Construct.LINEAR: native("a >> b"),
    Construct.SPLIT: native("a >> [b, c]"),
    Construct.FOREACH: lowered("planner task and a mapped task group over the addresses of the items"),
    Construct.NESTED_FOREACH: lowered("bodies cut into segments, a mapped task group for each; one list of addresses for each level"),
    Construct.JOIN: native("all upstream tasks succeeded"),
    Construct.JOIN_OPENS: native("the join is an ordinary task"),
    Construct.SWITCH: lowered("gate task in front of each arm and of what follows"),
    Construct.SWITCH_IN_FOREACH: lowered("gate tasks inside the mapped task group"),
    Construct.SHARED_TAIL: lowered("one task behind a gate that several arms open"),
    Construct.LOOP: lowered("one task runs all turns and goes on after the last that committed"),
    Construct.GANG: notyet(
        "Airflow starts no set of pods together; that takes a JobSet in the cluster",
        instead="use a foreach where the processes need not see each other",
    ),
    Construct.PARAMETER: native("Param with its type, checked when a run is triggered"),
    Construct.JSON_PARAMETER: native("Param that takes any JSON value"),
    Construct.COMPUTED_DEFAULT: lowered("null in the trigger form; the first step computes the default"),
    Construct.INCLUDE_FILE: lowered("null in the trigger form; the default file travels in the code package"),
    Construct.CONFIG: native("read when the flow is compiled; its file travels in the code package"),
    Construct.RETRY: native("retries and retry_delay"),
    Construct.CATCH: lowered("the shim commits the exception; one more retry catches a container that died"),
    Construct.TIMEOUT: lowered("timer in the shim, execution_timeout a minute later"),
    Construct.RESOURCES: lowered("read, and of no effect on the worker").warning(
        "the worker runs the step within its own limits: nothing is reserved or capped"
    ),
    Construct.KUBERNETES: notimpl(
        "pods beside processes of the worker in one DAG",
        issue=FULL_AIRFLOW,
        instead='compile with --operator kubernetes (operator = "kubernetes" under [airflow] in flowc.toml), which makes every step a pod',
    ),
    Construct.BATCH: notimpl("an operator for AWS Batch", issue=FULL_AIRFLOW, instead="remove @batch to run the step on the worker"),
    Construct.ENVIRONMENT: native("environment of the task"),
    Construct.SECRETS: notimpl(
        "secrets that the worker reads",
        issue=FULL_AIRFLOW,
        instead="set the variable in the worker's environment, or compile with --operator kubernetes and name Kubernetes secrets",
    ),
    Construct.CONDA: notimpl("environments of the flow's own", instead="install the packages where the worker's python finds them"),
    Construct.PYPI: notimpl("environments of the flow's own", instead="install the packages where the worker's python finds them"),
    Construct.CARD: lowered("the step runs without its card, as everywhere so far"),
    Construct.PARALLEL: notyet(
        "Airflow starts no set of pods together; that takes a JobSet in the cluster",
        instead="use a foreach where the processes need not see each other",
    ),
    Construct.USER_DECORATOR: native("wraps the step in the task"),
    Construct.SCHEDULE: native("CronTriggerTimetable, with its time zone"),
    Construct.PROJECT: native("the DAG is named project.branch.Flow"),
    Construct.TRIGGER: native("an asset for each event; whoever sends the event updates it"),
    Construct.TRIGGER_ON_FINISH: native("the asset that the last step of every flow updates"),
    Construct.CONDA_BASE: notimpl("environments of the flow's own", instead="install the packages where the worker's python finds them"),
    Construct.PYPI_BASE: notimpl("environments of the flow's own", instead="install the packages where the worker's python finds them"),
    Construct.EXIT_HOOK: lowered("a teardown task behind all others; it reads the outcome from the records"),
    Construct.OTHER_DECORATOR: notimpl("a meaning on Airflow", instead="remove the decorator for this target"),
}

_IN_THE_IMAGE = "install the packages in the image"

POD_CAPABILITIES: dict[Construct, Support] = CAPABILITIES | {
    Construct.RESOURCES: native("requests and limits of the pod, with @kubernetes the larger of both"),
    Construct.KUBERNETES: native("KubernetesPodOperator with a pod template"),
    Construct.SECRETS: native("Kubernetes secrets, whose keys become variables of the pod"),
    Construct.ENVIRONMENT: native("environment of the container"),
    Construct.BATCH: notimpl("an operator for AWS Batch", issue=FULL_AIRFLOW, instead="write @kubernetes instead of @batch"),
    Construct.CONDA: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.PYPI: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.CONDA_BASE: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
    Construct.PYPI_BASE: notimpl("environments of the flow's own", instead=_IN_THE_IMAGE),
}
"""The same with `--operator kubernetes`: every step is a pod."""
