"""Names within Amazon's limits: what is too long or holds other characters is cut, with a digest behind it that keeps it apart.

A state is called after its step, what we add `<step>-<role>`: no Python name has a dash, so no step can collide.
"""

import hashlib
import re
from typing import Final

STATE_LIMIT: Final = 80
"""Characters of the name of a state, and of a state machine: Step Functions quotas."""
LABEL_LIMIT: Final = 40
"""Characters of the `Label` of a Map."""
JOB_LIMIT: Final = 128
"""Characters of a Batch job's name, and of a job definition's: SubmitJob, RegisterJobDefinition."""
ROLE_LIMIT: Final = 64
"""Characters of the name of an IAM role, of an EventBridge rule and of a schedule."""

_OTHER: Final = re.compile(r"[^A-Za-z0-9_-]")
_DIGEST: Final = 8


def state_name(step: str, role: str = "") -> str:
    """Return the name of a step's own state, or of the one that has `role` for it."""
    suffix = f"-{role}" if role else ""
    return fitted(step, STATE_LIMIT - len(suffix)) + suffix


def map_label(step: str) -> str:
    """Return the label of the Map of a foreach, part of the ARNs of its children."""
    return fitted(step, LABEL_LIMIT)


def machine_name(flow: str) -> str:
    """Return the name of the state machine of the flow deployed as `flow`: `project-branch-Flow`."""
    plain = flow.replace(".", "-")
    return fitted(plain, STATE_LIMIT) if "-" not in flow and not _OTHER.search(plain) else _cut(_OTHER.sub("-", plain), flow, STATE_LIMIT)


def job_name(flow: str, step: str) -> str:
    """Return the name of the Batch jobs of a step."""
    return fitted(f"{machine_name(flow)}-{step}", JOB_LIMIT)


def resource_name(flow: str, role: str, limit: int = ROLE_LIMIT) -> str:
    """Return the name of what the flow has in IAM or EventBridge: `flowc-<machine>-<role>`."""
    return fitted(f"flowc-{machine_name(flow)}-{role}", limit)


def fitted(text: str, limit: int) -> str:
    """Return `text`, or as much of it as fits with a digest behind it where it is longer than `limit` or holds other characters."""
    plain = _OTHER.sub("_", text)
    return text if plain == text and len(text) <= limit else _cut(plain, text, limit)


def _cut(plain: str, text: str, limit: int) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return f"{plain[: limit - _DIGEST - 1]}-{digest}"
