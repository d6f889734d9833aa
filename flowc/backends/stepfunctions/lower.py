"""From the region tree to the state machine. Assumes a flow that the capability table and the limits found nothing wrong with.

Steps are states of one flat machine per scope, and transitions are their `Next`: nothing of the tree is needed but the scopes.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from flowc.backends.base import Unit
from flowc.backends.stepfunctions import asl
from flowc.backends.stepfunctions.asl import State, literal
from flowc.backends.stepfunctions.concurrency import concurrency_of
from flowc.backends.stepfunctions.history import turns_of
from flowc.backends.stepfunctions.jobs import USUAL_SIZE, Job, Jobs
from flowc.backends.stepfunctions.layout import Scope, is_plain_body, lay_out
from flowc.backends.stepfunctions.names import job_name, map_label, state_name
from flowc.backends.stepfunctions.options import StepFunctionsOptions
from flowc.backends.stepfunctions.root import Root
from flowc.ir.graph import Next, NextForeach, NextGang, NextSplit, NextSwitch, Step, StepName
from flowc.runtime_shim import contract

INIT: Final = "flow-init"
INPUT: Final = "flow-input"
RUN: Final = "flow-run"
LEAST_TIMEOUT: Final = 60
"""Seconds: the least `AttemptDurationSeconds`, SubmitJob."""
TIMEOUT_MARGIN: Final = 120
"""Seconds after the shim's own timer at which Batch ends a job: by then the shim has ended a step that ignores it."""
_RETRY_COUNT: Final = {"Value.$": "States.Format('{}', $$.State.RetryCount)"}
_CAUGHT_TIMES: Final = 2
"""More attempts for the job that commits a caught failure, which may lose its machine too."""


def lower(unit: Unit[StepFunctionsOptions], jobs: Jobs, root: Root, comment: str) -> State:
    """Return the definition of the state machine of a flow; `comment` says what it is and where it came from."""
    return _Lowering(unit, jobs, root).machine(comment)


