class BrokenFlow(
