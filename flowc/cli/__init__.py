"""The command line: one command per file, options in, text and exit code out."""
