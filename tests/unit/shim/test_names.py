"""`import metaflow` inside a task, the names flowc offers, and what a task process must not import."""

import subprocess
import sys

import pytest

import flowc
from flowc.runtime_shim.refused_names import REFUSED
from flowc.runtime_shim.version import VERSION


def python(code: str, *options: str) -> str:
    """Run code in an interpreter of its own and return what it printed."""
    ended = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


ALIAS = "from flowc.runtime_shim import alias; alias.install()\n"


@pytest.mark.parametrize(
    "lines",
    [
        "import metaflow as mf; from flowc import FlowSpec; assert mf.FlowSpec is FlowSpec; assert mf.__version__",
        "from metaflow import FlowSpec, step, Parameter, IncludeFile, JSONType, Config, config_expr, current, retry, catch, card, project",
        "from metaflow import *; FlowSpec, step, Parameter, conda_base, exit_hook",
        "import metaflow.exception; from metaflow.exception import MetaflowException, MetaflowExceptionWrapper",
        "from metaflow import cards; cards.Markdown('x'); from metaflow.cards import Image; Image.from_matplotlib(None)",
        "from metaflow.flowspec import FlowSpec, InvalidNextException",
        "from metaflow.plugins.timeout_decorator import TimeoutException; import metaflow; metaflow.plugins.timeout_decorator",
        "from metaflow import Flow, Run, Task, Step, DataArtifact, namespace; import flowc; assert Run is flowc.Run",
        "from metaflow.user_configs.config_parameters import ConfigValue",
        "from metaflow.metaflow_current import Current; from metaflow import current; assert isinstance(current, Current)",
        "from metaflow import user_step_decorator, UserStepDecorator",
        "from metaflow import parallel_map, parallel_imap_unordered, profile; from metaflow.multicore_utils import MulticoreException",
        "import metaflow; assert not hasattr(metaflow, 'S3'); assert getattr(metaflow, 'S3', None) is None",
    ],
)
def test_what_flows_import_is_there(lines: str) -> None:
    assert python(ALIAS + lines) == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("from metaflow import FlowMutator", f"has no 'FlowMutator' of 'metaflow': {REFUSED['FlowMutator']}"),
        ("from metaflow import S3", "has no 'S3' of 'metaflow': flowc has no S3 client"),
        (
            "import metaflow; metaflow.nonsense",
            f"AttributeError flowc {VERSION} has no 'nonsense' of 'metaflow': import it from another package",
        ),
        ("import metaflow.plugins.argo", "has no 'argo' of 'metaflow.plugins'"),
        ("from metaflow.exception import Other", "has no 'Other' of 'metaflow.exception'"),
    ],
)
def test_what_is_not_there_is_named(line: str, said: str) -> None:
    code = f"{ALIAS}try:\n    {line}\nexcept (ImportError, AttributeError) as error:\n    print(type(error).__name__, error)\n"
    assert said in python(code)


def test_the_shim_answers_in_place_of_a_metaflow_imported_before() -> None:
    code = "import sys, types\nsys.modules['metaflow'] = types.ModuleType('metaflow')\n" + ALIAS
    assert python(code + "from metaflow import FlowSpec; print(FlowSpec.__module__)") == "flowc.runtime_shim.flowspec\n"


def test_every_name_of_flowc_is_there() -> None:
    assert [name for name in flowc.__all__ if getattr(flowc, name, None) is None] == []
    assert set(flowc.__all__) <= set(dir(flowc))
    with pytest.raises(AttributeError, match="module 'flowc' has no attribute 'nonsense'"):
        flowc.nonsense  # noqa: B018


DENIED = (
    "click", "libcst", "hera", "jinja2", "yaml", "pydantic", "asyncio", "boto3", "obstore", "numpy", "rich", "dataclasses", "inspect",
    "tarfile", "tempfile", "pathlib", "datetime", "traceback", "email", "importlib.metadata", "flowc.cli", "flowc.ir", "flowc.client",
)  # fmt: skip


def test_a_task_process_imports_little() -> None:
    code = "import sys, flowc.runtime_shim.__main__, flowc.runtime_shim.run_step; from flowc import FlowSpec, step, retry\n"
    assert python(code + f"print([name for name in {DENIED!r} if name in sys.modules])") == "[]\n"


def test_importing_flowc_imports_next_to_nothing() -> None:
    code = "import sys; before = set(sys.modules); import flowc; print(sorted(set(sys.modules) - before))"
    assert python(code, "-I") == "['flowc']\n"
