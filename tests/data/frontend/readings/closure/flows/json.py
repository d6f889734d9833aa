"""Beside the flow file it hides the standard library's, as it does for Python."""
