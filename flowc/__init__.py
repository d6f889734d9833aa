"""flowc: Python flows to the schedulers that companies already run."""
