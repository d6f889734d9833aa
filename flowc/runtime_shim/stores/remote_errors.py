"""What an object store's answer means, in words that say what to do. Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

from flowc.runtime_shim.stores.base import StoreError, StoreUnavailable
from flowc.runtime_shim.typed import NamedTuple

_ADVICE = {
    "NoSuchBucket": "there is no such bucket: create it, or correct the root",
    "InvalidBucketName": "this is no name of a bucket: correct the root",
    "AccessDenied": (
        "permission is denied: the role needs s3:GetObject, s3:PutObject and s3:AbortMultipartUpload on the root, and s3:ListBucket on "
        "the bucket, without which S3 says so of a missing key, too"
    ),
    "AllAccessDisabled": "all access to the bucket is disabled: ask its owner",
    "AccountProblem": "the account has a problem: ask its owner",
    "InvalidAccessKeyId": "the access key is unknown there: correct AWS_ACCESS_KEY_ID, or the endpoint",
    "SignatureDoesNotMatch": "the secret key is wrong: correct AWS_SECRET_ACCESS_KEY",
    "ExpiredToken": "the credentials have expired: renew them, then try again",
    "InvalidToken": "the session token is wrong: renew the credentials, then try again",
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it (`flowc doctor` shows by how much)",
    "Unsaid": "the server refused and does not say why, as no answer to HEAD does: credentials have expired, more often than not",
    "NoCredentials": "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the container a role",
    "WrongRegion": "the bucket is in another region{region}: set AWS_REGION to it",
    "NotImplemented": "the server does not know this request, such as a PUT with If-None-Match: use another one (`flowc doctor` tells)",
    "KeyTooLongError": "the key is too long: shorten the name of the run",
    "EntityTooLarge": "it is larger than the server takes",
    "QuotaExceeded": "the quota is used up: free some space, or choose another root",
    "InvalidRange": "the object ends before: it was cut short. Delete it, and run the step that made it again",
    "Unreachable": "the endpoint cannot be reached: look at it, and at AWS_ENDPOINT_URL and the network",
    "SlowDown": "the server asks to slow down: try again later",
    "ServerError": "the server failed: try again later",
}
_SAME = {
    "TokenRefreshRequired": "ExpiredToken",
    "ExpiredTokenException": "ExpiredToken",
    "RequestExpired": "ExpiredToken",
    "AuthorizationHeaderMalformed": "WrongRegion",
    "PermanentRedirect": "WrongRegion",
    "IllegalLocationConstraintException": "WrongRegion",
    "InvalidClientTokenId": "InvalidAccessKeyId",
    "Throttling": "SlowDown",
    "ThrottlingException": "SlowDown",
    "RequestLimitExceeded": "SlowDown",
    "TooManyRequests": "SlowDown",
    "ServiceUnavailable": "ServerError",
    "InternalError": "ServerError",
    "RequestTimeout": "ServerError",
    "OperationAborted": "ServerError",
    "IncompleteBody": "ServerError",
}
_BY_STATUS = {
    301: "WrongRegion",
    307: "WrongRegion",
    401: "InvalidAccessKeyId",
    403: "AccessDenied",
    408: "ServerError",
    416: "InvalidRange",
    425: "ServerError",
    429: "SlowDown",
    501: "NotImplemented",
    503: "SlowDown",
}
_PASSING = frozenset({"Unreachable", "SlowDown", "ServerError"})
_MOST_SAID = 300


class Trouble(NamedTuple):
    """What a client met: the HTTP status (0 where no answer came), the server's code, its words, the region that it named."""

    status: int
    code: str
    said: str
    region: str = ""


def described(trouble: Trouble, verb: str, key: str, where: str) -> StoreError:
    """Return the StoreError for what a client met when it tried to `verb` a key of the root `where`."""
    code = _SAME.get(trouble.code, trouble.code)
    if code not in _ADVICE:
        code = _BY_STATUS.get(trouble.status, "ServerError" if trouble.status >= 500 else "")
    if trouble.status == 400 and not trouble.code:
        code = "Unsaid"
    advice = _ADVICE.get(code, "the server refused").format(region=f" ({trouble.region})" if trouble.region else "")
    said = " ".join(trouble.said.split())[:_MOST_SAID]
    answer = " ".join(part for part in (str(trouble.status or ""), trouble.code) if part)
    detail = f"{answer}: {said}" if answer and said else answer or said
    kind = StoreUnavailable if code in _PASSING else StoreError
    return kind(f"cannot {verb} {key or 'anything'} in {where}: {advice} ({detail})")
