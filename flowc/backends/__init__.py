"""One package per target: capabilities, lower, emit, deploy."""
