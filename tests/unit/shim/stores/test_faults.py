"""What goes wrong between a task and its bucket: one clear error each, nothing lost, and the next attempt succeeds."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from fault_proxy import BUSY, CONFLICT, DENIED, EXPIRED, Answer, Cut, Drop, Fault, Request
from postgresql import free_port
from support.s3_sites import S3Site
from support.shim_tasks import Tasks

from flowc.runtime_shim.contract import EXIT_STORE_UNAVAILABLE, EXIT_USER_ERROR
from flowc.runtime_shim.stores import Exists, Store, StoreError, StoreUnavailable, open_store

pytestmark = pytest.mark.slow

MIB = 2**20
FLOW = """
    @step
    def start(self):
        self.big = b"x" * 3_000_000
        self.next(self.end)

    @step
    def end(self):
        self.size = len(self.big)
        self.other = self.big + b"y"
"""


@pytest.fixture(params=["obstore", "boto3"])
def store(request: pytest.FixtureRequest, root: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("FLOWC_S3_CLIENT", request.param)
    return open_store(root, patience=0.5)


def times(count: int, fault: Fault, kind: str) -> Callable[[Request], Fault | None]:
    """Befalls the first so many requests of a kind."""
    left = itertools.chain(itertools.repeat(fault, count), itertools.repeat(None))
    return lambda request: next(left) if request.kind == kind else None


def patient(root: str) -> Store:
    return open_store(root, patience=20)


@pytest.mark.parametrize("fault", [BUSY, Answer(500, "InternalError"), CONFLICT, Drop("before"), Drop("during")], ids=str)
def test_what_passes_is_waited_for(store: Store, root: str, site: S3Site, fault: Fault) -> None:
    site.proxy.pick = times(2, fault, "PUT")
    patient(root).create("F/x", b"1" * 1000)
    assert site.proxy.counts() == {"PUT": 3}
    assert store.get("F/x") == b"1" * 1000


def test_a_put_whose_reply_was_lost_is_told_from_another_s(store: Store, root: str, site: S3Site) -> None:
    site.proxy.pick = times(1, Drop("after"), "PUT")
    patient(root).create("F/x", b"mine")
    assert site.proxy.counts() == {"PUT": 2, "GET": 1}
    site.proxy.forget()
    site.proxy.pick = times(1, BUSY, "PUT")
    with pytest.raises(Exists):
        patient(root).create("F/x", b"another's")
    assert store.get("F/x") == b"mine"


@pytest.mark.parametrize("fault", [BUSY, Drop("before"), Cut(5), Drop("after")], ids=str)
def test_reads_are_tried_again(store: Store, root: str, site: S3Site, fault: Fault) -> None:
    store.put_object("F/obj/ab/abc", [bytes(range(256)) * 256 * 600])
    site.proxy.forget()
    site.proxy.pick = times(2, fault, "GET")
    assert patient(root).read("F/obj/ab/abc", 0, 256 * 256 * 600) == bytes(range(256)) * 256 * 600
    site.proxy.pick = times(2, fault, "GET")
    assert len(patient(root).get("F/obj/ab/abc") or b"") == 256 * 256 * 600


@pytest.mark.parametrize("fault", [BUSY, Drop("before"), Drop("after")], ids=str)
def test_parts_are_sent_again(store: Store, root: str, site: S3Site, fault: Fault) -> None:
    site.proxy.pick = times(2, fault, "PART")
    patient(root).put_object("F/obj/ab/abc", [bytes(70 * MIB)])
    assert store.size("F/obj/ab/abc") == 70 * MIB


def test_a_broken_upload_leaves_no_parts(store: Store, site: S3Site, root: str) -> None:
    site.proxy.pick = times(1000, DENIED, "PART")
    with pytest.raises(StoreError, match="permission is denied"):
        store.put_object("F/obj/ab/abc", [bytes(70 * MIB)])
    uploads = site.server.client().list_multipart_uploads(Bucket="flows").get("Uploads", [])
    assert [upload["Key"] for upload in uploads if root.rpartition("flows/")[2] in upload["Key"]] == []


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (DENIED, StoreError, "permission is denied: the role needs s3:GetObject.* without which S3 says so of a missing key, too"),
        (EXPIRED, StoreError, "the credentials have expired: renew them, then try again"),
        (Answer(403, "SignatureDoesNotMatch"), StoreError, "the secret key is wrong"),
        (Answer(403, "InvalidAccessKeyId"), StoreError, "the access key is unknown there"),
        (Answer(403, "RequestTimeTooSkewed"), StoreError, "this machine's clock is wrong: set it"),
        (Answer(301, "PermanentRedirect"), StoreError, "the bucket is in another region"),
        (Answer(400, "AuthorizationHeaderMalformed"), StoreError, "the bucket is in another region.*: set AWS_REGION to it"),
        (Answer(404, "NoSuchBucket"), StoreError, "there is no such bucket: create it, or correct the root"),
        (Answer(501, "NotImplemented"), StoreError, "the server does not know this request"),
        (Answer(418, "Teapot"), StoreError, r"the server refused \(418 Teapot: Teapot of the proxy\)"),
        (CONFLICT, StoreUnavailable, "others write it at this moment"),
        (BUSY, StoreUnavailable, "the server asks to slow down"),
        (Answer(500, "InternalError"), StoreUnavailable, "the server failed"),
        (Drop("before"), StoreUnavailable, "the endpoint cannot be reached"),
    ],
    ids=str,
)
def test_each_has_its_words(store: Store, site: S3Site, fault: Fault, kind: type[StoreError], words: str) -> None:
    site.proxy.pick = lambda request: fault
    with pytest.raises(StoreError, match=words) as caught:
        store.create("F/runs/1/a/r/commit", b"1")
    assert type(caught.value) is kind
    assert "cannot create F/runs/1/a/r/commit in s3://flows/" in str(caught.value)
    assert len(str(caught.value)) < 600
    if fault != CONFLICT:
        with pytest.raises(StoreError, match=words):
            store.get("F/runs/1/a/r/commit")


class Trouble:
    """Tasks of one run, each attempt with little patience."""

    def __init__(self, folder: Path, root: str, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FLOWC_S3_CLIENT", client)
        monkeypatch.setenv("FLOWC_STORE_PATIENCE", "1")
        self.tasks = Tasks(folder, FLOW)
        self.tasks.store = open_store(root)

    def fails(self, step: str, words: str, *, code: int, attempt: int = 0) -> str:
        ended = self.tasks.run(step, attempt=attempt)
        assert ended.code == code, ended.out
        assert words in ended.out
        assert "bug in flowc" not in ended.out
        return ended.out


@pytest.fixture(params=["obstore", "boto3"])
def trouble(request: pytest.FixtureRequest, tmp_path: Path, root: str, monkeypatch: pytest.MonkeyPatch) -> Trouble:
    return Trouble(tmp_path, root, request.param, monkeypatch)


@pytest.mark.parametrize(
    ("fault", "words", "code"),
    [
        (DENIED, "permission is denied", EXIT_USER_ERROR),
        (EXPIRED, "the credentials have expired", EXIT_USER_ERROR),
        (Answer(301, "PermanentRedirect"), "the bucket is in another region", EXIT_USER_ERROR),
        (Drop("before"), "the endpoint cannot be reached", EXIT_STORE_UNAVAILABLE),
        (BUSY, "the server asks to slow down", EXIT_STORE_UNAVAILABLE),
    ],
    ids=str,
)
def test_in_the_middle_of_a_task(trouble: Trouble, site: S3Site, fault: Fault, words: str, code: int) -> None:
    """From its first write on the store refuses everything; the next attempt finds all that it needs."""
    assert trouble.tasks.run("start").code == 0
    broken: list[bool] = []

    def pick(request: Request) -> Fault | None:
        broken.extend([True] if request.kind == "PUT" else [])
        return fault if broken else None

    site.proxy.pick = pick
    trouble.fails("end", words, code=code)
    site.proxy.forget()
    assert not trouble.tasks.committed("end")
    ended = trouble.tasks.run("end", attempt=1)
    assert ended.code == 0, ended.out
    assert trouble.tasks.values("end", names=["size"]) == {"size": 3_000_000}


def test_a_lost_reply_to_the_commit_changes_nothing(trouble: Trouble, site: S3Site) -> None:
    site.proxy.pick = lambda request: Drop("after") if request.key.endswith("/commit") and request.kind == "PUT" else None
    ended = trouble.tasks.run("start")
    assert ended.code in (0, EXIT_STORE_UNAVAILABLE), ended.out
    site.proxy.forget()
    assert trouble.tasks.run("start", attempt=1).code == 0
    assert trouble.tasks.run("end").code == 0


def test_down_at_the_start(trouble: Trouble, monkeypatch: pytest.MonkeyPatch, site: S3Site) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    trouble.fails("start", "the endpoint cannot be reached: look at it", code=EXIT_STORE_UNAVAILABLE)
    monkeypatch.setenv("AWS_ENDPOINT_URL", site.proxy.url)
    assert trouble.tasks.run("start").code == 0


def test_no_bucket(trouble: Trouble) -> None:
    ended = trouble.tasks.run("start", root="s3://nowhere/x")
    assert ended.code == EXIT_USER_ERROR
    assert "there is no such bucket: create it, or correct the root" in ended.out


def test_no_credentials(trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    trouble.fails("start", "there are no credentials: set AWS_ACCESS_KEY_ID", code=EXIT_USER_ERROR)


def test_a_run_name_used_again_is_refused(trouble: Trouble) -> None:
    assert trouble.tasks.run("start").code == 0
    trouble.fails("start", "run name 'run 1' is already used", code=78)


def test_a_damaged_object_is_named(trouble: Trouble, site: S3Site) -> None:
    assert trouble.tasks.run("start").code == 0
    entry = trouble.tasks.record("start")["artifacts"]["big"]
    digest = entry["obj"].removeprefix("sha256:")
    (key,) = [request.key for request in site.proxy.requests if digest in request.key and request.kind == "PUT"]
    client = site.server.client()
    whole = client.get_object(Bucket="flows", Key=key)["Body"].read()
    client.put_object(Bucket="flows", Key=key, Body=whole[:-2_000_000])
    assert digest in trouble.fails("end", "is damaged: it has", code=EXIT_USER_ERROR)
    client.put_object(Bucket="flows", Key=key, Body=whole[:2_000_000] + b"!" + whole[2_000_001:])
    assert digest in trouble.fails("end", "is damaged: a segment has the digest", code=EXIT_USER_ERROR, attempt=1)
    client.put_object(Bucket="flows", Key=key, Body=whole)
    assert trouble.tasks.run("end", attempt=2).code == 0
