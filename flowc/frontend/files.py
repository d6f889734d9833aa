"""Bytes of a file to text: PEP 263 cookies, byte order marks, every line end. What cannot be read is a diagnostic."""

import codecs
import io
import re
import tokenize
from pathlib import Path

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.disk import Disk
from flowc.source import SourceFile, Span, start_of

_LONE_CR = re.compile(r"\r(?!\n)")


def reason_of(error: OSError) -> str:
    """Return why a file could not be read, as a phrase."""
    return (error.strerror or str(error)).lower()


def read_source(path: Path, name: str, project_path: str, report: Report, disk: Disk) -> tuple[SourceFile | None, bool]:
    """Return the file as source text and whether it can be parsed; None where not even its bytes could be read."""
    try:
        data = disk.read(path)
    except OSError as error:
        report(codes.UNREADABLE_FILE, start_of(name), file=name, reason=reason_of(error))
        return None, False
    return decode(data, name, project_path, report)


def decode(data: bytes, name: str, project_path: str, report: Report) -> tuple[SourceFile, bool]:
    """Return `data` as source text and whether it can be parsed; findings go into `report`.

    A lone carriage return ends a line for Python, so it stands in the text as a newline; offsets stay the same.
    """
    lossy = SourceFile(name, project_path, data, _LONE_CR.sub("\n", data.decode("utf-8-sig", errors="replace")))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        report(codes.UNDECODABLE_FILE, start_of(name), encoding="UTF-8", help="save the file as UTF-8")
        return lossy, False
    nul = data.find(0)
    if nul >= 0:
        report(codes.NUL_BYTE, _place(lossy, data, nul, 1), help="save the file as plain text in UTF-8")
        return lossy, False
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        if str(error).startswith("unknown encoding") or "encoding problem" in str(error):
            report(codes.UNKNOWN_ENCODING, start_of(name), reason=str(error), help="save the file as UTF-8 and drop the declaration")
            return lossy, False
        encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        label = "UTF-8" if encoding.startswith("utf-8") else encoding
        report(
            codes.UNDECODABLE_FILE,
            _place(lossy, data, error.start, 1),
            encoding=label,
            label=f"byte 0x{data[error.start]:02x}",
            help="save the file as UTF-8, or declare its encoding in the first line: # -*- coding: latin-1 -*-",
        )
        return lossy, False
    except (LookupError, ValueError) as error:
        report(codes.UNKNOWN_ENCODING, start_of(name), reason=str(error), help="save the file as UTF-8 and drop the declaration")
        return lossy, False
    return SourceFile(name, project_path, data, _LONE_CR.sub("\n", text)), True


def _place(source: SourceFile, data: bytes, offset: int, width: int) -> Span:
    before = _LONE_CR.sub("\n", data[:offset].decode("utf-8-sig", errors="replace"))
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Span(source.name, line, column, line, column + width)