class _Lowering:
    def __init__(self, unit: Unit[StepFunctionsOptions], jobs: Jobs, root: Root) -> None:
        self._unit = unit
        self._plan = unit.plan
        self._tree = unit.tree
        self._jobs = jobs
        self._root = root
        self._layout = lay_out(unit.tree)
        self._turns = turns_of(self._layout)
        self._concurrency = concurrency_of(self._layout, unit.options.max_concurrency)
        self._scopes: dict[Scope, State] = {}

    def machine(self, comment: str) -> State:
        for scope, steps in self._layout.scopes.items():
            if scope is not None and self._is_gang(scope[0]):
                continue
            states: dict[str, State] = {}
            for name in steps:
                states |= self._states(self._tree.graph.by_name[name])
            first = scope[1] if scope is not None else StepName(self._plan["start"])
            self._scopes[scope] = {"StartAt": self._entry(first), "States": states}
        top = self._scopes[None]
        prologue = {
            INIT: asl.begin(INPUT),
            INPUT: asl.keep_input(self._root.bucket, f"{literal(self._root.runs)}/{{}}/_input", top["StartAt"]),
        }
        if self._tree.graph.decorator("exit_hook") is None:
            return {"Comment": comment, "StartAt": INIT, "States": prologue | top["States"]}
        prologue[INPUT]["Next"] = RUN
        return {"Comment": comment, "StartAt": INIT, "States": prologue | self._with_hooks(top)}

    def _with_hooks(self, top: State) -> dict[str, State]:
        """The flow as the one branch of a Parallel, and the job that calls the hooks behind it, whatever happened."""
        job = self._hook_job()
        failed = state_name("flow", "failed")
        run = asl.split([top], state_name("flow", "succeeded"))
        run["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": failed}]
        end = state_name("flow", "end")
        return {
            RUN: run,
            state_name("flow", "succeeded"): _whatever_happens(asl.job(job, target=end), end),
            end: {"Type": "Succeed"},
            failed: _whatever_happens(asl.job(job, target=state_name("flow", "fail")), state_name("flow", "fail")),
            state_name("flow", "fail"): asl.fail("flowc.RunFailed", "a step failed; the exit hooks were called"),
        }

    def _hook_job(self) -> Mapping[str, Any]:
        end = self._tree.graph.by_name[StepName(self._plan["end"])]
        parameters = self._job(end, self._jobs.by_step[end.name], extra=((contract.CODE, self._unit.code),))
        parameters.pop("Timeout", None)
        command = [self._jobs.by_step[end.name].python, "-m", "flowc.runtime_shim", "exit-hook", "recorded"]
        overrides = {"Command": command, **parameters["ContainerOverrides"]}
        return {**parameters, "JobName": job_name(self._plan["flow"], "exit_hook"), "ContainerOverrides": overrides}

    def _is_gang(self, opener: StepName) -> bool:
        return isinstance(self._tree.graph.by_name[opener].transition, NextGang)

    def _entry(self, step: StepName) -> str:
        return state_name(step, "enter") if step in self._tree.loops else state_name(step)

    def _target(self, step: StepName, to: StepName) -> str | None:
        """The state that stands for `to` where `step` goes there; None where that is the join behind the scope."""
        here, there = self._tree.places[step], self._tree.places[to]
        if here.scope != there.scope:
            return None
        return state_name(to) if to in here.loops else self._entry(to)

    def _states(self, step: Step) -> dict[str, State]:
        """The states of one step: what leads into it, its job, and what its transition needs."""
        states: dict[str, State] = {}
        if step.name in self._tree.loops:
            states[state_name(step.name, "enter")] = asl.enter_loop(state_name(step.name))
        following, after = self._after(step)
        states |= self._task(step, following)
        states |= after
        return states

    def _task(self, step: Step, following: str | None, extra: tuple[tuple[str, str], ...] = ()) -> dict[str, State]:
        planned, job = self._plan["steps"][step.name], self._jobs.by_step[step.name]
        name, caught = state_name(step.name), state_name(step.name, "caught") if "catch" in planned else None
        times, seconds = planned.get("retries") or 0, planned.get("retry_seconds") or 0
        most = self._unit.options.max_retry_minutes
        parameters = self._job(step, job, extra=extra)
        retry = [asl.retrier(times, seconds, None if most is None else most * 60)] if times else []
        states = {name: asl.job(parameters, retry=retry, caught=caught, target=following)}
        if caught is not None:
            again = self._job(step, job, extra=(*extra, (contract.CAUGHT, "1")), attempt={"Value": str(times + 1)})
            states[caught] = asl.job(again, retry=[asl.retrier(_CAUGHT_TIMES, 0)], target=following)
        return states

    def _after(self, step: Step) -> tuple[str | None, dict[str, State]]:
        """The state behind a step's job, and the states that its transition adds."""
        name = step.name
        match step.transition:
            case None:
                return None, {}
            case Next(edge=edge):
                target = self._target(name, edge.target)
                if not self._layout.goes_round(name):
                    return target, {}
                read = state_name(name, "read")
                return read, {read: self._read(name) | {"OutputPath": "$.d.token"} | asl.goes(target)}
            case NextSwitch():
                return state_name(name, "read"), self._switch(step)
            case NextSplit():
                branches = [self._scopes[name, target] for target in step.targets]
                return state_name(name, "split"), {state_name(name, "split"): asl.split(branches, self._join(name))}
            case NextForeach():
                return state_name(name, "map"), {state_name(name, "map"): self._map(step)}
            case NextGang(edge=edge):
                member = self._tree.graph.by_name[edge.target]
                return state_name(member.name), self._task(member, self._join(name))

    def _join(self, opener: StepName) -> str:
        join = self._tree.places[opener].join
        assert join is not None, "an opener has a join"
        return state_name(join)

    def _read(self, step: StepName) -> State:
        return asl.read_next(self._root.bucket, f"{literal(self._root.runs)}/{{}}/{_key(step)}/{{}}/next")

    def _switch(self, step: Step) -> dict[str, State]:
        name = step.name
        read, choice, bad, done = (state_name(name, role) for role in ("read", "switch", "bad", "done"))
        arms = {target: self._target(name, target) for target in step.targets}
        states: dict[str, State] = {
            read: self._read(name) | asl.goes(choice),
            choice: asl.choose({target: state or done for target, state in arms.items()}, bad),
            bad: asl.fail("flowc.BadBranch", f"step {name} handed over an arm that this state machine does not have"),
        }
        if None in arms.values():
            states[done] = {"Type": "Succeed"}
        return states

    def _map(self, step: Step) -> State:
        name = step.name
        return asl.each_item(
            label=map_label(name),
            bucket=self._root.bucket,
            key=f"{literal(self._root.runs)}/{{}}/{_key(name)}/{{}}/items",
            results=f"{self._root.results}/{contract.component(name)}",
            concurrency=self._concurrency[name],
            body=self._scopes[name, step.targets[0]],
            target=self._join(name),
        )

    def _job(
        self, step: Step, job: Job, *, extra: tuple[tuple[str, str], ...] = (), attempt: Mapping[str, str] = _RETRY_COUNT
    ) -> dict[str, Any]:
        """The arguments of SubmitJob."""
        planned = self._plan["steps"][step.name]
        environment: list[dict[str, str]] = [
            {"Name": contract.RUN, "Value.$": "$.run"},
            {"Name": contract.STEP, "Value": step.name},
            {"Name": contract.AT, "Value.$": "$.at"},
            {"Name": contract.ATTEMPT, **attempt},
        ]
        told = {**dict(extra), **self._told(step)}
        environment += [_variable(name, value) for name, value in told.items()]
        environment += [_variable(name, value) for name, value in (planned.get("environment") or {}).items()]
        overrides: dict[str, Any] = {"Environment": environment}
        if self._layout.is_gang_member(step.name):
            overrides["Command"] = [job.python, "-m", "flowc.runtime_shim", "gang"]
        if job.size != USUAL_SIZE:
            overrides["ResourceRequirements"] = [{"Type": kind, "Value": value} for kind, value in job.size]
        parameters: dict[str, Any] = {
            "JobName": job_name(self._plan["flow"], step.name),
            "JobQueue": job.queue,
            "JobDefinition": job.definition,
            "ContainerOverrides": overrides,
        }
        timeout = planned.get("timeout")
        if timeout and not self._may_share_a_job(step):
            parameters["Timeout"] = {"AttemptDurationSeconds": max(LEAST_TIMEOUT, math.ceil(timeout) + TIMEOUT_MARGIN)}
        if job.tags:
            parameters |= {"Tags": dict(job.tags), "PropagateTags": True}
        return parameters

    def _told(self, step: Step) -> dict[str, str]:
        """What the shim must know that is neither in the code package nor in the token."""
        told: dict[str, str] = {}
        planned = self._plan["steps"][step.name]
        if step.name == self._plan["start"]:
            told[contract.CODE] = self._unit.code
        if "catch" in planned:
            told[contract.USER_RETRIES] = str(planned.get("retries") or 0)
        match step.transition:
            case NextForeach():
                most = self._unit.options.max_foreach_jobs
                told[contract.HAND_OFF] = f"items:{most}" if is_plain_body(self._plan, step.name) else "items"
            case NextSwitch():
                told[contract.HAND_OFF] = "next"
            case Next() if self._layout.goes_round(step.name):
                told[contract.HAND_OFF] = "next"
            case _:
                pass
        if self._layout.goes_round(step.name):
            told[contract.TURNS] = str(self._turns[self._layout.executions[step.name]])
        return told

    def _may_share_a_job(self, step: Step) -> bool:
        """Whether one job may run the step for several items, whose number is known at run time only; then the shim alone keeps time."""
        scope = self._tree.places[step.name].scope
        return (
            scope is not None
            and isinstance(self._tree.graph.by_name[scope[0]].transition, NextForeach)
            and is_plain_body(self._plan, scope[0])
        )


def _key(step: str) -> str:
    return literal(contract.component(step))


def _variable(name: str, value: str) -> dict[str, str]:
    """One variable; what reads like a path or an intrinsic function is written so that no engine takes it for one."""
    if value.startswith(("$", "States.")):
        return {"Name": name, "Value.$": f"States.Format('{{}}', '{literal(value)}')"}
    return {"Name": name, "Value": value}


def _whatever_happens(state: State, target: str) -> State:
    """The same state; where its job fails, things go on as if it had not."""
    return {**state, "Catch": [{"ErrorEquals": list(asl.JOB_FAILURES), "ResultPath": None, "Next": target}]}
