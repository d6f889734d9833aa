"""Care for a store: whether it can be trusted (`doctor`), and what in it nobody needs any more (`garbage`)."""
