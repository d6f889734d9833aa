"""The exact requests of one attempt, as a counting proxy in front of a real server sees them: docs/store.md, "Requests"."""

import hashlib
from pathlib import Path

import pytest
from support.s3_sites import S3Site
from support.shim_tasks import Tasks

from flowc.package.tar import canonical_tar
from flowc.runtime_shim.contract import package_key
from flowc.runtime_shim.stores import open_store

pytestmark = pytest.mark.slow

FLOW = """
    @step
    def start(self):
        self.small = "x" * 1024
        self.big = bytes(20 << 20)
        self.xs = list(range(3))
        self.next(self.body, foreach="xs")

    @step
    def body(self):
        self.y = self.input * 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.big = inputs[0].big[:100_000]
        self.total = sum(one.y for one in inputs)
        self.next(self.turn)

    @step
    def turn(self):
        self.way = "on"
        self.next({"again": self.turn, "on": self.last}, condition="way")

    @retry(times=1)
    @step
    def last(self):
        assert current.retry_count, "the first attempt fails"
        self.next(self.end)

    @step
    def end(self):
        pass
"""


class Counted:
    """Tasks whose requests are counted."""

    def __init__(self, folder: Path, root: str, site: S3Site) -> None:
        self.tasks = Tasks(folder, FLOW)
        self.tasks.store = open_store(root)
        self.site = site
        files = [(name, (self.tasks.code / name).read_bytes()) for name in ("plan.json", "flow.py")]
        data = canonical_tar(files)
        self.digest = "sha256:" + hashlib.sha256(data).hexdigest()
        self.tasks.store.create(package_key("F", self.digest), data)

    def __call__(self, step: str, at: str = "r", attempt: int = 0, *, code: int = 0, packed: bool = False) -> dict[str, int]:
        """Run an attempt and return its requests by kind."""
        self.site.proxy.forget()
        changes = {"code_dir": None, "code": self.digest} if packed else {}
        ended = self.tasks.run(step, at, attempt, **changes)
        assert ended.code == code, ended.out
        return self.site.proxy.counts()

    def places(self) -> list[str]:
        """Kind and the end of the key of each request of the last attempt, sorted."""
        return sorted(f"{kind} {key.partition('/F/')[2]}" for kind, key in self.site.proxy.by_key())


@pytest.fixture(params=["obstore", "boto3"])
def seen(request: pytest.FixtureRequest, tmp_path: Path, root: str, site: S3Site, monkeypatch: pytest.MonkeyPatch) -> Counted:
    monkeypatch.setenv("FLOWC_S3_CLIENT", request.param)
    return Counted(tmp_path, root, site)


def test_a_run_makes_the_requests_of_the_table(seen: Counted) -> None:
    # A 20 MiB artifact is looked for, then sent; 64 MiB and more would be parts.
    assert seen("start", packed=True) == {"GET": 2, "HEAD": 1, "PUT": 3}
    assert [key for key in seen.places() if "obj/" not in key] == [
        "GET pkg/" + seen.digest[7:],
        "GET runs/run%201/start/r/commit",
        "PUT runs/run%201/_run",
        "PUT runs/run%201/start/r/commit",
    ]
    assert seen("start", attempt=1) == {"GET": 1}
    assert seen("body", "r.0", packed=True) == {"GET": 2, "PUT": 1}
    assert seen("body", "r.1") == {"GET": 1, "PUT": 1}
    assert seen("body", "r.2", attempt=1) == {"GET": 2, "PUT": 1}
    # The record of the split and one of each item; two ranges of the artifact; another one that is not inline.
    assert seen("join") == {"GET": 1 + 3 + 2, "PUT": 1 + 1}
    assert seen("turn", "r~0") == {"GET": 1, "PUT": 2}
    assert seen("turn", "r~0", attempt=1) == {"GET": 1, "PUT": 1}
    assert seen("last", code=1) == {"GET": 2, "PUT": 1}
    assert seen.places()[-1] == "PUT runs/run%201/last/r/fail.0"
    assert seen("last", attempt=1) == {"GET": 3, "PUT": 1}
    assert seen("end") == {"GET": 1, "PUT": 1}
    assert not any(kind in ("LIST", "BUCKET") for kind in seen.site.proxy.counts())


def test_an_item_of_a_wide_foreach_is_one_ranged_read(tmp_path: Path, root: str, site: S3Site) -> None:
    flow = FLOW.replace("list(range(3))", "[str(number) * 100 for number in range(20_000)]").replace("bytes(20 << 20)", "b''")
    counted = Counted.__new__(Counted)
    counted.tasks, counted.site = Tasks(tmp_path, flow), site
    counted.tasks.store = open_store(root)
    # The list itself, as the artifact that it is, and its items; the run's record and the commit.
    assert counted("start") == {"GET": 1, "HEAD": 2, "PUT": 2 + 2}
    assert counted("body", "r.19999") == {"GET": 2, "PUT": 1}
    assert counted.tasks.values("body", "r.19999", ["y"])["y"] == "19999" * 200


def test_an_upload_in_parts(root: str, site: S3Site) -> None:
    store = open_store(root)
    store.put_object("F/obj/ab/abc", [b"head", bytes(70 << 20)])
    assert site.proxy.counts() == {"HEAD": 1, "START": 1, "PART": 5, "COMPLETE": 1}
    site.proxy.forget()
    store.put_object("F/obj/ab/abc", [b"head", bytes(70 << 20)])
    assert site.proxy.counts() == {"HEAD": 1}
    site.proxy.forget()
    assert store.read("F/obj/ab/abc", 0, (70 << 20) + 4)[:6] == b"head\0\0"
    assert site.proxy.counts() == {"GET": 5}


def test_small_objects_are_looked_for_only_where_they_exist(root: str, site: S3Site) -> None:
    store = open_store(root)
    store.put_object("F/obj/ab/abc", [b"1" * 1000])
    assert site.proxy.counts() == {"PUT": 1}
    store.put_object("F/obj/ab/abc", [b"1" * 1000])
    assert site.proxy.counts() == {"PUT": 2, "HEAD": 1}
