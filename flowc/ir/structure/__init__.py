"""The parts of `structure_regions`: scopes, loops, levels, blocks, and the refusals they lead to."""
