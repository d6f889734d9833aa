"""How often and when Airflow tries a step again."""

import re
from pathlib import Path

import pytest

from flowc import api

SOURCE = """\
from flowc import *


class Sample(FlowSpec):
    {decorators}
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.mark.parametrize(
    ("decorators", "setting", "expected"),
    [
        ("", None, []),
        ("@retry", None, ["retries=3", "retry_delay=timedelta(minutes=2)"]),
        ("@retry(times=2, minutes_between_retries=0)", 30, ["retries=2", "retry_delay=timedelta(seconds=0)"]),
        (
            "@retry",
            30,
            ["retries=3", "retry_delay=timedelta(minutes=2)", "retry_exponential_backoff=True", "max_retry_delay=timedelta(minutes=30)"],
        ),
        ("@catch", None, ["retries=1", "retry_delay=timedelta(seconds=0)"]),
        ("@retry(times=1)\n    @catch", None, ["retries=2", "retry_delay=timedelta(minutes=2)"]),
    ],
)
def test_retries(tmp_path: Path, decorators: str, setting: int | None, expected: list[str]) -> None:
    (tmp_path / "flow.py").write_text(SOURCE.format(decorators=decorators))
    result = api.compile_flows([tmp_path / "flow.py"], ["airflow"], project_root=tmp_path, overrides={"airflow.max_retry_minutes": setting})
    result.raise_for_errors()
    [manifest] = result.manifests
    [call] = re.findall(r"^    start = step\((?:.|\n)*?^    end = ", manifest.text, re.MULTILINE)
    found = re.findall(r"(?:retries|retry_delay|retry_exponential_backoff|max_retry_delay)=(?:timedelta\(\w+=\d+\)|\w+)", call)
    assert found == expected
