"""The roles of iam-policies.json, made where the settings say so: each with one policy of ours, `flowc`, and the flow's tag."""

import json
from collections.abc import Iterator
from typing import Any, Final

from flowc.backends.stepfunctions.account import Account
from flowc.backends.stepfunctions.changes import AwsChange
from flowc.backends.stepfunctions.deploy_machine import OWNER
from flowc.backends.stepfunctions.json_text import compact, pretty
from flowc.errors import EngineError

POLICY: Final = "flowc"


def role_changes(account: Account, flow: str, policies: dict[str, Any]) -> Iterator[AwsChange]:
    """Yield what makes each role what the file says; roles that the settings name by ARN belong to somebody else.

    Raises EngineError for a role of that name that flowc did not make for this flow.
    """
    for wanted in policies.values():
        name = wanted.get("name")
        if name is None or name.startswith("arn:"):
            continue
        before = _found(account, name, flow)
        after = pretty({"trust": wanted["trust"], "policy": wanted["policy"]})
        yield AwsChange(f"role {name}", before, after, do=_writing(account, flow, wanted, exists=before is not None))


def _found(account: Account, name: str, flow: str) -> str | None:
    role = account.find("iam", "get_role", RoleName=name)
    if role is None:
        return None
    tags = {tag["Key"]: tag["Value"] for tag in account.call("iam", "list_role_tags", RoleName=name)["Tags"]}
    if tags.get(OWNER) != flow:
        raise EngineError(f"role {name} was not made by flowc for {flow}", help="name it in the settings, or leave manage_iam out")
    policy = account.find("iam", "get_role_policy", RoleName=name, PolicyName=POLICY)
    return pretty({"trust": _document(role["Role"]["AssumeRolePolicyDocument"]), "policy": _document((policy or {}).get("PolicyDocument"))})


def _document(found: Any) -> Any:
    return json.loads(found) if isinstance(found, str) else found


def _writing(account: Account, flow: str, wanted: dict[str, Any], *, exists: bool) -> Any:
    def write() -> None:
        name, trust = wanted["name"], compact(wanted["trust"])
        if exists:
            account.call("iam", "update_assume_role_policy", RoleName=name, PolicyDocument=trust)
        else:
            account.call("iam", "create_role", RoleName=name, AssumeRolePolicyDocument=trust, Tags=[{"Key": OWNER, "Value": flow}])
        account.call("iam", "put_role_policy", RoleName=name, PolicyName=POLICY, PolicyDocument=compact(wanted["policy"]))

    return write
