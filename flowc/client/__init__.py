"""Reads a store: flows, runs, steps, tasks, artifacts."""
