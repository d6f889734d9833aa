"""flowc's version, a constant: reading it from package metadata would cost every task 45 ms."""

VERSION = "0.1.0"
