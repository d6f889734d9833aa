"""What a run does when it is over: the flow's exit hooks, and the word to flows that wait for it."""

import json
from typing import Any

from flowc.backends.argo.names import ANNOUNCE, EXIT, EXIT_HOOK
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.start_objects import finished_event
from flowc.backends.argo.yaml_text import Inline
from flowc.backends.base import Unit


def exit_templates(unit: Unit[ArgoOptions], *, hook: bool) -> list[dict[str, Any]]:
    """Return the templates for the end of a run beside that of the hook itself; none where the hook alone is called."""
    if unit.options.event_url is None:
        return []
    tasks: list[dict[str, Any]] = [{"name": "hook", "template": EXIT_HOOK}] if hook else []
    tasks.append({"name": "announce", "when": "'{{workflow.status}}' == 'Succeeded'", "template": ANNOUNCE})
    name = finished_event(unit.plan["flow"])
    payload = {"name": name, "id": f"{unit.plan['flow']}/{{{{workflow.name}}}}", "timestamp": "{{workflow.creationTimestamp.RFC3339}}"}
    return [
        {"name": EXIT, "dag": {"tasks": tasks}},
        {
            "name": ANNOUNCE,
            "http": {
                "url": unit.options.event_url,
                "method": "POST",
                "headers": [Inline(name="Content-Type", value="application/json")],
                "body": json.dumps({"name": name, "payload": payload}),
            },
        },
    ]
