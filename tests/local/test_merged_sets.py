"""`merge_artifacts` of sets when every task is a process with a hash seed of its own: what was only read stays the same artifact."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.local_run import run_here

FLOW = """
from flowc import FlowSpec, step


class Sets(FlowSpec):
    @step
    def start(self):
        self.words = {words!r}
        self.nested = {{"frozen": frozenset(self.words), "list": [set(self.words)]}}
        self.next(self.left, self.right, self.idle)

    @step
    def left(self):
        self.seen = len(self.words) + len(self.nested["frozen"])
        self.next(self.join)

    @step
    def right(self):
        self.seen = sum(len(word) for word in self.words)
        self.next(self.join)

    @step
    def idle(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.merge_artifacts(inputs, exclude=["seen"])
        self.next(self.end)

    @step
    def end(self):
        self.same = self.words == {words!r} and self.nested["list"] == [self.words]


if __name__ == "__main__":
    Sets()
"""


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.sets(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8), min_size=2, max_size=40))
def test_sets_merge_across_hash_seeds(words: set[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder: Path = tmp_path_factory.mktemp("sets")
    path = folder / "sets.py"
    path.write_text(FLOW.format(words=words))
    trace = run_here(path, "Sets", f"file://{folder}/store", options=["--isolate"])
    assert trace.succeeded, trace.said
    assert trace.tasks["end", "r"]["same"] == "True"


@pytest.mark.slow
def test_changed_sets_still_conflict(tmp_path: Path) -> None:
    path = tmp_path / "sets.py"
    path.write_text(FLOW.format(words={"a", "b"}).replace("self.seen = sum", 'self.words.add("c"); self.seen = sum'))
    trace = run_here(path, "Sets", f"file://{tmp_path}/store", options=["--isolate"])
    assert not trace.succeeded
    assert "words" in trace.said, trace.said
