"""What the conformance suites prove about each construct on each target: kept in `flowc/backends/evidence`, written by the suites alone.

A test that has seen a flow run on an engine, or seen its files taken by one, says so through the fixture `evidence`. At the end of a
session in which all tests of the suite passed, the file may claim no more than what was said; with `--update-evidence` it is written.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from flowc import api
from flowc.backends.constructs import Construct, usages
from flowc.backends.evidence import LEVELS, evidence_path


class Evidence:
    """What the tests of one session have said: (target, level, engine) to constructs."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str, str], set[Construct]] = {}

    def note(self, target: str, level: str, engine: str, path: Path, flow: str | None = None) -> None:
        """Say that every construct that the flow uses was seen to work: `level` is "runs" or "lints", `engine` with its version."""
        assert level in LEVELS, level
        self.found.setdefault((target, level, engine), set()).update(_constructs(path, flow))

    def unproven(self) -> Iterator[str]:
        """Yield what the kept files claim of the engines that were seen, and nobody has seen."""
        for (target, level, engine), constructs in sorted(self.found.items()):
            kept = {name for name, engines in _kept(target).get(level, {}).items() if engine in engines}
            for name in sorted(kept - {construct.value for construct in constructs}):
                yield f"{target}: {name!r} {level} on {engine}"

    def write(self) -> None:
        """Write what was said over what the files say of the same engines."""
        for target in {target for target, _, _ in self.found}:
            kept = _kept(target)
            for (name, level, engine), constructs in self.found.items():
                if name == target:
                    _replace(kept.setdefault(level, {}), engine, {construct.value for construct in constructs})
            order = [construct.value for construct in Construct]
            data = {level: {name: kept[level][name] for name in order if kept[level].get(name)} for level in LEVELS if kept.get(level)}
            evidence_path(target).write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _replace(level: dict[str, list[str]], engine: str, constructs: set[str]) -> None:
    for name in {*level, *constructs}:
        engines = {*level.get(name, ())} - {engine} | ({engine} if name in constructs else set())
        level[name] = sorted(engines, key=_version)


def _version(engine: str) -> tuple[object, ...]:
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in engine.replace(" ", ".").split("."))


def _kept(target: str) -> dict[str, dict[str, list[str]]]:
    path = evidence_path(target)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}  # type: ignore[no-any-return]


@cache
def _constructs(path: Path, flow: str | None) -> frozenset[Construct]:
    tree = api.check(path, flow).flow.tree
    assert tree is not None
    return frozenset(usage.construct for usage in usages(tree))


@pytest.fixture(scope="session")
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """Where tests say what they have seen."""
    found: Evidence = request.config.stash.setdefault(_KEY, Evidence())
    return found


_KEY = pytest.StashKey[Evidence]()


def check_evidence(session: pytest.Session) -> None:
    """Compare or write at the end of a session that ran whole suites in one process, all of it passing."""
    config = session.config
    found = config.stash.get(_KEY, None)
    chosen = config.getoption("keyword") or any("::" in word for word in config.args) or hasattr(config, "workerinput")
    if found is None or chosen or session.testsfailed or session.shouldstop:
        return
    if config.getoption("--update-evidence"):
        found.write()
    elif unproven := list(found.unproven()):
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        for line in unproven:
            if reporter is not None:
                reporter.write_line(f"kept in flowc/backends/evidence, not seen: {line}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
