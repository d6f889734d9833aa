"""Code packages: what ships, and why."""
