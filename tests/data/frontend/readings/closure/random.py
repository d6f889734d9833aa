"""In the root it does not hide the standard library's."""
