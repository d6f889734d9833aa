"""What moto 5.2.5 answers with HTTP 500 or does not know, and a deployment needs: executions of an alias or version, a list of versions.

Written into moto's classes by `engine.py`. Shapes: https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
"""

import copy
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

PLAIN_PARTS = 7
"""Parts of the ARN of a state machine that names neither version nor alias."""


class _AtVersion:
    """A backend whose `describe_state_machine` returns the machine with the definition of one version."""

    def __init__(self, backend: StepFunctionsParserBackend, machine: StateMachine) -> None:
        self._backend, self._machine = backend, machine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def describe_state_machine(self, arn: str) -> StateMachine:
        return self._machine


def add_versions() -> None:
    """Teach moto versions and aliases."""
    start = StepFunctionsParserBackend.start_execution

    def start_execution(self: StepFunctionsParserBackend, state_machine_arn: str, *rest: Any, **more: Any) -> Any:
        if len(state_machine_arn.split(":")) == PLAIN_PARTS:
            return start(self, state_machine_arn, *rest, **more)
        plain, _, qualifier = state_machine_arn.rpartition(":")
        if not qualifier.isdigit():
            alias = self.describe_state_machine_alias(state_machine_arn)
            qualifier = alias.routing_configuration[0]["stateMachineVersionArn"].rpartition(":")[2]
        machine: Any = self.describe_state_machine(plain)
        at_version = copy.copy(machine)
        at_version.definition = machine.versions[int(qualifier)].definition
        return start(_AtVersion(self, at_version), plain, *rest, **more)  # type: ignore[arg-type]  # it stands in for one

    def list_state_machine_versions(self: StepFunctionResponse) -> ActionResult:
        machine: Any = self.stepfunction_backend.describe_state_machine(self._get_param("stateMachineArn"))
        rows = [
            {"stateMachineVersionArn": machine.versions[number].arn, "creationDate": machine.versions[number].creation_date}
            for number in sorted(machine.versions, reverse=True)
        ]
        return ActionResult({"stateMachineVersions": rows})

    def delete_state_machine_version(self: StepFunctionResponse) -> ActionResult:
        plain, _, number = self._get_param("stateMachineVersionArn").rpartition(":")
        machine: Any = self.stepfunction_backend.describe_state_machine(plain)
        machine.versions.pop(int(number), None)
        return ActionResult({})

    def validate_state_machine_definition(self: StepFunctionResponse) -> ActionResult:
        try:
            StepFunctionsParserBackend._validate_definition(self._get_param("definition"))
        except Exception as error:
            found = [{"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": str(error)}]
            return ActionResult({"result": "FAIL", "diagnostics": found})
        return ActionResult({"result": "OK", "diagnostics": []})

    StepFunctionsParserBackend.start_execution = start_execution  # type: ignore[method-assign, assignment]
    for added in (list_state_machine_versions, delete_state_machine_version, validate_state_machine_definition):
        assert not hasattr(StepFunctionResponse, added.__name__), f"moto has learned {added.__name__}: drop it here"
        setattr(StepFunctionResponse, added.__name__, added)
