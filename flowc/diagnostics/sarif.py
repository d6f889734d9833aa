"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, one run, ASCII only."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from flowc.diagnostics.model import Code, Diagnostic, Fix
from flowc.diagnostics.pages import headline, page
from flowc.errors import UsageError
from flowc.runtime_shim.version import VERSION
from flowc.source import SourceFile, Span

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT: Final = "flowcFinding/v1"


def render_sarif(diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceFile]) -> str:
    """Return the log as text that ends with a line end. Columns count code points, as in `Span`.

    A fingerprint is made of the code, the file's project path, the headline and the text of the line, so that it stays when lines
    move; equal ones are numbered.
    """
    rules = list(dict.fromkeys(found.code for found in diagnostics))
    seen: Counter[str] = Counter()
    results = []
    for found in diagnostics:
        identity = _identity(found, sources)
        results.append(_result(found, rules, f"{identity}:{seen[identity]}"))
        seen[identity] += 1
    driver = {"name": "flowc", "version": VERSION, "rules": [_rule(code) for code in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _identity(found: Diagnostic, sources: Mapping[str, SourceFile]) -> str:
    source = sources.get(found.span.file)
    path, line = (source.project_path, source.line_text(found.span.line).strip()) if source else (found.span.file, "")
    parts = json.dumps([found.code.id, path, found.message, line])
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def _rule(code: Code) -> dict[str, Any]:
    help = {"text": f"{headline(code)}. `flowc explain {code.id}` says more."}
    try:
        help["markdown"] = page(code)
    except UsageError:
        pass
    return {
        "id": code.id,
        "name": code.slug,
        "shortDescription": {"text": headline(code)},
        "help": help,
        "defaultConfiguration": {"level": code.severity.value},
    }


def _result(found: Diagnostic, rules: Sequence[Code], fingerprint: str) -> dict[str, Any]:
    said = [found.message, *(f"note: {note}" for note in found.notes), *([f"help: {found.help}"] if found.help else [])]
    result: dict[str, Any] = {
        "ruleId": found.code.id,
        "ruleIndex": rules.index(found.code),
        "level": found.severity.value,
        "message": {"text": "\n".join(said)},
        "locations": [_location(found.span, found.label)],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    if found.labels:
        result["relatedLocations"] = [{"id": number, **_location(label.span, label.text)} for number, label in enumerate(found.labels)]
    if found.fix:
        result["fixes"] = [_fix(found.fix)]
    return result


def _location(span: Span, text: str | None) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": _artifact(span.file), "region": _region(span)}}
    return {**place, "message": {"text": text}} if text else place


def _artifact(file: str) -> dict[str, str]:
    path = quote(file.replace("\\", "/").encode("utf-8", "surrogateescape"))
    return {"uri": f"file://{path}"} if path.startswith("/") else {"uri": path, "uriBaseId": "%SRCROOT%"}


def _region(span: Span) -> dict[str, int]:
    return {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}


def _fix(fix: Fix) -> dict[str, Any]:
    changes = [
        {
            "artifactLocation": _artifact(file),
            "replacements": [
                {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
                for edit in fix.edits
                if edit.span.file == file
            ],
        }
        for file in dict.fromkeys(edit.span.file for edit in fix.edits)
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}
