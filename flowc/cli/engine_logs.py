"""Where a scheduler keeps what a task prints while it runs, and what a killed one printed: the store learns only of attempts that end."""

import shlex


def where_logs_are(engine: str | None, flow: str, run: str) -> str | None:
    """Return what a person does to see the scheduler's own logs of a run; None for a run that no scheduler made.

    The ways are those of kubectl, of Airflow's pages and of the AWS command line in November 2026.
    """
    match engine:
        case "argo":
            label = shlex.quote(f"workflows.argoproj.io/workflow={run}")
            return f"a task that runs or was killed: kubectl logs -n NAMESPACE -l {label} -c main --prefix --tail=-1"
        case "airflow":
            return f"a task that runs or was killed: its log is on the page of run {run} in Airflow; `flowc status` prints the address"
        case "stepfunctions":
            prefix = shlex.quote(f"flowc-{flow.replace('.', '-')}-")
            return (
                f"a task that runs or was killed: aws logs tail /aws/batch/job --log-stream-name-prefix {prefix} "
                "(or the group that the settings name); `flowc status` prints the execution's address"
            )
        case _:
            return None
