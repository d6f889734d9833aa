"""Source text to flow graph. Reads, never imports."""
