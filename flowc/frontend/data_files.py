"""Files that a flow names as defaults: contents of configs, and what joins the code package."""

import os
from pathlib import Path

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.frontend.files import reason_of
from flowc.frontend.project import Project
from flowc.source import Span


class DataFiles:
    """Finds data files beside the flow file, then under the project root. `found` holds what was read, by project path."""

    def __init__(self, project: Project, report: Report) -> None:
        self._project = project
        self._report = report
        self.found: dict[str, tuple[bytes, str]] = {}

    def include(self, path: str, name: str, why: str, span: Span) -> str | None:
        """Return the project path of an included file; None, with a warning, where it is absent or outside the project."""
        if "://" in path:
            return None
        found, reason = self._locate(path)
        if found is None:
            code = codes.DATA_FILE_OUTSIDE if reason == "outside" else codes.DATA_FILE_MISSING
            self._report(code, span, path=path, name=name, help=_HELP[code])
            return None
        try:
            data = self._project.disk.read(found)
        except OSError as error:
            self._report(codes.DATA_FILE_MISSING, span, path=path, name=name, notes=[reason_of(error)], help=_HELP[codes.DATA_FILE_MISSING])
            return None
        return self._add(found, data, why)

    def config(self, path: str, name: str, span: Span) -> tuple[str | None, bytes | None]:
        """Return the project path and the content of a config's file; (None, None) after reporting why it cannot be read."""
        found, reason = self._locate(path)
        if found is None:
            phrase = "it lies outside the project" if reason == "outside" else "there is no such file"
            self._report(codes.CONFIG_FILE, span, name=name, reason=phrase, help=_HELP[codes.CONFIG_FILE])
            return None, None
        try:
            data = self._project.disk.read(found)
        except OSError as error:
            self._report(codes.CONFIG_FILE, span, name=name, reason=reason_of(error))
            return None, None
        return self._add(found, data, "Config data"), data

    def _add(self, path: Path, data: bytes, why: str) -> str:
        project_path = self._project.project_path(path)
        self.found.setdefault(project_path, (data, why))
        return project_path

    def _locate(self, text: str) -> tuple[Path | None, str]:
        reason = "missing"
        if "\0" in text or not text:
            return None, reason
        for base in (self._project.flow_file.parent, self._project.root):
            path = Path(os.path.normpath(os.path.join(base, text)))
            if not self._project.disk.exists(path):
                continue
            if path.is_relative_to(self._project.root):
                return path, ""
            reason = "outside"
        return None, reason


_HELP = {
    codes.DATA_FILE_MISSING: "a path is looked for beside the flow file, then under the project root",
    codes.DATA_FILE_OUTSIDE: "move it into the project, so that it can travel with the code",
    codes.CONFIG_FILE: "a path is looked for beside the flow file, then under the project root",
}
