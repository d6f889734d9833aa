"""The Airflow target."""

from flowc.backends.airflow.backend import BACKEND

__all__ = ["BACKEND"]
