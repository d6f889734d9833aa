import hashlib
import io
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from flowc.diagnostics.model import Report
from flowc.package import NamedFile, PackageError, build_package, upload
from flowc.package import build as build_module
from flowc.runtime_shim.code import fetch_code
from flowc.runtime_shim.stores import open_store
from flowc.source import Span

PLAN = b'{"v":1}'
HERE = Span("train.py", 3, 1, 3, 9)


@dataclass(frozen=True)
class Member:
    project_path: str
    data: bytes
    why: str = "imported by train.py"


TRAIN = Member("train.py", b"import lib\n", "the flow")
LIB = Member("lib/__init__.py", b"X = 1\n")


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    for path, text in {
        "train.py": "import lib\n",
        "lib/__init__.py": "X = 1\n",
        "unrelated.py": "Y = 1\n",
        "data/a.csv": "1\n",
        "data/b.csv": "2\n",
        "data/deep/c.csv": "3\n",
        "data/notes.txt": "n\n",
        "data/.hidden.csv": "h\n",
        "data/__pycache__/a.csv": "p\n",
        "venv/pyvenv.cfg": "",
        "venv/site.csv": "v\n",
        ".env": "SECRET=1\n",
        "keys/server.pem": "pem\n",
        "keys/readme.txt": "r\n",
        ".aws/credentials": "aws\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def build(project, *include, named=None, closure=(TRAIN, LIB)):
    report = Report()
    package = build_package(PLAN, closure, include, project, named=named or {}, report=report, span=HERE)
    return package, [(found.code.id, found.message) for found in report.diagnostics]


def paths(package):
    with tarfile.open(fileobj=io.BytesIO(package.data)) as tar:
        names = tar.getnames()
    assert names == [file.path for file in package.files]
    return names


def test_plan_and_sources_in_order(project):
    package, found = build(project, closure=(TRAIN, LIB))
    assert paths(package) == ["lib/__init__.py", "plan.json", "train.py"]
    assert found == []
    assert package.digest == "sha256:" + hashlib.sha256(package.data).hexdigest()
    assert [file.why for file in package.files] == ["imported by train.py", "the plan of the flow", "the flow"]


def test_order_of_the_closure_and_of_patterns_does_not_matter(project):
    one, _ = build(project, "data/a.csv", "data/b.csv", closure=(TRAIN, LIB))
    other, _ = build(project, "data/b.csv", "data/a.csv", closure=(LIB, TRAIN))
    assert one.data == other.data


def test_unrelated_changes_times_and_modes_leave_the_digest(project, monkeypatch, tmp_path):
    before, _ = build(project, "data/*.csv")
    (project / "unrelated.py").write_text("Y = 2\n")
    (project / "data/more.txt").write_text("new\n")
    os.utime(project / "data/a.csv", (1, 1))
    os.chmod(project / "data/b.csv", 0o600)
    monkeypatch.chdir(tmp_path)
    assert build(project, "data/*.csv")[0].digest == before.digest
    (project / "data/a.csv").write_text("changed\n")
    assert build(project, "data/*.csv")[0].digest != before.digest


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("data/*.csv", ["data/a.csv", "data/b.csv"]),
        ("data/**/*.csv", ["data/a.csv", "data/b.csv", "data/deep/c.csv"]),
        ("**/*.csv", ["data/a.csv", "data/b.csv", "data/deep/c.csv"]),
        ("data/**", ["data/a.csv", "data/b.csv", "data/deep/c.csv", "data/notes.txt"]),
        ("data", ["data/a.csv", "data/b.csv", "data/deep/c.csv", "data/notes.txt"]),
        ("./data/", ["data/a.csv", "data/b.csv", "data/deep/c.csv", "data/notes.txt"]),
        ("d*", ["data/a.csv", "data/b.csv", "data/deep/c.csv", "data/notes.txt"]),
        ("data/[b]*", ["data/b.csv"]),
        ("data/.hidden.csv", ["data/.hidden.csv"]),
        ("data/.h*", ["data/.hidden.csv"]),
        ("keys/*.txt", ["keys/readme.txt"]),
        ("DATA/*.csv", []),
        ("venv/site.csv", ["venv/site.csv"]),
    ],
)
def test_patterns(project, pattern, expected):
    package, found = build(project, pattern, closure=())
    assert [path for path in paths(package) if path != "plan.json"] == expected
    assert [code for code, _ in found] == ([] if expected else ["FLC505"])


