"""Secrets that their form gives away. Each shape has a short text that must stand in what is searched, so that most texts cost one look.

Forms as their makers publish them, read in November 2026: AWS "Understand IAM unique ID prefixes", GitHub "Behind GitHub's new
authentication token formats", Slack "Token types", GitLab "Token overview", Google Cloud "API keys", RFC 7468 (PEM), RFC 7519 (JWT),
Microsoft "Configure Azure Storage connection strings".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flowc.secrets_scan.judge import is_placeholder


@dataclass(frozen=True, slots=True)
class Found:
    """One secret in a text: code points from `start` to `end` are what must not be shown, `kind` says what it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A form. `anchors` are texts of which one stands in every match; group `secret`, where the pattern has one, is what to hide."""

    kind: str
    anchors: tuple[str, ...]
    pattern: str


def _shape(kind: str, anchors: str, pattern: str) -> Shape:
    return Shape(kind, tuple(anchors.split()), rf"(?<![A-Za-z0-9_]){pattern}")


URL_PASSWORD: Final = "a URL with a password"

SHAPES: Final = (
    _shape("an AWS access key id", "AKIA ASIA", r"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])(?<!EXAMPLE)"),
    _shape("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{36,}"),
    _shape("a GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{60,}"),
    _shape("a GitLab token", "glpat- gldt- glrt-", r"gl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,}"),
    _shape("a Slack token", "xox", r"xox[abeoprs]-(?=[A-Za-z.-]{0,80}[0-9])[A-Za-z0-9.-]{20,}"),
    _shape("a Slack token", "xapp-", r"xapp-\d-[A-Za-z0-9-]{20,}"),
    _shape(
        "a Slack webhook",
        "hooks.slack.com",
        r"https://hooks\.slack\.com/(?:services|workflows)/(?P<secret>T[A-Z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9]{16,})",
    ),
    _shape("a Google API key", "AIza", r"AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
    _shape("a Google OAuth token", "ya29.", r"ya29\.[0-9A-Za-z_-]{40,}"),
    _shape("a Google OAuth client secret", "GOCSPX-", r"GOCSPX-[0-9A-Za-z_-]{28}"),
    _shape("an Anthropic key", "sk-ant-", r"sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{32,}"),
    _shape("an OpenAI key", "T3BlbkFJ", r"sk-[A-Za-z0-9_-]{16,}T3BlbkFJ[A-Za-z0-9_-]{16,}"),
    _shape("a Stripe key", "k_live_", r"[sr]k_live_[A-Za-z0-9]{20,}"),
    _shape("a Hugging Face token", "hf_", r"hf_[A-Za-z]{34}(?![A-Za-z0-9])"),
    _shape("a PyPI token", "pypi-AgEI", r"pypi-AgEI[A-Za-z0-9_-]{50,}"),
    _shape("an npm token", "npm_", r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _shape("a SendGrid key", "SG.", r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    _shape("a Databricks token", "dapi", r"dapi[0-9a-f]{32}(?![0-9a-f])"),
    _shape("a Vault token", "hvs. hvb.", r"hv[sb]\.[A-Za-z0-9_-]{24,}"),
    _shape("a DigitalOcean token", "dop_v1_ doo_v1_", r"do[op]_v1_[0-9a-f]{64}"),
    _shape("an Azure storage key", "AccountKey=", r"AccountKey=(?P<secret>[A-Za-z0-9+/]{86}==)"),
    _shape("an Azure shared access signature", "sig=", r"(?<=[?&])sig=(?P<secret>[A-Za-z0-9%+/]{40,}(?:%3D|=))"),
    _shape("a JSON web token", "eyJ", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}"),
    Shape(
        "a private key",
        ("PRIVATE KEY",),
        (
            r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\\+[nr]|[\s\"'(),+])*"
            r"(?P<secret>(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash):|[A-Za-z0-9+/=]{16})"
            r"[^-]*)(?:-----END)?"
        ),
    ),
    Shape(
        "a connection string with a password",
        ("assword=", "wd=", "ASSWORD=", "WD="),
        r"(?i:server|data source|host|addr(?:ess)?)\s*=[^;\"'\n]{1,200};(?:[^;\"'\n]{0,200};){0,20}?"
        r"\s*(?i:password|pwd)\s*=(?P<secret>[^;\"'\s]{3,})",
    ),
    Shape(
        URL_PASSWORD,
        ("://",),
        (
            r"(?<![A-Za-z0-9])(?!github:)[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s/:@\"'<>{}$%]{0,64}:(?P<secret>[^\s/@\"'<>{}\\]{3,200})@(?P<host>[A-Za-z0-9_.\[-][^\s/\"'?#]*)"
        ),
    ),
)
_ANCHORED: Final = tuple((anchor, shape) for shape in SHAPES for anchor in shape.anchors)
_HERE: Final = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)(?::\d+)?(?:,.*)?\Z", re.IGNORECASE)
_EXAMPLE_HOST: Final = re.compile(r"(?:.*\.)?example(?:\.(?:com|net|org))?(?::\d+)?\Z|host(?:name)?(?::(?:\d+|port))?\Z", re.IGNORECASE)


def shapes_in(text: str) -> Iterator[Found]:
    """Yield every secret of a known form in `text`, form by form. Passwords that only stand for one, or are for this machine, are none."""
    for shape in dict.fromkeys(shape for anchor, shape in _ANCHORED if anchor in text):
        for match in re.finditer(shape.pattern, text):
            groups = match.groupdict()
            start, end = match.span("secret") if "secret" in groups else match.span()
            host = groups.get("host")
            if "secret" in groups and shape.kind != "a private key" and is_placeholder(text[start:end]):
                continue
            if host is not None and (_HERE.match(host) or _EXAMPLE_HOST.match(host)):
                continue
            yield Found(start, end, shape.kind)
