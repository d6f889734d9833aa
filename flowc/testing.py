"""Running one step in a test: no store, no process, no run.

```python
from flowc.testing import run_step
from train import TrainFlow


def test_train_keeps_the_better_model():
    result = run_step(TrainFlow, "choose", inputs=[{"score": 0.7, "model": "a"}, {"score": 0.9, "model": "b"}])
    assert result.model == "b"
    assert result.next == ("end",)


def test_items_are_split():
    result = run_step(TrainFlow, "start", parameters={"folds": 3})
    assert result.count == 3
```

A flow file that imports from `metaflow` may be named instead of imported: `run_step("train.py:TrainFlow", "start")`.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flowc.runtime_shim.codecs import encode
from flowc.runtime_shim.config import configs_of
from flowc.runtime_shim.contract import TOP
from flowc.runtime_shim.current import current
from flowc.runtime_shim.execution import call_step
from flowc.runtime_shim.flowspec import Bound, FlowSpec, assigned, bind, steps_of
from flowc.runtime_shim.inputs import Inputs
from flowc.runtime_shim.parameters import parameter_values
from flowc.runtime_shim.policies import set_environment

__all__ = ["StepResult", "load_flow", "run_step"]

_NOTHING: Any = object()


class StepResult:
    """What a step left. Its artifacts are attributes: `result.model`; all of them stand in `artifacts`.

    next: the steps that `self.next` names, one for a switch, none for the last step.
    count, items: of a foreach, how many items and which; `count` also of a gang. Else None.
    """

    def __init__(
        self, step: str, artifacts: Mapping[str, Any], next: tuple[str, ...], count: int | None, items: Sequence[Any] | None
    ) -> None:
        self.step = step
        self.artifacts = dict(artifacts)
        self.next = next
        self.count = count
        self.items = items

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["artifacts"][name]
        except KeyError:
            raise AttributeError(f"the step left no artifact {name!r}; it left {', '.join(sorted(self.artifacts)) or 'none'}") from None

    def __repr__(self) -> str:
        return f"StepResult({self.step!r}, {self.artifacts!r}, next={self.next!r})"


def run_step(
    flow: type[FlowSpec] | str | os.PathLike[str],
    step: str,
    *,
    artifacts: Mapping[str, Any] | None = None,
    inputs: Sequence[Any] | Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    input: Any = _NOTHING,
    index: int | None = None,
    foreach_stack: Sequence[tuple[int, int, Any]] = (),
    attempt: int = 0,
    run_id: str = "test",
) -> StepResult:
    """Call one step of a flow in this process and return what it left.

    Args:
        flow: the class, or its file as in `train.py:TrainFlow`.
        step: the step's name.
        artifacts: what its parent left, by name. They are handed over as they are, not copied.
        inputs: for a join, one mapping, object or `StepResult` per branch or item, in order; or a mapping of branches by the name
            of their last step.
        parameters: by name, as data or as text; those left out take their defaults.
        input, index: the item of the innermost foreach around the step, and its number.
        foreach_stack: all foreach around the step, as `self.foreach_stack()` gives them, instead of `input` and `index`.
        attempt: what `current.retry_count` says.
        run_id: what `current.run_id` says.

    `@environment` and inline `@secrets` hold while the step runs; `@retry`, `@catch` and `@timeout` do nothing.

    Raises:
        TypeError: the flow is no flow, has no such step, or inputs do not go with the step.
        MetaflowException: a parameter does not fit.
        Exception: whatever the step raises, `InvalidNextException` among it.
    """
    flow_class = flow if isinstance(flow, type) else load_flow(flow)
    name = flow_class.__name__
    if not issubclass(flow_class, FlowSpec):
        raise TypeError(f"{name} is no flow of flowc; where its file imports from metaflow, name the file: run_step('train.py:{name}', …)")
    if step not in steps_of(flow_class):
        raise TypeError(f"{name} has no step {step!r}; it has {', '.join(steps_of(flow_class))}")
    joins = steps_of(flow_class)[step].__code__.co_argcount > 1
    if joins != (inputs is not None):
        raise TypeError(f"step {step!r} {'takes' if joins else 'does not take'} inputs")
    fixed = _Fixed(flow_class, parameters or {})
    frames = _frames(foreach_stack, input, index)
    values = _Values(artifacts or {})
    bound = Bound(flow_class, step, values, fixed.get, frames=lambda: frames, joins=joins)
    instance = bind(flow_class, bound)
    given = _inputs(flow_class, inputs, fixed) if inputs is not None else None
    with _running(flow_class, bound, attempt, run_id):
        set_environment(flow_class, step)
        error = call_step(instance, step, given, timeout=None, ends=None)
    if error is not None:
        raise error
    left = {name: value for name, value in values.held.items() if name not in bound.deleted} | assigned(instance)
    transition = bound.transition
    if transition is None:
        return StepResult(step, left, (), None, None)
    return StepResult(step, left, transition.targets, transition.count, transition.items)


def load_flow(flow: str | os.PathLike[str]) -> type[FlowSpec]:
    """Import a flow from its file, as a task would, and return the class: `train.py:TrainFlow`, or `train.py` where it holds one.

    While it is imported, and from then on, `import metaflow` answers with flowc's names. Raises TypeError where there is no such flow.
    """
    from flowc.runtime_shim import config
    from flowc.runtime_shim.loading import import_file

    text = os.fspath(flow)
    head, colon, name = text.rpartition(":")
    path, wanted = (Path(head), name) if colon and name.isidentifier() else (Path(text), None)
    file = path.absolute()
    root = next((folder for folder in file.parents if any((folder / mark).exists() for mark in _ROOT_MARKS)), file.parent)
    config.search_in((str(file.parent), str(root)))
    module = import_file(str(file), str(root))
    found: dict[str, type[FlowSpec]] = {
        name: value for name, value in vars(module).items() if _is_flow(value) and value.__module__ == module.__name__
    }
    if wanted is not None and wanted in found:
        return found[wanted]
    if wanted is None and len(found) == 1:
        return next(iter(found.values()))
    raise TypeError(f"{path} holds {'the flows ' + ', '.join(found) if found else 'no flow'}, so {text!r} names none of them")


_ROOT_MARKS = ("flowc.toml", "pyproject.toml", ".git")


def _is_flow(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, FlowSpec) and value is not FlowSpec


class _Values:
    """Artifacts in memory."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        self.held = dict(held)

    def get(self, name: str) -> Any:
        return self.held[name]

    def names(self) -> Collection[str]:
        return self.held

    def identity(self, name: str) -> Any:
        encoded = encode(self.held[name])
        return encoded.codec, tuple(bytes(segment) for segment in encoded.segments)

    def take(self, name: str, branch: "_Values") -> None:
        self.held[name] = branch.held[name]