@pytest.mark.parametrize(
    ("pattern", "code", "named"),
    [
        (".env", "FLC500", "'.env'"),
        ("keys/server.pem", "FLC500", "'keys/server.pem'"),
        (".aws/credentials", "FLC500", "'.aws/credentials'"),
        (".aws", "FLC500", "'.aws'"),
        ("keys/*", "FLC501", "'keys/server.pem'"),
        ("keys", "FLC500", "'keys/server.pem'"),
        ("/etc/passwd", "FLC504", "'/etc/passwd'"),
        ("../other.py", "FLC504", "'../other.py'"),
        ("nothing-*", "FLC505", "'nothing-*'"),
    ],
)
def test_refused_patterns(project, pattern, code, named):
    package, found = build(project, pattern)
    assert [found_code for found_code, _ in found] == [code]
    assert named in found[0][1]
    assert not {".env", "keys/server.pem", ".aws/credentials"} & set(paths(package))


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        ".env.production",
        ".ENV",
        "tls.pem",
        "tls.key",
        "id_rsa",
        "id_rsa.bak",
        "credentials.json",
        "credentials-prod.json",
        ".netrc",
        ".pypirc",
        ".ssh/config",
        ".aws/config",
        ".git/config",
        "__pycache__/x.txt",
        ".venv/x.txt",
        "old.pyc",
    ],
)
def test_deny_list(project, name):
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("secret")
    there = Span("train.py", 7, 1, 7, 9)
    report = Report()
    named = {name: NamedFile("Config 'settings'", there)}
    package = build_package(PLAN, [TRAIN, Member(name, b"secret", "Config data")], [], project, named=named, report=report, span=HERE)
    found = [(diagnostic.code.id, diagnostic.message) for diagnostic in report.diagnostics]
    assert [diagnostic.span for diagnostic in report.diagnostics] == [there]
    assert [code for code, _ in found] == ["FLC500"]
    assert name in found[0][1]
    assert "Config 'settings'" in found[0][1]
    assert b"secret" not in package.data
    assert [left.path for left in package.left_out] == [name]


def test_a_module_with_a_secret_looking_name_ships(project):
    assert "id_rsa_tools.py" in paths(build(project, closure=(Member("id_rsa_tools.py", b""),))[0])


