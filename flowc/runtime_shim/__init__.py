"""What runs in the container: it loads artifacts, calls one step, stores what changed and commits. Imports nothing of flowc."""
