"""Reads a store: flows, runs, steps, tasks, artifacts, under Metaflow's names. The store alone is asked, nothing is imported."""

from flowc.client.artifact import Artifact
from flowc.client.errors import ArtifactError, NotFound
from flowc.client.flow import Flow, Metaflow, default_namespace, get_namespace, namespace
from flowc.client.root import default_root
from flowc.client.run import Run
from flowc.client.step import Step
from flowc.client.task import Task

DataArtifact = Artifact

__all__ = [
    "Artifact",
    "ArtifactError",
    "DataArtifact",
    "Flow",
    "Metaflow",
    "NotFound",
    "Run",
    "Step",
    "Task",
    "default_namespace",
    "default_root",
    "get_namespace",
    "namespace",
]
