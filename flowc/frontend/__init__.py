"""Source text to flow graph. Reads, never imports."""

from flowc.frontend.closure import ClosureFile
from flowc.frontend.reading import Reading, read_flows

__all__ = ["ClosureFile", "Reading", "read_flows"]
