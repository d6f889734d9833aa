"""Same input, same bytes: another hash seed, time zone, locale, home, user, working directory and folder on disk change nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.flows import REPO, Sample, example_flows, golden_flows

IMAGE = ("--image", "registry.example/flows:1", "--root", "s3://flows/prod")
TARGETS = {
    "airflow": (),
    "argo": (*IMAGE, "--set", "argo.event_url=http://events:12000/flowc"),
    "stepfunctions": (*IMAGE, "--set", "stepfunctions.job_queue=flows"),
}
"""Each with the options that its flows need."""
ELSEWHERE = {
    "PYTHONHASHSEED": "4242",
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "POSIX",
    "LANG": "POSIX",
    "HOME": "/nonexistent",
    "USER": "somebody",
    "METAFLOW_USER": "somebody",
    "COLUMNS": "40",
    "FLOWC_ROOT": "file:///elsewhere",
}


def project(folder: Path) -> Path:
    """Copy the flows into a project of their own and return its root."""
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[project]\nname = 'flows'\n")
    for part in ("tests/golden", "examples"):
        shutil.copytree(
            REPO / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.txt", "airflow.py", "*.yaml", "*.asl.json")
        )
    return folder


def samples(target: str) -> list[Sample]:
    """The flows that the target compiles."""
    every = [*golden_flows(), *example_flows()]
    return [sample for sample in every if not sample.path.with_name(f"{target}.refused.txt").exists()]


def compiled(target: str, root: Path, out: Path, environment: dict[str, str], cwd: Path) -> dict[str, bytes]:
    flows = [os.path.relpath(root / sample.path.relative_to(REPO), cwd) for sample in samples(target)]
    command = [sys.executable, "-m", "flowc", "compile", *flows, "--target", target, *TARGETS[target], "-o", str(out)]
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_same_bytes_everywhere(target: str, tmp_path: Path) -> None:
    here = project(tmp_path / "a")
    there = project(tmp_path / "some where" / "else" / "b")
    first = compiled(target, here, tmp_path / "out1", {"PYTHONHASHSEED": "1", "TZ": "UTC"}, here)
    second = compiled(target, there, tmp_path / "out2", ELSEWHERE, there / "tests")
    assert len({Path(path).parts[1] for path in first}) == len(samples(target))
    assert first == second
