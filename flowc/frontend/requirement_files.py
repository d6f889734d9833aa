"""The three lists of packages that Metaflow's config parsers read, to the same shape: `{"packages": {…}, "python": … | None}`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_REQUIREMENT: Final = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?:@\s*(?P<url>[^\s;]+)|\(?(?P<spec>[^;()]*)\)?)\s*(?P<marker>;.*)?\Z"
)
"""PEP 508, as far as a list of requirements needs it: https://peps.python.org/pep-0508/"""
_SPECIFIER: Final = re.compile(r"(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9.*+!_-]+\Z")
_CONDA: Final = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(?P<spec>\s*[=<>!~].+)?\Z")
_COMMENT: Final = re.compile(r"\s+#.*\Z")


def parse_requirements(text: str) -> dict[str, Any]:
    """Return the packages of a requirements.txt; raises ValueError for what is no plain requirement."""
    return _from_requirements(_lines(text, skip=("-e file:.",)), None)


def parse_pyproject(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the packages of a parsed pyproject.toml; raises ValueError for what is no plain requirement."""
    project = data.get("project", {})
    python = project.get("requires-python")
    return _from_requirements(project.get("dependencies", []), python.lstrip("=").strip() if python is not None else None)


def _from_requirements(lines: Iterable[str], python: str | None) -> dict[str, Any]:
    packages: dict[str, str] = {}
    for line in lines:
        match = _REQUIREMENT.match(line.strip())
        specifiers = [part.strip() for part in (match["spec"] or "").split(",")] if match else []
        if match is None or not all(not part or _SPECIFIER.match(part) for part in specifiers):
            raise ValueError(f"no requirement: {line!r}")
        if match["marker"]:
            raise ValueError(f"environment markers are not supported: {line!r}")
        spec = ",".join(sorted(part.replace(" ", "") for part in specifiers if part)).lstrip(" =")
        if match["name"].lower() == "python":
            if python is not None and spec:
                raise ValueError(f"python is given twice: {line!r}")
            python = spec or None
            continue
        extras = sorted(part.strip() for part in (match["extras"] or "").split(",") if part.strip())
        key = match["name"] + (f"[{','.join(extras)}]" if extras else "") + (f"@{match['url']}" if match["url"] else "")
        packages[key] = spec
    return {"packages": packages, "python": python}


def parse_conda_environment(text: str) -> dict[str, Any]:
    """Return the packages of a plain environment.yml; raises ValueError for a subsection or a line that names no package."""
    packages: dict[str, str] = {}
    python: str | None = None
    inside = False
    for line in _lines(text):
        if line.lower().startswith("dependencies:"):
            inside = True
            continue
        inside = inside and line.startswith("-")
        if not inside:
            continue
        entry = line.lstrip("-").strip()
        match = _CONDA.match(entry)
        if match is None or entry.endswith(":"):
            raise ValueError(f"no conda package: {entry!r}")
        spec = (match["spec"] or "").strip()
        spec = spec.lstrip("=").strip() if spec.startswith("=") else spec
        if match["name"].lower() != "python":
            packages[match["name"]] = spec
            continue
        if python is not None and spec:
            raise ValueError(f"python is given twice: {entry!r}")
        python = spec
    return {"packages": packages, "python": python}


def _lines(text: str, skip: tuple[str, ...] = ()) -> Iterable[str]:
    for line in text.split("\n"):
        stripped = line.strip()
        if not stripped or stripped.startswith("#") or stripped in skip:
            continue
        bare = _COMMENT.sub("", stripped).strip()
        if bare:
            yield bare
