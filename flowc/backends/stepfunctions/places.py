"""ARNs: with the account and region of the settings, or with `${Account}` and `${Region}`, which `flowc deploy` fills in."""

from typing import Final

from flowc.backends.stepfunctions.options import StepFunctionsOptions

ACCOUNT: Final = "${Account}"
REGION: Final = "${Region}"


def arn(options: StepFunctionsOptions, service: str, resource: str) -> str:
    """Return the ARN of a resource of this account and region; IAM has no region."""
    region = "" if service == "iam" else options.region or REGION
    return f"arn:{options.partition}:{service}:{region}:{options.account or ACCOUNT}:{resource}"


def role_arn(options: StepFunctionsOptions, role: str) -> str:
    """Return the ARN of a role, which may be one already."""
    return role if role.startswith("arn:") else arn(options, "iam", f"role/{role}")


def machine_arn(options: StepFunctionsOptions, machine: str) -> str:
    """Return the ARN of a state machine, by its name."""
    return arn(options, "states", f"stateMachine:{machine}")


def filled(text: str, account: str, region: str) -> str:
    """Return a written file with the account and region in it that were left open."""
    return text.replace(ACCOUNT, account).replace(REGION, region)
