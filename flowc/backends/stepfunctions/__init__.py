"""Step Functions: one state machine per flow, each step a job of AWS Batch."""

from flowc.backends.stepfunctions.backend import BACKEND

__all__ = ["BACKEND"]
