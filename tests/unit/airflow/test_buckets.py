"""DAG files below a prefix of a bucket, on a real S3 server, by the command."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.s3_sites import S3Site, s3_site

from flowc.cli.group import run

pytestmark = pytest.mark.slow

FLOW = """\
from flowc import FlowSpec, step


class Small(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Site]:
    with s3_site("moto", tmp_path_factory.mktemp("moto")) as started:
        yield started


Deploy = Callable[..., tuple[object, str, str]]


@pytest.fixture
def deploy(site: S3Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Deploy:
    """Run `flowc deploy` in a project of one flow; the answer is exit code, standard output, standard error."""
    (tmp_path / "flowc.toml").write_text(f'root = "s3://flows/store-{tmp_path.name}"\n')
    (tmp_path / "small.py").write_text(FLOW)
    monkeypatch.chdir(tmp_path)
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)

    def call(folder: str, *words: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            run(["deploy", "small.py", "--target", "airflow", "--dags-folder", folder, *words])
        return ended.value.code, *capsys.readouterr()

    return call


def test_writes_one_object(site: S3Site, deploy: Deploy, tmp_path: Path) -> None:
    folder = f"s3://flows/{tmp_path.name}/da gs/"
    code, said, _ = deploy(folder)
    assert code == 0
    name = folder.rstrip("/") + "/Small.py"
    assert f"created: {name}\n" in said
    assert "the DAG Small starts paused" in said
    client = site.server.client()
    text = client.get_object(Bucket="flows", Key=f"{tmp_path.name}/da gs/Small.py")["Body"].read().decode()
    assert 'dag_id="Small"' in text

    site.proxy.forget()
    code, said, _ = deploy(folder)
    assert (code, f"unchanged: {name}\n" in said) == (0, True)
    assert [request.key for request in site.proxy.requests if request.kind == "PUT" and request.key.endswith(".py")] == []

    (tmp_path / "small.py").write_text(FLOW.replace("pass", "print()"))
    code, said, _ = deploy(folder, "--dry-run")
    assert (code, "would upload" in said) == (0, True)
    assert client.get_object(Bucket="flows", Key=f"{tmp_path.name}/da gs/Small.py")["Body"].read().decode() == text
    code, said, _ = deploy(folder)
    assert f"replaced: {name}\n" in said
    assert client.get_object(Bucket="flows", Key=f"{tmp_path.name}/da gs/Small.py")["Body"].read().decode() != text


def test_leaves_an_object_that_is_not_ours(site: S3Site, deploy: Deploy, tmp_path: Path) -> None:
    for there, said in ((b"print('mine')\n", "was not written by flowc"), (b"\xff", "is in the way and cannot be read")):
        site.server.client().put_object(Bucket="flows", Key=f"{tmp_path.name}/Small.py", Body=there)
        code, _, errors = deploy(f"s3://flows/{tmp_path.name}")
        assert (code, said in errors) == (3, True)
        assert site.server.client().get_object(Bucket="flows", Key=f"{tmp_path.name}/Small.py")["Body"].read() == there


@pytest.mark.parametrize(
    ("folder", "code", "said"),
    [
        ("s3://missing/dags", 3, "s3://missing/dags/Small.py cannot be read"),
        ("s3://", 2, "is neither a folder nor an S3 prefix"),
        ("gs://flows/dags", 2, "is neither a folder nor an S3 prefix"),
    ],
)
def test_where_nothing_can_be_written(deploy: Deploy, folder: str, code: int, said: str) -> None:
    ended, _, errors = deploy(folder)
    assert (ended, said in errors) == (code, True), errors


def test_a_bucket_has_no_commits(deploy: Deploy) -> None:
    ended, _, errors = deploy("s3://flows/dags", "--set", "airflow.git_commit=true")
    assert (ended, "git_commit means nothing for a bucket" in errors) == (2, True), errors
