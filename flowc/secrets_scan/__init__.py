"""Keeps secrets out of what is emitted: known shapes, literals under telling names, passwords in URLs, long random values.

Knows texts and values, no target: what a person writes instead is said by `cures`.
"""

from flowc.secrets_scan.redact import redacted
from flowc.secrets_scan.scan import Output, report_secrets

__all__ = ["Output", "redacted", "report_secrets"]
