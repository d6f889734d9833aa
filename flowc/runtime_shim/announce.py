"""Tells flows that wait for it that a run has succeeded: one event, as Metaflow publishes them, to a webhook.

`{"payload": {"name": …, "id": …, "timestamp": …}}`, as Argo Events passes on what is posted to an event source:
https://argoproj.github.io/argo-events/eventsources/setup/webhook/
"""

import json
import sys
import time

from flowc.runtime_shim.contract import finished_event

_PAUSES = (1.0, 4.0, 10.0)
_TIMEOUT_SECONDS = 30


def announce(url: str, flow: str, run: str) -> bool:
    """Post the event; tries again for a while where nobody takes it, and returns whether somebody did."""
    from urllib.request import Request, urlopen

    name = finished_event(flow)
    payload = {"name": name, "id": f"{flow}/{run}", "timestamp": round(time.time(), 3)}
    body = json.dumps({"name": name, "payload": payload}).encode()
    request = Request(url, body, {"Content-Type": "application/json"})
    for pause in (*_PAUSES, None):
        try:
            with urlopen(request, timeout=_TIMEOUT_SECONDS):
                return True
        except (OSError, ValueError) as error:
            trouble = error
        if pause is not None:
            time.sleep(pause)
    print(f"flowc: {name} cannot be announced at {url}: {trouble}", file=sys.stderr)
    return False
