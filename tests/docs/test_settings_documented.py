"""Each setting of a target stands on the target's page, each setting of a project on the page of settings."""

from dataclasses import fields
from pathlib import Path

import pytest

from flowc.backends.airflow.options import AirflowOptions, AirflowSite
from flowc.backends.argo.options import ArgoOptions, ArgoSite
from flowc.backends.base import Options
from flowc.backends.stepfunctions.options import StepFunctionsOptions, StepFunctionsSite
from flowc.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
TABLES = {
    "airflow": (AirflowOptions, AirflowSite),
    "argo": (ArgoOptions, ArgoSite),
    "stepfunctions": (StepFunctionsOptions, StepFunctionsSite),
}


@pytest.mark.parametrize("target", TABLES)
def test_settings_of_a_target(target: str) -> None:
    page = (DOCS / f"{target}.md").read_text(encoding="utf-8")
    names = {field.name for table in TABLES[target] for field in fields(table)} - {field.name for field in fields(Options)}
    assert sorted(name for name in names if name not in page) == []


def test_settings_of_a_project() -> None:
    page = (DOCS / "environments.md").read_text(encoding="utf-8")
    names = {field.name for field in fields(Settings)} - {"targets", "origin", "source", "include_places"}
    assert sorted(name for name in names if f"`{name}`" not in page and f"`[{name}]`" not in page) == []
