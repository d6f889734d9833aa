"""What never goes into a code package: secrets, and files that are no part of a project's source.

A code package is readable by whoever can read the store, and stays there; so the list is broad, and a project cannot switch it off.
"""

from fnmatch import fnmatchcase
from typing import Final

_SECRET_FOLDERS: Final = frozenset({".aws", ".azure", ".docker", ".gcloud", ".gnupg", ".kube", ".ssh"})
_SECRET_NAMES: Final = (
    ".env*",
    "*.env",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "credentials*.json",
    "client_secret*.json",
    "service_account*.json",
    "service-account*.json",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".npmrc",
    ".pgpass",
    ".htpasswd",
    ".git-credentials",
    ".dockercfg",
)
_OTHER_FOLDERS: Final = frozenset(
    {
        ".flowc",
        ".git",
        ".hg",
        ".hypothesis",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "node_modules",
    }
)
_OTHER_NAMES: Final = ("*.pyc", "*.pyo", ".ds_store", "thumbs.db")


def denied_folder(name: str) -> str | None:
    """Return why a folder called `name` never ships, or None if it may."""
    lowered = name.lower()
    if lowered in _SECRET_FOLDERS:
        return f"{name}/ holds secrets"
    if lowered in _OTHER_FOLDERS:
        return f"{name}/ is no source"
    return None


def is_noise(path: str) -> bool:
    """Whether the denied file at posix `path` is left out for being no source, which nobody needs to hear about."""
    *folders, name = path.lower().split("/")
    return any(folder in _OTHER_FOLDERS for folder in folders) or any(fnmatchcase(name, pattern) for pattern in _OTHER_NAMES)


def denied(path: str) -> str | None:
    """Return why the file at posix `path` never ships, or None if it may."""
    parts = path.split("/")
    name = parts[-1]
    for part in parts:
        why = denied_folder(part)
        if why:
            return why
    pattern = next((pattern for pattern in _OTHER_NAMES if fnmatchcase(name.lower(), pattern)), None)
    if pattern:
        return f"{pattern} is no source"
    pattern = next((pattern for pattern in _SECRET_NAMES if fnmatchcase(name.lower(), pattern)), None)
    return f"{pattern} is a name for secrets" if pattern else None
