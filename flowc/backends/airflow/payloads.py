"""What the payload of an event gives to parameters: `@trigger(event={"name": …, "parameters": {parameter: field}})`.

The payload of an asset's event is its `extra`. Which fields go where is written into the template of the parameters' variable, so
that nothing but the first task sees a payload.
"""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from flowc.backends.airflow.schedule import entries_of, name_of
from flowc.ir.graph import FlowGraph
from flowc.ir.values import Value

_EVENTS = (
    "{% for events in (triggering_asset_events | default(triggering_dataset_events)).values() %}{% for event in events %}",
    "{% set part = (event.asset | default(event.dataset)).uri.split('/') %}{% set payload = event.extra or {} %}",
    "{% for parameter, field in (fields[part[3]] if part[2] == 'event' and part[3] in fields else {}).items() if field in payload %}",
    "{% set _ = given.update({parameter: payload[field]}) %}{% endfor %}{% endfor %}{% endfor %}",
)


def payload_fields(graph: FlowGraph) -> dict[str, dict[str, str]]:
    """Return {event, as its asset has it: {parameter: field of the payload}}, without events that give nothing."""
    decorator = graph.decorator("trigger")
    entries = () if decorator is None else entries_of(decorator)
    found = {quote(str(name_of(entry)), safe=""): dict(_pairs(entry.get("parameters"))) for entry in entries if isinstance(entry, dict)}
    return {name: pairs for name, pairs in found.items() if pairs}


def parameters_template(fields: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Return the template of all parameters as JSON, what events gave over what the form says; in lines that belong together."""
    # JSON is what Jinja takes for a literal: https://jinja.palletsprojects.com/en/stable/templates/#literals
    known = json.dumps(fields, ensure_ascii=False)
    return ("{% set given = dict(params) %}{% set fields = " + known + " %}", *_EVENTS, "{{ given | tojson }}")


def _pairs(mapping: Value) -> Iterator[tuple[str, str]]:
    """Yield (parameter, field): a mapping, or a list of names that both share and of pairs, as in Metaflow."""
    if isinstance(mapping, dict):
        yield from ((str(parameter), str(field)) for parameter, field in mapping.items())
    for entry in mapping if isinstance(mapping, list | tuple) else ():
        if isinstance(entry, list | tuple) and len(entry) == 2:
            yield str(entry[0]), str(entry[1])
        else:
            yield str(entry), str(entry)
