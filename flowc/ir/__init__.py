"""The flow graph, the region tree, and the passes over them."""
