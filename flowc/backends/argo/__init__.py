"""Argo Workflows: a WorkflowTemplate, and files for its schedule and its events. `BACKEND` is what the registry loads."""

from flowc.backends.argo.backend import BACKEND as BACKEND
