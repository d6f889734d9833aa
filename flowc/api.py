"""Read, check, structure, compile: wires the arrows, holds no logic."""
