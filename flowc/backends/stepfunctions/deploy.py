"""Deploys a flow to an AWS account: roles on request, job definitions, state machine with a version, the alias, what starts it.

Equal means no call that writes. Another flow's, or somebody's own, state machine is refused.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flowc.backends.deploying import Change, DeployUnit
from flowc.backends.stepfunctions.account import Account
from flowc.backends.stepfunctions.changes import AwsChange
from flowc.backends.stepfunctions.deploy_jobs import job_changes, unused_jobs
from flowc.backends.stepfunctions.deploy_machine import Machine
from flowc.backends.stepfunctions.deploy_roles import role_changes
from flowc.backends.stepfunctions.deploy_starts import rule_changes, schedule_changes
from flowc.backends.stepfunctions.options import read_options, read_site
from flowc.backends.stepfunctions.places import filled
from flowc.settings import Settings

DEFINITION, JOBS, DEPLOYMENT, POLICIES = "state-machine.asl.json", "job-definitions.json", "deployment.json", "iam-policies.json"


def connect(settings: Settings) -> "AccountDeployer":
    """Return what deploys to the account of the settings; raises UsageError where there is none."""
    site = read_site(settings)
    return AccountDeployer(Account(read_options(settings), site), validate=site.validate, manage_iam=site.manage_iam)


class AccountDeployer:
    """See `flowc.backends.deploying.Deployer`.

    validate: ask AWS whether the definition is sound before anything is changed. manage_iam: make the roles of iam-policies.json too.
    """

    keeps_versions = True

    def __init__(self, account: Account, *, validate: bool = True, manage_iam: bool = False) -> None:
        self.account = account
        self.validate = validate
        self.manage_iam = manage_iam

    @property
    def place(self) -> str:
        """The account and the region."""
        return f"{self.account.number}/{self.account.region}"

    def plan(self, unit: DeployUnit) -> tuple[Change, ...]:
        """Compare with what the account has."""
        files = {manifest.path: filled(manifest.text, self.account.number, self.account.region) for manifest in unit.manifests}
        around = json.loads(files[DEPLOYMENT])
        machine = Machine(self.account, unit.flow, around, json.loads(files[DEFINITION]))
        if unit.rollback:
            return tuple(machine.rollback())
        return tuple(self._changes(unit, files, around, machine))

    def _changes(self, unit: DeployUnit, files: dict[str, str], around: dict[str, Any], machine: Machine) -> Iterator[AwsChange]:
        machine.check_owner()
        if self.validate:
            machine.validate()
        if self.manage_iam:
            yield from role_changes(self.account, unit.flow, json.loads(files[POLICIES]))
        definitions = json.loads(files[JOBS])
        yield from job_changes(self.account, definitions)
        yield from machine.changes()
        yield from schedule_changes(self.account, around.get("schedules", []), machine.alias_arn, unit.flow, prune=unit.prune)
        yield from rule_changes(self.account, around.get("rules", []), machine.alias_arn, unit.flow, prune=unit.prune)
        if unit.prune:
            yield from machine.old_versions()
            yield from unused_jobs(self.account, definitions, unit.flow, machine.definitions_in_use())

    def apply(self, unit: DeployUnit, changes: Sequence[Change]) -> None:
        """Make the changes, in order."""
        for change in changes:
            if change.changes and isinstance(change, AwsChange):
                change.do()

    def advice(self, unit: DeployUnit, changes: Sequence[Change]) -> tuple[str, ...]:
        """How a run starts, how to go back."""
        if not any(change.changes for change in changes):
            return ()
        if unit.rollback:
            return ("runs that have begun keep what they began with; `flowc deploy` goes forward again",)
        starts = "by its schedule or events, and by `flowc trigger`" if _starts_itself(unit) else "by `flowc trigger`"
        return (f"runs start {starts}; runs that have begun keep what they began with; `flowc deploy --rollback` takes the version before",)


def _starts_itself(unit: DeployUnit) -> bool:
    return any(unit.graph.decorator(name) is not None for name in ("schedule", "trigger", "trigger_on_finish"))
