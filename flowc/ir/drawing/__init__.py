"""Drawings of a flow: what to draw (`picture`), how it lies (`layout`), and the languages it is written in."""
