"""What is applied is JSON that a reader of YAML must not take for anything else."""

import json

import pytest
import yaml

from flowc.backends.argo.apply_transport import same_in_yaml


@pytest.mark.parametrize("text", ["a \u2028 b", "a \u2029 b", "a \x85 b", "\ufeff", "é😀 \u2028 <&>", "{{x}} $(y) 'z' \"w\" \\ \n\t"])
def test_yaml_reads_what_json_wrote(text: str) -> None:
    body = json.dumps({"value": text}, ensure_ascii=False).encode()
    sent = same_in_yaml(body)
    assert json.loads(sent) == yaml.safe_load(sent) == {"value": text}


def test_what_both_read_alike_stays() -> None:
    body = json.dumps({"value": "é😀"}, ensure_ascii=False).encode()
    assert same_in_yaml(body) == body
