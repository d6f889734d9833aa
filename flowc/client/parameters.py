"""Parameters of a run, by name: what the first task left, else what the run was given."""

from collections.abc import Iterator, Mapping
from typing import Any

from flowc.client.errors import not_found
from flowc.client.reader import Reader
from flowc.client.task import Task
from flowc.runtime_shim import contract


class Parameters(Mapping[str, Any]):
    """Names and values. A value is loaded when it is read; before the first task committed, only what was given is known."""

    def __init__(self, reader: Reader, run: tuple[str, str], began: Mapping[str, Any]) -> None:
        self._reader = reader
        self._run = run
        self._given: Mapping[str, Any] = began.get("parameters") or {}
        plan = reader.plan(run[0], began.get("code"))
        self._attributes = {found["name"]: found["attribute"] for found in plan["parameters"]} if plan else {}
        self._first = Task._at(reader, (*run, plan["start"] if plan else "start", contract.TOP))
        if plan and plan["start"] in plan["loops"]:
            self._first = Task._at(reader, (*run, plan["start"], contract.turn_at(contract.TOP, 0)))

    def __getitem__(self, name: str) -> Any:
        attribute = self._attributes.get(name, name)
        if attribute in self._first and name in self:
            return self._first[attribute].data
        if name in self._given:
            return self._given[name]
        raise KeyError(str(not_found("parameter", name, "/".join(self._run), self)))

    def __contains__(self, name: object) -> bool:
        return name in self._attributes or name in self._given

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._attributes, *self._given)))

    def __len__(self) -> int:
        return len({*self._attributes, *self._given})

    def __repr__(self) -> str:
        return f"<parameters of {'/'.join(self._run)}: {', '.join(self) or 'none'}>"
