"""The registry of codes. One line per code; an id or slug is never reused, not even after the code is gone.

FLC0xx reading files and classes · FLC1xx steps, parameters, decorators, values · FLC2xx transitions and regions ·
FLC3xx artifacts · FLC4xx targets · FLC5xx code package · FLC6xx running here
"""

from flowc.diagnostics.model import Code, Severity

_ = Severity

# code package
DENIED_PACKAGE_FILE = Code("FLC500", "denied-package-file", "{asker} asks for {path!r}, which never goes into a code package")
PATTERN_MATCHES_DENIED = Code(
    "FLC501", "pattern-matches-denied-file", "{asker} also matches {path!r}, which stays out of the code package", Severity.WARNING
)
LINK_LEAVES_PROJECT = Code("FLC502", "link-leaves-project", "{path!r} links to a file outside the project")
PLAN_CLASH = Code("FLC503", "plan-clash", "{asker} asks for the project's own 'plan.json', whose place in the code package the plan takes")
INCLUDE_OUTSIDE = Code("FLC504", "include-outside-project", "include pattern {pattern!r} does not name files below the project root")
INCLUDE_MATCHES_NOTHING = Code("FLC505", "include-matches-nothing", "include pattern {pattern!r} matches no file", Severity.WARNING)
PACKAGE_FILE_OUTSIDE = Code("FLC506", "package-file-outside-project", "{asker} asks for {path!r}, but {reason}")
PACKAGE_FILE_MISSING = Code("FLC507", "package-file-missing", "{asker} asks for {path!r} for the code package, but {reason}")
DEFAULT_FILE_NOT_PACKAGED = Code(
    "FLC508", "default-file-not-packaged", "{asker} has default {path!r}, which is not in the code package: {reason}", Severity.WARNING
)
PACKAGE_FILE_UNREADABLE = Code("FLC509", "package-file-unreadable", "{path!r} {reason}, so the code package cannot hold it")
LARGE_PACKAGE_FILE = Code("FLC510", "large-package-file", "{path!r} puts {size} into the code package", Severity.WARNING)
LARGE_PACKAGE = Code("FLC511", "large-package", "the code package has {size}", Severity.WARNING)


def registry() -> dict[str, Code]:
    """Return every code of this module by id, in order of id; raises ValueError if an id or slug stands twice."""
    codes = [value for value in globals().values() if isinstance(value, Code)]
    by_id = {code.id: code for code in sorted(codes, key=lambda code: code.id)}
    if len(by_id) != len(codes) or len({code.slug for code in codes}) != len(codes):
        raise ValueError("a diagnostic id or slug stands twice in codes.py")
    return by_id
