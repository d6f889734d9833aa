"""One package per target: capabilities, limits, lower, emit (pure), deploy (the only part that touches the world)."""