def test_links(project, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("out\n")
    (project / "links").mkdir()
    (project / "links/in.csv").symlink_to(project / "data/a.csv")
    (project / "links/out.csv").symlink_to(outside / "secret.csv")
    (project / "links/folder").symlink_to(outside)
    (project / "links/again").symlink_to(project / "links")
    (project / "links/key.txt").symlink_to(project / "keys/server.pem")
    package, found = build(project, "links/**")
    assert paths(package) == ["lib/__init__.py", "links/in.csv", "plan.json", "train.py"]
    assert [code for code, _ in found] == ["FLC500", "FLC502", "FLC502"]
    assert "links/key.txt" in found[0][1]
    assert "links/folder" in found[1][1]
    assert "links/out.csv" in found[2][1]
    with tarfile.open(fileobj=io.BytesIO(package.data)) as tar:
        assert tar.getmember("links/in.csv").isreg()


def test_links_that_go_round_end(project):
    for folder, name, target in (("one", "x", "two"), ("two", "y", "one"), ("data", "up", ".")):
        (project / folder).mkdir(exist_ok=True)
        (project / folder / name).symlink_to(project / target)
        (project / folder / "own.txt").write_text(folder)
    package, found = build(project, "**/own.txt", closure=())
    assert found == []
    assert [path for path in paths(package) if path.startswith("one")] == ["one/own.txt", "one/x/own.txt"]
    assert not [path for path in paths(package) if "/up/" in path]


def test_a_linked_module_that_leaves_the_project_is_refused(project, tmp_path):
    (tmp_path / "shared.py").write_text("Z = 1\n")
    (project / "shared.py").symlink_to(tmp_path / "shared.py")
    package, found = build(project, closure=(TRAIN, Member("shared.py", b"Z = 1\n")))
    assert [code for code, _ in found] == ["FLC502"]
    assert paths(package) == ["plan.json", "train.py"]


def test_a_project_reached_through_a_link_is_no_escape(project, tmp_path):
    (tmp_path / "alias").symlink_to(project)
    through, found = build(tmp_path / "alias", "data/*.csv")
    assert found == []
    assert through.digest == build(project, "data/*.csv")[0].digest


def test_plan_json_of_the_project_is_a_clash(project):
    (project / "plan.json").write_text("{}")
    package, found = build(project, "*.json")
    assert [code for code, _ in found] == ["FLC503"]
    assert paths(package).count("plan.json") == 1
    assert build(project)[1] == []


def test_data_files_of_the_closure(project):
    (project / "data/a.csv").write_text("changed on disk since it was read\n")
    closure = [TRAIN, Member("data/a.csv", b"as read\n", "IncludeFile data"), Member("data/b.csv", b"2\n", "Config data")]
    package, found = build(project, "data/*.csv", closure=closure, named={"data/b.csv": NamedFile("Config 'b'", HERE)})
    assert found == []
    assert [(file.path, file.why) for file in package.files if file.path.startswith("data")] == [
        ("data/a.csv", "IncludeFile data"),
        ("data/b.csv", "Config 'b'"),
    ]
    assert b"as read" in package.data


def test_an_unreadable_fifo_is_refused_not_read(project):
    os.mkfifo(project / "data/pipe.csv")
    _, found = build(project, "data/*.csv")
    assert [code for code, _ in found] == ["FLC506"]


@pytest.mark.parametrize(("name", "flaw"), [(b"back\\slash.csv", "backslash"), (b"c:drive.csv", "colon"), (b"latin-\xe9.csv", "UTF-8")])
def test_names_that_mean_something_elsewhere_are_refused(project, name, flaw):
    with open(os.path.join(os.fsencode(project), name), "w"):
        pass
    package, found = build(project, "*.csv")
    assert [code for code, _ in found] == ["FLC506"]
    assert flaw in found[0][1]
    assert paths(package) == ["lib/__init__.py", "plan.json", "train.py"]


def test_the_shim_unpacks_it(project, tmp_path):
    package, _ = build(project, "data/**")
    store = open_store((tmp_path / "store").as_uri())
    key = upload(store, "Flow", package)
    assert upload(store, "Flow", package) == key
    folder = Path(fetch_code(store, "Flow", package.digest, str(tmp_path / "code")))
    unpacked = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert list(unpacked) != []
    assert {path: len(data) for path, data in unpacked.items()} == {file.path: file.size for file in package.files}
    assert unpacked["plan.json"] == PLAN
    assert unpacked["data/a.csv"] == b"1\n"


def test_sizes_warn(project, monkeypatch):
    monkeypatch.setattr(build_module, "LARGE_FILE_BYTES", 1000)
    monkeypatch.setattr(build_module, "LARGE_PACKAGE_BYTES", 3000)
    (project / "data/a.csv").write_bytes(bytes(1500))
    _, found = build(project, "data/a.csv")
    assert found == [("FLC507", "'data/a.csv' puts 1.5 kB into the code package"), ("FLC508", "the code package has 6.1 kB")]


def test_without_a_report_errors_are_raised(project):
    with pytest.raises(PackageError, match=r"FLC500 .*'\.env'"):
        build_package(PLAN, [TRAIN], [".env"], project)
    assert [file.path for file in build_package(PLAN, [TRAIN], ["nothing-*"], project).files] == ["plan.json", "train.py"]
