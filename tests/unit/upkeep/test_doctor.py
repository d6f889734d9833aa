"""`flowc doctor` on stores that are good, wrong in one way each, and on a server that overwrites."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql import free_port
from support.s3_sites import BUCKET, S3Site

from flowc.runtime_shim.contract import SIGNING_KEY
from flowc.upkeep.doctor import examine

HANGS = "1 uploads in parts are open, 1 of them for more than a day"  # moto dates every upload to 2010


def said(root: str) -> dict[str, str]:
    """What is found, by level: texts and advice, a line each."""
    lines: dict[str, str] = {}
    for found in examine(root):
        lines[found.level] = lines.get(found.level, "") + f"{found.text}: {found.advice}\n"
    return lines


def test_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = (tmp_path / "root").as_uri()
    found = said(root)
    assert "error" not in found
    assert "records are not signed" in found["note"]
    assert "a key is created once" in found["ok"]
    assert "of 8 writers at the same time one creates a key" in found["ok"]
    assert list(tmp_path.rglob("*")) == [tmp_path / "root"], "nothing is left"
    monkeypatch.setenv(SIGNING_KEY, "a secret of 16 bytes or more")
    assert "records are signed" in said(root)["ok"]
    monkeypatch.setenv(SIGNING_KEY, "short")
    assert "has 5 bytes, and needs 16" in said(root)["note"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file")
    assert "a file stands where a folder is needed" in said((tmp_path / "root").as_uri())["error"]


def test_a_folder_with_left_overs(tmp_path: Path) -> None:
    left = tmp_path / "F/obj/@123.abc"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"12345")
    assert "temporaries" not in said(tmp_path.as_uri())["note"]
    os.utime(left, (time.time() - 90_000,) * 2)
    assert "1 temporaries of killed writers hold 5 bytes: `flowc gc --delete` removes them" in said(tmp_path.as_uri())["note"]


def test_no_root(tmp_path: Path) -> None:
    assert "there is no store for ftp:// roots" in said("ftp://host/x")["error"]


@pytest.mark.slow
@pytest.mark.parametrize("client", ["obstore", "boto3"])
class TestBucket:
    @pytest.fixture(autouse=True)
    def _client(self, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FLOWC_S3_CLIENT", client)

    def test_a_bucket(self, root: str, site: S3Site) -> None:
        found = said(root)
        assert "error" not in found, found["error"]
        assert "the credentials come from AWS_ACCESS_KEY_ID and are accepted, endpoint http://127.0.0.1:" in found["ok"]
        assert "the bucket is in us-east-1" in found["ok"]
        assert "no upload in parts hangs" in found["ok"]
        assert not site.server.client().list_objects_v2(Bucket=BUCKET, Prefix=root.removeprefix(f"s3://{BUCKET}/")).get("KeyCount")

    def test_an_upload_that_hangs(self, root: str, site: S3Site) -> None:
        key = root.removeprefix(f"s3://{BUCKET}/") + "/F/obj/ab/abc"
        upload = site.server.client().create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        found = said(root)["note"]
        assert HANGS in found
        assert "AbortIncompleteMultipartUpload" in found
        site.server.client().abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload)

    def test_another_region(self, root: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        assert "the bucket is in us-east-1, and AWS_REGION says eu-west-1: set AWS_REGION=us-east-1 in every task" in said(root)["error"]

    def test_no_bucket(self, root: str) -> None:
        assert "there is no such bucket: create it, or correct the root" in said("s3://nowhere/x")["error"]

    def test_no_endpoint(self, root: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
        assert "the endpoint cannot be reached: look at it, and at AWS_ENDPOINT_URL and the network" in said(root)["error"]

    def test_no_credentials(self, root: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        assert "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in said(root)["error"]


@pytest.fixture
def overwriting(tmp_path: Path) -> Iterator[str]:
    """The endpoint of a real server that ignores If-None-Match: https://rclone.org/commands/rclone_serve_s3/"""
    (tmp_path / "served/flows").mkdir(parents=True)
    port = free_port()
    program = Path(sys.executable).parent / "rclone"
    options = ["--addr", f"127.0.0.1:{port}", "--auth-key", "test,testtest", "--config", os.devnull, "--vfs-cache-mode", "full"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    with subprocess.Popen([program, "serve", "s3", *options, tmp_path / "served"], env=environment, stderr=subprocess.DEVNULL) as server:
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.mark.slow
@pytest.mark.parametrize("client", ["obstore", "boto3"])
def test_a_server_that_overwrites(root: str, overwriting: str, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWC_S3_CLIENT", client)
    monkeypatch.setenv("AWS_ENDPOINT_URL", overwriting)
    found = said("s3://flows/x")
    assert (
        "the store overwrites: a second PUT with If-None-Match: * was taken: two attempts of one task could both commit" in found["error"]
    )


def test_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flowc", "doctor"]
    good = subprocess.run([*command, str(tmp_path / "root")], capture_output=True, text=True)
    assert good.returncode == 0
    assert "ok     a key is created once" in good.stdout
    bad = subprocess.run([*command, "s3://", "--format", "json"], capture_output=True, text=True)
    assert bad.returncode == 1
    assert '"good": false' in bad.stdout
