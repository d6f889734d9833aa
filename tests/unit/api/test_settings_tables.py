"""Settings of pods: their types, and how the table of an environment goes over that of the project."""

from pathlib import Path

import pytest

from flowc.errors import UsageError
from flowc.settings import load_settings

SETTINGS = """\
operator = "kubernetes"
in_cluster = true
pod_startup_seconds = 60
[kubernetes]
namespace = "flows"
labels = {team = "ml"}
[env.prod.kubernetes]
namespace = "prod"
[env.local]
operator = "bash"
"""


def test_a_table_of_an_environment_goes_over_the_projects(tmp_path: Path) -> None:
    (tmp_path / "flowc.toml").write_text(SETTINGS)
    settings = load_settings(tmp_path)
    assert (settings.operator, settings.in_cluster, settings.pod_startup_seconds) == ("kubernetes", True, 60)
    assert settings.kubernetes == {"namespace": "flows", "labels": {"team": "ml"}}
    assert load_settings(tmp_path, "prod").kubernetes == {"namespace": "prod", "labels": {"team": "ml"}}
    assert load_settings(tmp_path, "local").operator == "bash"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('operator = "docker"', "setting 'operator' in flowc.toml must be bash or kubernetes, not 'docker'"),
        ('kubernetes = "x"', "setting 'kubernetes' in flowc.toml must be a table, not 'x'"),
        ("in_cluster = 1", "setting 'in_cluster' in flowc.toml must be true or false, not 1"),
        ("pod_startup_seconds = true", "setting 'pod_startup_seconds' in flowc.toml must be an integer, not True"),
    ],
)
def test_values_of_another_type_are_refused(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "flowc.toml").write_text(line + "\n")
    with pytest.raises(UsageError) as refused:
        load_settings(tmp_path)
    assert str(refused.value) == message
