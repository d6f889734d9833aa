"""The AWS account that the settings name, through boto3, with errors that say what to do. Extra `flowc[stepfunctions]`."""

import contextlib
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from flowc.backends.stepfunctions.options import StepFunctionsOptions, StepFunctionsSite
from flowc.errors import EngineError, UsageError

_EXPIRED: Final = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "RequestExpired")
_DENIED: Final = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_GONE: Final = ("ResourceNotFound", "ResourceNotFoundException", "StateMachineDoesNotExist", "ExecutionDoesNotExist", "NoSuchEntity")


class Account:
    """One account in one region. Clients are made when they are needed."""

    def __init__(self, options: StepFunctionsOptions, site: StepFunctionsSite) -> None:
        try:
            import boto3
            import botocore.exceptions
        except ImportError:
            raise UsageError("talking to AWS needs boto3", help="install flowc[stepfunctions]") from None
        try:
            self._session = boto3.Session(profile_name=site.profile, region_name=options.region or None)
        except botocore.exceptions.ProfileNotFound as error:
            raise UsageError(f"{error}", help="set profile under [stepfunctions] to one of ~/.aws/config") from None
        region = self._session.region_name
        if not region:
            raise UsageError(
                "there is no region to deploy to", help='set region = "…" under [stepfunctions], or AWS_REGION in the environment'
            )
        self.region: str = region
        self._expected = options.account
        self._clients: dict[str, Any] = {}

    @cached_property
    def number(self) -> str:
        """The account's number, as the credentials have it. Raises UsageError where the settings name another account."""
        found = str(self.call("sts", "get_caller_identity")["Account"])
        if self._expected is not None and self._expected != found:
            raise UsageError(
                f"the credentials are of account {found}, and the settings say {self._expected}",
                help="sign in to that account, or choose a profile under [stepfunctions]",
            )
        return found

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        """Call an operation. Raises EngineError where AWS refuses or cannot be reached."""
        with self.said(f"{service}:{operation}"):
            return getattr(self._client(service), operation)(**arguments)

    def find(self, service: str, operation: str, **arguments: Any) -> Any:
        """Call an operation that looks something up; None where AWS says that there is no such thing."""
        import botocore.exceptions

        with self.said(f"{service}:{operation}"):
            try:
                return getattr(self._client(service), operation)(**arguments)
            except botocore.exceptions.ClientError as error:
                if _code(error) in _GONE:
                    return None
                raise

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Yield the entries `key` of all pages of an operation."""
        with self.said(f"{service}:{operation}"):
            for page in self._client(service).get_paginator(operation).paginate(**arguments):
                yield from page[key]

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    @contextlib.contextmanager
    def said(self, what: str) -> Iterator[None]:
        """Turn what boto3 raises into what a person can act on."""
        import botocore.exceptions as known

        try:
            yield
        except known.ClientError as error:
            code, message = _code(error), str(error.response.get("Error", {}).get("Message") or "it does not say why")
            said = "its answer is no JSON" if message.lstrip().startswith("<") else message
            raise RefusedError(code, f"AWS refuses {what}: {said} ({code})", help=_help(code)) from error
        except (
            known.NoCredentialsError,
            known.PartialCredentialsError,
            known.TokenRetrievalError,
            known.UnauthorizedSSOTokenError,
        ) as error:
            raise UsageError(f"there are no credentials for AWS: {error}", help="sign in (`aws sso login`), or set AWS_PROFILE") from None
        except known.ParamValidationError as error:
            raise EngineError(f"{what} takes no such request: {error}", help="please report it with the flow that shows it") from error
        except (known.HTTPClientError, known.BotoCoreError) as error:
            raise EngineError(
                f"AWS in {self.region} cannot be reached for {what}: {error}", help="check the region and the network"
            ) from error


class RefusedError(EngineError):
    """AWS refuses; `code` is its word for why."""

    def __init__(self, code: str, message: str, *, help: str) -> None:
        super().__init__(message, help=help)
        self.code = code

    @property
    def is_not_implemented(self) -> bool:
        """Whether a stand-in for AWS answered that lacks the operation: AWS has it."""
        return self.code in ("InternalFailure", "NotImplemented", "500", "InternalError")


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code") or "unknown")


def _help(code: str) -> str:
    if code in _EXPIRED:
        return "sign in again: the credentials are not, or no longer, valid"
    if code in _DENIED:
        return 'whoever deploys needs the rights of "deployer" in iam-policies.json, and the roles of that file must exist'
    return "look at the account, then try again"
