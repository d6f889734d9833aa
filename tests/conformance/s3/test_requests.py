"""Exactly which requests one attempt makes, on every server and by every client: the table in docs/store.md, counted by the proxy."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from support.s3_flows import BODY, ORDER
from support.s3_sites import S3Site
from support.s3_tasks import CLIENTS, S3Tasks, requests_of

pytestmark = [pytest.mark.s3, pytest.mark.slow]

LARGE = """
    @step
    def start(self):
        self.large = b"x" * (40 << 20)
        self.small = 1
        self.next(self.end)

    @step
    def end(self):
        self.touched = len(self.large)
"""
HUGE = """
    @step
    def start(self):
        self.huge = b"x" * (70 << 20)
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.fixture(params=CLIENTS)
def tasks(site: S3Site, tmp_path: Path, request: pytest.FixtureRequest) -> S3Tasks:
    """A run of the flow that has not begun."""
    return S3Tasks(site, tmp_path, BODY, request.param)


def named(requests: list[tuple[str, str]]) -> list[str]:
    """The requests in short: kind and, below the run, the key; objects and packages by their kind alone."""
    found = []
    for kind, key in requests:
        _, place, *rest = key.split("/")
        found.append(f"{kind} {'/'.join(rest[1:])}" if place == "runs" else f"{kind} {place}")
    return found


STEPS: Mapping[tuple[str, str], list[str]] = {
    ("start", "r"): ["GET start/r/commit", "GET pkg", "GET _input", "PUT _run", "PUT obj", "PUT start/r/commit"],
    ("work", "r~0"): [
        "GET work/r~0/commit",
        "GET pkg",
        "GET start/r/commit",
        "GET obj",
        "PUT obj",
        "PUT obj",
        "PUT work/r~0/commit",
        "PUT work/r~0/next",
    ],
    ("work", "r~1"): [
        *("GET work/r~1/commit", "GET pkg", "GET work/r~0/commit", "GET obj", "PUT obj"),
        *("PUT obj", "HEAD obj"),  # the log, which is that of the turn before
        *("PUT work/r~1/commit", "PUT work/r/exit", "PUT work/r~1/next"),
    ],
    ("fan", "r"): [
        *("GET fan/r/commit", "GET pkg", "GET work/r/exit", "GET work/r~1/commit"),
        *("PUT obj", "PUT obj", "PUT fan/r/commit", "PUT fan/r/items"),
    ],
    ("each", "r.0"): ["GET each/r.0/commit", "GET pkg", "GET fan/r/commit", "GET obj", "PUT each/r.0/commit"],
    ("join", "r"): [
        *("GET join/r/commit", "GET pkg", "GET fan/r/commit"),
        *("GET each/r.0/commit", "GET each/r.1/commit", "GET each/r.2/commit", "PUT join/r/commit"),
    ],
    ("end", "r"): ["GET end/r/commit", "GET pkg", "GET join/r/commit", "GET obj", "PUT end/r/commit"],
}


AGAIN: Mapping[tuple[str, str], list[str]] = {
    ("work", "r~0"): ["PUT work/r~0/next"],
    ("work", "r~1"): ["PUT work/r/exit", "PUT work/r~1/next"],
    ("fan", "r"): ["PUT fan/r/items"],
}
"""What a later attempt of a committed task writes beside asking for its commit: what an attempt killed behind it may have left out."""


def test_every_kind_of_step_and_its_repetition(tasks: S3Tasks) -> None:
    for step, at in ORDER:
        seen = requests_of(tasks.site, lambda step=step, at=at: tasks.run(step, at, code=tasks.code))  # type: ignore[misc]
        if (step, at) in STEPS:
            assert sorted(named(seen)) == sorted(STEPS[step, at]), (step, at)
            before = tasks.outcome(step, at)
            seen = requests_of(tasks.site, lambda step=step, at=at: tasks.run(step, at, 1))  # type: ignore[misc]
            assert named(seen) == [f"GET {step}/{at}/commit", *AGAIN.get((step, at), [])]
            assert tasks.outcome(step, at) == before


def test_code_by_the_record_of_the_run(site: S3Site, tmp_path: Path) -> None:
    """Where the environment of a later step does not name the code, the run's own record does."""
    tasks = S3Tasks(site, tmp_path, BODY, "obstore")
    assert tasks.run("start").code == 0
    seen = requests_of(site, lambda: tasks.run("work", "r~0"))
    assert sorted(named(seen)) == sorted(["GET _run", *STEPS["work", "r~0"]])


def test_code_in_the_image_and_a_numbered_first_attempt(site: S3Site, tmp_path: Path) -> None:
    tasks = S3Tasks(site, tmp_path, BODY, "obstore", engine="airflow")
    image = {"code_dir": str(tmp_path / "code"), "code": None}
    seen = requests_of(site, lambda: tasks.run("start", **image))
    assert named(seen) == ["GET start/r/commit", "PUT _run", "PUT obj", "PUT start/r/commit"], "a run's first task always asks"
    seen = requests_of(site, lambda: tasks.run("work", "r~0", **image))
    assert named(seen) == ["GET start/r/commit", "GET obj", "PUT obj", "PUT obj", "PUT work/r~0/commit"]
    seen = requests_of(site, lambda: tasks.run("work", "r~0", 1, **image))
    assert named(seen) == ["GET work/r~0/commit"]


def test_a_failed_attempt(tasks: S3Tasks, tmp_path: Path) -> None:
    tasks = S3Tasks(tasks.site, tmp_path, "    @step\n    def start(self):\n        raise ValueError\n", tasks.client)
    tasks.site.proxy.forget()
    assert tasks.run("start").code == 1
    seen = named([(request.kind, request.key.partition("/")[2]) for request in tasks.site.proxy.requests])
    assert [name.partition(".")[0] for name in seen] == ["GET start/r/commit", "GET pkg", "GET _input", "PUT _run", "PUT start/r/fail"]


def test_large_artifacts(site: S3Site, tmp_path: Path) -> None:
    """From 1 MiB the object is looked for first; ranges of 16 MiB are read at the same time, and only what is touched."""
    tasks = S3Tasks(site, tmp_path, LARGE, "obstore")
    seen = requests_of(site, lambda: tasks.run("start"))
    assert named(seen)[4:] == ["HEAD obj", "PUT obj", "PUT start/r/commit"]
    seen = requests_of(site, lambda: tasks.run("end", code=tasks.code))
    assert sorted(named(seen)) == sorted(["GET end/r/commit", "GET pkg", "GET start/r/commit", *["GET obj"] * 3, "PUT end/r/commit"])


def test_multipart(site: S3Site, tmp_path: Path) -> None:
    tasks = S3Tasks(site, tmp_path, HUGE, "obstore")
    seen = requests_of(site, lambda: tasks.run("start"))
    assert sorted(named(seen)[4:-1]) == sorted(["HEAD obj", "START obj", *["PART obj"] * 5, "COMPLETE obj"])
    seen = requests_of(site, lambda: tasks.run("end", code=tasks.code))
    assert sorted(named(seen)) == sorted(["GET end/r/commit", "GET pkg", "GET start/r/commit", "PUT end/r/commit"]), (
        "passed through untouched"
    )
