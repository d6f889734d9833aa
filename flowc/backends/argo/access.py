"""Accounts of a flow's own with the least rights that its pods and its sensor need, where the settings name none and say the namespace.

What the executor reports, it reports as `workflowtaskresults`: https://argo-workflows.readthedocs.io/en/latest/workflow-rbac/
"""

from collections.abc import Sequence
from typing import Any

from flowc.backends.argo.metadata import metadata, namespace_of
from flowc.backends.argo.names import object_name
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.yaml_text import InlineList
from flowc.backends.base import Unit

Rule = dict[str, Any]


def pod_account(unit: Unit[ArgoOptions]) -> str | None:
    """Return the service account of the pods: that of the settings, else the flow's own; None leaves it to the namespace's default."""
    if unit.options.service_account is not None:
        return unit.options.service_account
    of_table = unit.options.kubernetes.get("service_account")
    if isinstance(of_table, str) and of_table:
        return of_table
    return None if namespace_of(unit.options) is None else object_name(unit.plan["flow"])


def event_account(unit: Unit[ArgoOptions]) -> str | None:
    """Return the service account of the sensor, as `pod_account` does."""
    if unit.options.event_service_account is not None:
        return unit.options.event_service_account
    return None if namespace_of(unit.options) is None else f"{object_name(unit.plan['flow'])}-events"


def access_objects(unit: Unit[ArgoOptions], *, gangs: bool, sensor: bool) -> list[dict[str, Any]]:
    """Return the accounts that no setting names, each with its Role and RoleBinding; nothing where the namespace is not known."""
    name, found = object_name(unit.plan["flow"]), []
    if pod_account(unit) == name:
        rules = [_rule("argoproj.io", "workflowtaskresults", "create", "patch")]
        if gangs:
            rules.append(_rule("batch", "jobs", "create", "get"))
        found += _account(unit, name, rules)
    if sensor and event_account(unit) == f"{name}-events":
        found += _account(unit, f"{name}-events", [_rule("argoproj.io", "workflows", "create")])
    return found


def _rule(group: str, resource: str, *verbs: str) -> Rule:
    return {"apiGroups": InlineList([group]), "resources": InlineList([resource]), "verbs": InlineList(verbs)}


def _account(unit: Unit[ArgoOptions], name: str, rules: Sequence[Rule]) -> list[dict[str, Any]]:
    group = "rbac.authorization.k8s.io"
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(unit, name, described=False)}
    role = {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata(unit, name, described=False), "rules": list(rules)}
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": metadata(unit, name, described=False),
        "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace_of(unit.options)}],
    }
    return [account, role, binding]
