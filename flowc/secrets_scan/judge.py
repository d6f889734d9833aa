"""Whether a name asks for a secret, and whether a value is one: words, placeholders, references, entropy."""

import math
import re
from collections import Counter
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORDS: Final = frozenset({"password", "passwd", "passphrase", "passwort", "passcode", "pwd"})
_SECRETS: Final = frozenset({"secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "authtoken", "credential", "credentials"})
_KEYS: Final = frozenset(
    {"api", "access", "account", "auth", "encryption", "license", "master", "private", "secret", "service", "shared", "signing", "storage"}
)
_ABOUT: Final = frozenset(
    re.findall(
        r"\w+",
        """
        arn bucket budget class column count cls command counter dir email endpoint env environment error expiration expires expiry field
        file filename folder format func header hint id ids index input kind label len length level limit location manager mask max message
        method min mode model name names namespace num number path pattern pos position prefix prompt provider ref reference regex required
        scope separator size source sources status store strategy suffix template text title total ttl type types uri url user usage
        validator var variable version
        """,
    )
)
"""A name that ends so speaks about a secret and does not hold it."""
_PLACEHOLDER: Final = re.compile(
    r"(?:[$<@%{\[(].*|.*\{\{.*|.*\$\{.*|.*[>}]\Z|(.)\1*|.*(?:change.?me|replace.?me|placeholder|redacted|example|dummy|\.\.\.|…|xxxx|\*\*\*).*"
    r"|(?:your|my|insert|some|test|fake|the|a|an)[-_ ].*|todo|tbd|none|null|true|false|fake|test|testing|default|n/?a"
    r"|user(?:name)?|pass(?:word|wd|phrase)?|pwd|pw|secret|token|key|api.?key|admin|root|tiger|postgres|guest|foo|bar|foobar|abc|abcdef|hidden)\Z",
    re.IGNORECASE | re.DOTALL,
)
_REFERENCE: Final = re.compile(
    r"(?:arn:|projects/|vault:|op://|ssm:|aws:|gcp:|azure:|env:|env\.|file:|kubernetes\.|sha\d+:|md5:|s3://|gs://|https?://|/|\./|~).*"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z|[\w.+-]+@[\w.-]+\.\w+\Z",
    re.IGNORECASE | re.DOTALL,
)
LONGEST: Final = 1_000
"""Characters: what is longer is data, and known forms are found in it all the same."""
_HEX: Final = re.compile(r"(?:0x)?[0-9a-fA-F]+\Z")
_RANDOM: Final = re.compile(r"[A-Za-z0-9+/=_.~-]+\Z")


def asks_for_password(name: str) -> bool:
    """Whether `name` is one for a password: `DB_PASSWORD`, `adminPwd`; not `password_field`."""
    words = _words(name)
    return bool(words) and words[-1] not in _ABOUT and any(word in _PASSWORDS for word in words)


def asks_for_secret(name: str) -> bool:
    """Whether `name` is one for a token, a key or a secret: `API_KEY`, `slackToken`; not `partition_key`, `token_count`, `max_tokens`."""
    words = _words(name)
    if not words or words[-1] in _ABOUT:
        return False
    pairs = pairwise(words)
    return any(word in _SECRETS for word in words) or any(first in _KEYS and second == "key" for first, second in pairs)


def _words(name: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    return words


def is_placeholder(value: str) -> bool:
    """Whether `value` only stands for a secret: `changeme`, `<token>`, `${TOKEN}`, `xxxxxxxx`."""
    return not value.strip() or _PLACEHOLDER.match(value.strip()) is not None


def looks_like_password(value: str) -> bool:
    """Whether `value`, under a name for passwords in data, is one: any word of four characters that stands for nothing else."""
    return 4 <= len(value) <= LONGEST and not any(map(str.isspace, value)) and not is_placeholder(value) and not _REFERENCE.match(value)


def looks_written_by_hand(value: str) -> bool:
    """Whether `value`, under a name for passwords in code, is one: two kinds of characters, which names of fields seldom have."""
    if len(value) > LONGEST:
        return False
    kinds = [any(map(kind, value)) for kind in (str.islower, str.isupper, str.isdigit, lambda sign: sign in "!#$%&*+?@^~")]
    has_sign = kinds[3] or kinds[2]
    return looks_like_password(value) and len(value) >= 6 and sum(kinds) >= 2 and has_sign and not _is_wording(value)


def looks_like_token(value: str) -> bool:
    """Whether `value`, under a name for secrets, is one: 16 characters or more that a generator may have drawn."""
    if (
        not 16 <= len(value) <= LONGEST
        or not _RANDOM.match(value)
        or is_placeholder(value)
        or _REFERENCE.match(value)
        or _is_wording(value)
    ):
        return False
    if _HEX.match(value):
        return len(value) >= 24 and entropy(value.lower()) >= 3.0
    digits = sum(map(str.isdigit, value))
    return digits >= 1 and (digits >= 2 or _changes(value) >= 0.5) and any(map(str.isalpha, value)) and entropy(value) >= 3.3


def looks_random(value: str) -> bool:
    """Whether `value` is random by itself, whatever its name: 24 characters or more of mixed kinds. Digests and UUIDs are none."""
    if not 24 <= len(value) <= LONGEST or not _RANDOM.match(value) or _HEX.match(value) or is_placeholder(value) or _REFERENCE.match(value):
        return False
    kinds = ["".join(map(_kind, value)).count(kind) for kind in "lud"]
    longest = max(map(len, re.split("[^A-Za-z0-9]", value)))
    return min(kinds) >= 3 and longest >= 20 and _changes(value) >= 0.42 and entropy(value) >= 3.9 and not _is_encoded(value)


def entropy(text: str) -> float:
    """Return the Shannon entropy of the characters of `text`, in bits per character."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values()) if total else 0.0


def _kind(sign: str) -> str:
    return "d" if sign.isdigit() else "u" if sign.isupper() else "l" if sign.islower() else "s"


def _changes(value: str) -> float:
    """How often a character is of another kind than the one before it: seldom in words, every second time or so in what is random."""
    return sum(_kind(first) != _kind(second) for first, second in pairwise(value)) / len(value)


def _is_wording(value: str) -> bool:
    """Words with numbers between them, such as a path, a version or a name: `prod/db-2024/main`, `my_model_v2`."""
    parts = [part for part in re.split(r"[-_./~+= ]", value) if part]
    return len(parts) > 1 and all(re.fullmatch(r"[A-Z]?[a-z]*|[A-Z]+|\d{1,10}|[A-Za-z]{1,12}\d{1,4}|v?\d+[a-z]?", part) for part in parts)


def _is_encoded(value: str) -> bool:
    """Base64 of readable text, as a parameter may be given."""
    import base64
    import binascii

    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_" if set("-_") & set(value) else None, validate=True)
        return decoded.decode("utf-8").isprintable()
    except (binascii.Error, UnicodeDecodeError):
        return False
