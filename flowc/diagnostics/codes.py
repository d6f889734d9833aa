"""The registry of codes. One line per code; an id or slug is never reused, not even after the code is gone.

FLC0xx reading files and classes · FLC1xx steps, parameters, decorators, values · FLC2xx transitions and regions ·
FLC3xx artifacts · FLC4xx targets · FLC5xx code package · FLC6xx running here
"""

from flowc.diagnostics.model import Code, Severity

_ = Severity


def registry() -> dict[str, Code]:
    """Return every code of this module by id, in order of id; raises ValueError if an id or slug stands twice."""
    codes = [value for value in globals().values() if isinstance(value, Code)]
    by_id = {code.id: code for code in sorted(codes, key=lambda code: code.id)}
    if len(by_id) != len(codes) or len({code.slug for code in codes}) != len(codes):
        raise ValueError("a diagnostic id or slug stands twice in codes.py")
    return by_id