class _Fixed:
    """Parameters and configs of the flow in memory."""

    def __init__(self, flow_class: type[FlowSpec], parameters: Mapping[str, Any]) -> None:
        self._values: dict[str, Any] = {name: config.value for name, config in configs_of(flow_class).items()}
        self._values.update(parameter_values(flow_class, parameters))

    def get(self, name: str) -> Any:
        return self._values[name]


class _Frame:
    def __init__(self, index: int, count: int, item: Any) -> None:
        self.index = index
        self.count = count
        self.item = item


def _frames(stack: Sequence[tuple[int, int, Any]], item: Any, index: int | None) -> list[_Frame]:
    if stack:
        return [_Frame(*frame) for frame in stack]
    if item is _NOTHING and index is None:
        return []
    number = index or 0
    return [_Frame(number, number + 1, None if item is _NOTHING else item)]


def _inputs(flow_class: type[FlowSpec], inputs: Sequence[Any] | Mapping[str, Any], fixed: _Fixed) -> Inputs:
    if isinstance(inputs, Mapping):
        names, branches = list(inputs), list(inputs.values())
    else:
        branches = list(inputs)
        names = [branch.step if isinstance(branch, StepResult) else "" for branch in branches]
    members = [
        bind(flow_class, Bound(flow_class, name, _Values(_artifacts(branch)), fixed.get))
        for name, branch in zip(names, branches, strict=True)
    ]
    return Inputs(len(members), members.__getitem__, names.__getitem__)


def _artifacts(branch: Any) -> Mapping[str, Any]:
    if isinstance(branch, StepResult):
        return branch.artifacts
    return branch if isinstance(branch, Mapping) else vars(branch)


@contextmanager
def _running(flow_class: type[FlowSpec], bound: Bound, attempt: int, run_id: str) -> Iterator[None]:
    """Have `current`, `cls.PARAMETER` and the environment say what they say in a task, and put all back."""
    environment = dict(os.environ)
    before = flow_class.__dict__.get("_flowc_running")
    flow_class._flowc_running = bound
    names = {"flow_name": flow_class.__name__, "run_id": run_id, "step_name": bound.step, "task_id": TOP, "retry_count": attempt}
    current._set({**names, "tags": frozenset(), "trigger": None}, {})
    try:
        yield
    finally:
        current._clear()
        flow_class._flowc_running = before
        for name in set(os.environ) - set(environment):
            del os.environ[name]
        os.environ.update(environment)
