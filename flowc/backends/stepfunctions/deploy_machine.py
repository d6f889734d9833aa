"""The state machine of a flow: created or updated as a whole, each time with a version; the alias says which version runs."""

import hashlib
import json
import time
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from flowc.backends.stepfunctions.account import Account, RefusedError
from flowc.backends.stepfunctions.changes import AwsChange
from flowc.backends.stepfunctions.json_text import compact, pretty
from flowc.errors import EngineError

KEPT_VERSIONS: Final = 10
OWNER: Final = "flowc:flow"
_ROLE_SECONDS: Final = 30
"""How long a new role may be unknown to Step Functions: IAM is eventually consistent."""


class Machine:
    """The state machine as it is and as it should be."""

    def __init__(self, account: Account, flow: str, around: dict[str, Any], definition: dict[str, Any]) -> None:
        self.account = account
        self.flow = flow
        self.alias = str(around["alias"])
        self.wanted = around["stateMachine"]
        self.definition = definition
        self.name = str(self.wanted["name"])
        partition = str(self.wanted["roleArn"]).split(":")[1]
        self.arn = f"arn:{partition}:states:{account.region}:{account.number}:stateMachine:{self.name}"

    @property
    def alias_arn(self) -> str:
        """What schedules, rules and people start."""
        return f"{self.arn}:{self.alias}"

    @cached_property
    def found(self) -> dict[str, Any] | None:
        """The machine as the account has it."""
        found: dict[str, Any] | None = self.account.find("stepfunctions", "describe_state_machine", stateMachineArn=self.arn)
        return found

    def check_owner(self) -> None:
        """Raise EngineError where the account has a state machine of this name that flowc did not make for this flow."""
        if self.found is None:
            return
        tags = {
            tag["key"]: tag["value"] for tag in self.account.call("stepfunctions", "list_tags_for_resource", resourceArn=self.arn)["tags"]
        }
        if OWNER not in tags:
            raise EngineError(
                f"state machine {self.name} was not made by flowc", help="rename it or the flow, or deploy into another region"
            )
        if tags[OWNER] != self.flow:
            raise EngineError(
                f"state machine {self.name} belongs to flow {tags[OWNER]}, not to {self.flow}",
                help="rename one of the flows, or remove the state machine",
            )

    def validate(self) -> None:
        """Ask AWS whether the definition is sound; raises EngineError with what it says."""
        said = self.account.call(
            "stepfunctions", "validate_state_machine_definition", definition=compact(self.definition), type=self.wanted["type"]
        )
        if said["result"] != "OK":
            errors = [found["message"] for found in said.get("diagnostics", ()) if found.get("severity") == "ERROR"]
            raise EngineError(
                f"AWS does not take the state machine: {'; '.join(errors) or 'it does not say why'}",
                help="please report it with the flow that shows it",
            )

    def changes(self) -> Iterator[AwsChange]:
        """Yield what makes the machine and its alias what they should be."""
        before = None if self.found is None else _shown(self.found)
        after = _shown({**self.wanted, "definition": compact(self.definition)})
        live = self._live()
        runs_it = live is not None and _shown(live) == after
        version = {"arn": ""}

        def write() -> None:
            version["arn"] = self._write()

        def point() -> None:
            self._point(version["arn"] or self._write())

        yield AwsChange(f"state machine {self.name}", before, after, do=write)
        shown = None if live is None else f"version {live['stateMachineArn'].rpartition(':')[2]}\n"
        yield AwsChange(f"alias {self.name}:{self.alias}", shown, shown if runs_it else "the new version\n", do=point)

    def rollback(self) -> Iterator[AwsChange]:
        """Yield what points the alias to the version before the one that runs; raises EngineError where there is none."""
        self.check_owner()
        live = self._live()
        if live is None:
            raise EngineError(f"{self.flow} is not deployed here", help="flowc deploy without --rollback deploys it")
        number = int(live["stateMachineArn"].rpartition(":")[2])
        earlier = [version for version in self.versions() if version < number]
        if not earlier:
            raise EngineError(f"{self.flow} has no version before {number}", help="deploy an earlier state of the flow")
        target = max(earlier)
        yield AwsChange(
            f"alias {self.name}:{self.alias}", f"version {number}\n", f"version {target}\n", do=lambda: self._point(f"{self.arn}:{target}")
        )

    def versions(self) -> list[int]:
        """The numbers of the versions, the oldest first."""
        try:
            found = self.account.call("stepfunctions", "list_state_machine_versions", stateMachineArn=self.arn, maxResults=1000)
        except RefusedError as refused:
            if not refused.is_not_implemented:
                raise
            return list(self._probed())
        return sorted(int(entry["stateMachineVersionArn"].rpartition(":")[2]) for entry in found["stateMachineVersions"])

    def old_versions(self) -> Iterator[AwsChange]:
        """Yield what removes all but the latest versions, and those that the alias names."""
        live = self._live()
        kept = set(self.versions()[-KEPT_VERSIONS:]) | ({int(live["stateMachineArn"].rpartition(":")[2])} if live is not None else set())
        for version in self.versions():
            if version not in kept:
                arn = f"{self.arn}:{version}"
                yield AwsChange(f"version {self.name}:{version}", f"{arn}\n", None, do=self._removal(arn))

    def definitions_in_use(self) -> set[str]:
        """The job definitions that a kept version or the new definition names."""
        texts = [compact(self.definition)]
        for version in self.versions()[-KEPT_VERSIONS:] if self.found is not None else ():
            described = self.account.find("stepfunctions", "describe_state_machine", stateMachineArn=f"{self.arn}:{version}")
            texts.append(described["definition"] if described else "")
        return {word for text in texts for word in text.split('"') if word.startswith("flowc-")}

    def _removal(self, arn: str) -> Any:
        return lambda: self.account.call("stepfunctions", "delete_state_machine_version", stateMachineVersionArn=arn)

    def _probed(self) -> Iterator[int]:
        """The versions of a service that cannot list them, as moto 5.2.5 cannot."""
        number, missing = 1, 0
        while missing < KEPT_VERSIONS:
            known = self.account.find("stepfunctions", "describe_state_machine", stateMachineArn=f"{self.arn}:{number}")
            missing = 0 if known else missing + 1
            if known:
                yield number
            number += 1

    def _live(self) -> dict[str, Any] | None:
        """The version that the alias names, as described; None where there is no alias."""
        if self.found is None:
            return None
        alias = self.account.find("stepfunctions", "describe_state_machine_alias", stateMachineAliasArn=self.alias_arn)
        if alias is None:
            return None
        routes = sorted(alias["routingConfiguration"], key=lambda route: -int(route["weight"]))
        found: dict[str, Any] | None = self.account.find(
            "stepfunctions", "describe_state_machine", stateMachineArn=routes[0]["stateMachineVersionArn"]
        )
        return found

    def _write(self) -> str:
        """Create or update the machine; return the ARN of the version that is published."""
        settings = {key: self.wanted[key] for key in ("roleArn", "loggingConfiguration") if key in self.wanted}
        text = compact(self.definition)
        digest = hashlib.sha256(json.dumps([json.loads(text), settings], sort_keys=True).encode()).hexdigest()
        request = {**settings, "definition": text, "publish": True, "versionDescription": f"sha256:{digest}"}
        if self.found is not None:
            settings.setdefault("loggingConfiguration", {"level": "OFF"})
            done = self._once_the_role_is_known("update_state_machine", {**request, **settings, "stateMachineArn": self.arn})
            self.account.call("stepfunctions", "tag_resource", resourceArn=self.arn, tags=self.wanted["tags"])
        else:
            more = {"name": self.name, "type": self.wanted["type"], "tags": self.wanted["tags"]}
            done = self._once_the_role_is_known("create_state_machine", {**request, **more})
        return str(done["stateMachineVersionArn"])

    def _once_the_role_is_known(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        end = time.monotonic() + _ROLE_SECONDS
        while True:
            try:
                done: dict[str, Any] = self.account.call("stepfunctions", operation, **request)
            except RefusedError as refused:
                if "assume" not in str(refused).lower() or time.monotonic() > end:
                    raise
                time.sleep(2)
            else:
                return done

    def _point(self, version: str) -> None:
        routes = [{"stateMachineVersionArn": version, "weight": 100}]
        known = self.account.find("stepfunctions", "describe_state_machine_alias", stateMachineAliasArn=self.alias_arn)
        if known is None:
            self.account.call("stepfunctions", "create_state_machine_alias", name=self.alias, routingConfiguration=routes)
        else:
            self.account.call(
                "stepfunctions", "update_state_machine_alias", stateMachineAliasArn=self.alias_arn, routingConfiguration=routes
            )


def _shown(machine: dict[str, Any]) -> str:
    """What makes one machine another one, as text."""
    logging = machine.get("loggingConfiguration") or {}
    kept = {key: logging[key] for key in ("level", "includeExecutionData", "destinations") if logging.get(key)}
    told = {"roleArn": machine["roleArn"], "logging": kept if kept.get("level", "OFF") != "OFF" else None}
    return pretty({**told, "definition": json.loads(machine["definition"])})
