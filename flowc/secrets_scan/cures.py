"""What a person writes instead of a secret, by the targets at hand and the place it stands in."""

from collections.abc import Sequence

from flowc.secrets_scan.values import Place

_KUBERNETES = '@secrets(sources=["kubernetes.NAME"])'
_MANAGER = '@secrets(sources=[{"type": "aws-secrets-manager", "id": "NAME or ARN", "options": {"keys": ["KEY"]}}])'
SPREAD = "whoever can read the repository, the scheduler or the store can read it"


def cure(targets: Sequence[str], place: Place | None) -> str:
    """Return the help for a secret in `place`; None is source or output at large."""
    references = [_KUBERNETES] if {"airflow", "argo"} & set(targets) or not targets else []
    references += [_MANAGER] if "stepfunctions" in targets else []
    by_name = f"name the secret instead, {' or '.join(references)}"
    match place:
        case "variable":
            return f"{by_name}: the step finds it in its environment"
        case "parameter":
            return f"leave the default out, for runs record their parameters; {by_name}, and read os.environ in the step"
        case "setting":
            return "take it out of the settings: workers have credentials of their own, a service account or a role"
        case _:
            return f"{by_name}, and read os.environ in the step"
