"""`flowc deploy`: shows what changes, uploads the code package, hands the flow to its scheduler."""

from typing import Any

import click

from flowc.cli.compare_files import diff_text
from flowc.cli.flow_argument import parse_flow_argument
from flowc.cli.output import say
from flowc.cli.target_options import overrides, show_findings, target_options
from flowc.errors import UsageError


@click.command()
@click.argument("flow", metavar="FLOW")
@click.option("--target", metavar="T", required=True, help="The scheduler to deploy to.")
@click.option("--dags-folder", metavar="DIR", help="The folder Airflow reads, a checkout of it, or s3://bucket/prefix.")
@click.option("--prune", is_flag=True, help="Also remove from the scheduler what this flow no longer has, and flowc made.")
@click.option("--rollback", is_flag=True, help="Go back to the version before, where the scheduler keeps versions (Step Functions).")
@click.option("--dry-run", is_flag=True, help="Show what would change; upload and write nothing.")
@target_options
def command(
    flow: str,
    target: str,
    dags_folder: str | None,
    dry_run: bool,
    prune: bool,
    rollback: bool,
    env: str | None,
    **settings: Any,
) -> int:
    """Deploy FLOW (train.py, or train.py:TrainFlow): the diff first, then the code package, then what the scheduler reads."""
    from flowc.api import compile_flows, deploy, plan_deploy
    from flowc.package import readable_size

    named = parse_flow_argument(flow)
    given = overrides(**settings)
    if dags_folder is not None:
        given["airflow.dags_folder"] = dags_folder
    result = compile_flows([(named.path, named.name)], [target], env=env, overrides=given)
    show_findings(result)
    if not result.ok:
        return 1
    if len(result.flows) != 1:
        names = ", ".join(compiled.name for compiled in result.flows) or "none"
        raise UsageError(f"{named.path} does not hold one flow but: {names}", help="name one, as in train.py:TrainFlow")
    deployment = plan_deploy(result.flows[0], prune=prune, rollback=rollback)
    for change in deployment.changes:
        if change.changes:
            say(diff_text(change.before or "", change.after or "", change.name))
        else:
            say(f"unchanged: {change.name}\n")
        if change.note:
            say(f"  note: {change.note}\n")
    if deployment.others:
        click.echo(
            f"flowc: warning: {deployment.unit.flow} is also deployed to {', '.join(deployment.others)} "
            f"with the root {deployment.unit.root}\n"
            "  note: two schedulers make the same run ids, and a run whose name is taken is refused\n"
            "  help: give each scheduler a root of its own, or a name in front of the flow's by the setting environment; "
            "where it is the same scheduler, name it by its address in both: url under [airflow]",
            err=True,
        )
    package = deployment.package
    if dry_run:
        if not rollback:
            say(f"would upload: {package.digest} ({readable_size(len(package.data))}) to {deployment.unit.root}\n")
        return 0
    deploy(deployment)
    if not rollback:
        say(f"code package: {package.digest} ({readable_size(len(package.data))}) in {deployment.unit.root}\n")
    for change in deployment.changes:
        if change.changes:
            say(f"{'created' if change.before is None else 'removed' if change.after is None else 'replaced'}: {change.name}\n")
    for line in deployment.advice:
        say(f"{line}\n")
    return 0
