"""What a whole task process imports, from its start to its control line, its code fetched from a package."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from support.shim_tasks import Tasks

from flowc.package.tar import canonical_tar
from flowc.runtime_shim.contract import package_key
from flowc.runtime_shim.environment import attempt_to_environment

DENIED = {
    *("typing", "dataclasses", "inspect", "traceback", "ast", "datetime", "pathlib", "importlib.metadata"),
    *("urllib", "urllib.parse", "http", "socket", "ssl", "email", "asyncio", "subprocess", "logging", "ctypes", "decimal", "random"),
    *("tempfile", "tarfile", "shutil", "zlib", "bz2", "lzma", "base64", "pickletools", "uuid", "getpass"),
    *("click", "libcst", "hera", "jinja2", "yaml", "pydantic", "boto3", "obstore", "numpy", "rich"),
    *("flowc.api", "flowc.cli", "flowc.ir", "flowc.source", "flowc.diagnostics", "flowc.frontend", "flowc.client", "flowc.local"),
}
FLOW = """
    alpha = Parameter("alpha", default=0.5)

    @step
    def start(self):
        self.small = "x" * 1024
        self.xs = [1, 2]
        self.next(self.work, foreach="xs")

    @retry(times=1)
    @resources(cpu=2)
    @step
    def work(self):
        self.small = self.small[::-1] + str(self.input) + str(self.alpha) + current.run_id
        self.next(self.end)

    @step
    def end(self, inputs):
        self.merge_artifacts(inputs, exclude=["small"])
"""


def imported(tasks: Tasks, step: str, at: str, **changes: object) -> set[str]:
    """The modules that a task process imported."""
    environment = {**os.environ, **attempt_to_environment(tasks.attempt(step, at, code_dir=None, **changes))}
    command = [sys.executable, "-X", "importtime", "-m", "flowc.runtime_shim", "step", step]
    ended = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tasks.folder, timeout=60
    )
    assert ended.returncode == 0, ended.stdout
    assert tasks.committed(step, at)
    # https://docs.python.org/3/using/cmdline.html#cmdoption-X: "import time: self | cumulative | name"
    return {line.rpartition("|")[2].strip() for line in ended.stdout.split("\n") if line.startswith("import time:")}


def test_no_step_of_a_flow_imports_what_is_denied(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FLOW, imports="from flowc import FlowSpec, Parameter, current, resources, retry, step")
    files = [(name, (tasks.code / name).read_bytes()) for name in ("flow.py", "plan.json")]
    data = canonical_tar(files)
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    tasks.store.create(package_key("F", digest), data)
    for step, at in (("start", "r"), ("work", "r.0"), ("work", "r.1"), ("end", "r")):
        found = imported(tasks, step, at, code=digest)
        assert "flowc.runtime_shim.tar" in found, "the code came out of a package"
        assert found & DENIED == set(), f"{step} at {at}"
