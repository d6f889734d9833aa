"""Settings: their types, how the table of an environment goes over that of the project, and what is given by hand over both."""

from pathlib import Path

import pytest

from flowc.backends.airflow.options import read_options, read_site
from flowc.cli.target_options import overrides
from flowc.errors import UsageError
from flowc.settings import load_settings

SETTINGS = """\
[airflow]
operator = "kubernetes"
in_cluster = true
pod_startup_seconds = 60
[kubernetes]
namespace = "flows"
labels = {team = "ml"}
[env.prod.kubernetes]
namespace = "prod"
[env.local.airflow]
operator = "bash"
"""


def test_a_table_of_an_environment_goes_over_the_projects(tmp_path: Path) -> None:
    (tmp_path / "flowc.toml").write_text(SETTINGS)
    settings = load_settings(tmp_path)
    options = read_options(settings)
    assert (options.operator, options.in_cluster, options.pod_startup_seconds) == ("kubernetes", True, 60)
    assert options.kubernetes == {"namespace": "flows", "labels": {"team": "ml"}}
    assert load_settings(tmp_path, "prod").kubernetes == {"namespace": "prod", "labels": {"team": "ml"}}
    local = read_options(load_settings(tmp_path, "local"))
    assert (local.operator, local.in_cluster) == ("bash", True)


def test_what_is_given_by_hand_goes_over_all(tmp_path: Path) -> None:
    (tmp_path / "flowc.toml").write_text(SETTINGS)
    settings = load_settings(tmp_path).with_overrides({"airflow.operator": "bash", "airflow.url": "http://a", "kubernetes.namespace": "x"})
    assert read_options(settings).operator == "bash"
    assert read_site(settings).url == "http://a"
    assert settings.kubernetes == {"namespace": "x", "labels": {"team": "ml"}}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('airflow = "x"', "setting 'airflow' in flowc.toml must be a table, not 'x'"),
        ('airflow.operator = "docker"', "setting 'airflow.operator' in flowc.toml must be bash or kubernetes, not 'docker'"),
        ('kubernetes = "x"', "setting 'kubernetes' in flowc.toml must be a table, not 'x'"),
        ("airflow.in_cluster = 1", "setting 'airflow.in_cluster' in flowc.toml must be true or false, not 1"),
        ("airflow.pod_startup_seconds = true", "setting 'airflow.pod_startup_seconds' in flowc.toml must be an integer, not True"),
        ("airflow.max_retry_minutes = 0", "setting 'airflow.max_retry_minutes' in flowc.toml must be at least 1, not 0"),
        ("airflow.operatr = 1", "unknown setting 'airflow.operatr' in flowc.toml"),
    ],
)
def test_values_of_another_type_are_refused(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "flowc.toml").write_text(line + "\n")
    with pytest.raises(UsageError) as refused:
        read_options(load_settings(tmp_path))
    assert str(refused.value) == message


@pytest.mark.parametrize("given", [{"roots": "x"}, {"root": 1}, {"airflow.operatr": "x"}, {"argos.version": "4"}])
def test_what_is_given_by_hand_is_checked_too(tmp_path: Path, given: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        read_options(load_settings(tmp_path).with_overrides(given))


@pytest.mark.parametrize(
    ("text", "value"),
    [("airflow.url=8080", "8080"), ('airflow.url="a b"', "a b"), ("airflow.operator=bash", "bash"), ("airflow.max_map_length=7", 7)],
)
def test_what_is_assigned_is_read_as_the_setting_wants_it(tmp_path: Path, text: str, value: object) -> None:
    settings = load_settings(tmp_path).with_overrides(overrides([text]))
    name = text.partition("=")[0].removeprefix("airflow.")
    assert getattr(read_site(settings) if name == "url" else read_options(settings), name) == value


def test_an_assignment_of_another_type_is_refused(tmp_path: Path) -> None:
    settings = load_settings(tmp_path).with_overrides(overrides(["airflow.max_map_length=many"]))
    with pytest.raises(UsageError, match="must be an integer, not 'many'"):
        read_options(settings)
    with pytest.raises(UsageError, match="is no assignment"):
        overrides(["airflow.url"])
