"""What the payload of an event gives to parameters: `@trigger(event={"name": …, "parameters": {parameter: field}})`.

The payload of an asset's event is its `extra`. Which fields go where is written into the template of the parameters' variable, so
that nothing but the first task sees a payload.
"""

import json
from collections.abc import Mapping
from urllib.parse import quote

from flowc.backends.starts import events_of
from flowc.ir.graph import FlowGraph

_EVENTS = (
    "{% for events in (triggering_asset_events | default(triggering_dataset_events)).values() %}{% for event in events %}",
    "{% set part = (event.asset | default(event.dataset)).uri.split('/') %}{% set payload = event.extra or {} %}",
    "{% for parameter, field in (fields[part[3]] if part[2] == 'event' and part[3] in fields else {}).items() if field in payload %}",
    "{% set _ = given.update({parameter: payload[field]}) %}{% endfor %}{% endfor %}{% endfor %}",
)


def payload_fields(graph: FlowGraph) -> dict[str, dict[str, str]]:
    """Return {event, as its asset has it: {parameter: field of the payload}}, without events that give nothing."""
    decorator = graph.decorator("trigger")
    events = () if decorator is None else events_of(decorator)
    return {quote(event.name, safe=""): dict(event.fills) for event in events if event.fills}


def parameters_template(fields: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Return the template of all parameters as JSON, what events gave over what the form says; in lines that belong together."""
    # JSON is what Jinja takes for a literal: https://jinja.palletsprojects.com/en/stable/templates/#literals
    known = json.dumps(fields, ensure_ascii=False)
    return ("{% set given = dict(params) %}{% set fields = " + known + " %}", *_EVENTS, "{{ given | tojson }}")
