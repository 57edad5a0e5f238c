"""What a person is told when the very first question to AWS fails: what happened, why, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import NamedTuple

import botocore.exceptions as b
from botocore.parsers import ResponseParserError

from rootwarden.aws.refusals import DENIED, EXPIRED, UnreadError, why_of
from rootwarden.errors import AuthError, RootwardenError, UnreachableError, UsageError

# Everything that finding credentials, making a client and the first call may raise: a malformed endpoint is a
# ValueError, well-formed XML that is not AWS's a KeyError.
FIRST_ERRORS = (b.ClientError, b.BotoCoreError, ResponseParserError, ValueError, KeyError)

_FIND_CREDENTIALS = (
    "name a profile with --profile or AWS_PROFILE, set AWS_ACCESS_KEY_ID, or sign in with `aws sso login`"
)
_RENEW = "sign in again (`aws sso login`, or however you got these credentials) and run the same command"


class _Place(NamedTuple):
    """What was asked for, for the words of an error."""

    profile: str
    endpoint: str

    @property
    def login(self) -> str:
        """The command that renews an SSO session."""
        return f"`aws sso login --profile {self.profile}`" if self.profile else "`aws sso login`"

    @property
    def where(self) -> str:
        """What does not answer."""
        return f"the endpoint {self.endpoint}" if self.endpoint else "AWS"


def no_credentials(profile: str) -> AuthError:
    """Return the error for a chain of providers that found nothing."""
    why = "the profile has none" if profile else "the environment, profiles, SSO cache and instance role have none"
    return AuthError("no AWS credentials were found", why=why, todo=_FIND_CREDENTIALS)


def no_such_region(region: str, known: list[str]) -> UsageError:
    """Return the error for a Region that is in no partition."""
    close = get_close_matches(region, known, n=1)
    why = f"did you mean {close[0]}?" if close else "no AWS partition has it"
    return UsageError(f"there is no AWS Region {region!r}", why=why, todo="correct --region or AWS_REGION")


def cannot_assume(arn: str, refusal: UnreadError) -> RootwardenError:
    """Return the error for a --role-arn that does not let the caller in."""
    why = refusal.unknown.why
    if why in (DENIED, EXPIRED):
        told = "it is missing, does not trust the caller, or the caller lacks sts:AssumeRole" if why == DENIED else why
        return AuthError(f"cannot assume {arn}", why=told, todo="check --role-arn and the role's trust policy")
    return UnreachableError(f"cannot assume {arn}", why=str(refusal), todo="try again")


def what_went_wrong(error: Exception, profile: str, endpoint: str) -> RootwardenError:
    """Return the error a person can act on for what botocore raised on first contact."""
    place = _Place(profile, endpoint)
    if isinstance(error, b.ClientError):
        return _refused(error, place)
    for kinds, told in _TABLE:
        if isinstance(error, kinds):
            return told(error, place)
    return UsageError("the AWS settings cannot be used", why=_one_line(error), todo="mend ~/.aws/config")


def _refused(error: b.ClientError, place: _Place) -> RootwardenError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = _one_line(Exception(error.response.get("Error", {}).get("Message", "")))
    if why_of(code) == EXPIRED:
        return AuthError("the AWS credentials have expired", why=code, todo=_RENEW)
    if "Signature expired" in message or code == "RequestTimeTooSkewed" or "not yet current" in message:
        return AuthError("AWS refuses the time of the request", why=message, todo="set this machine's clock right")
    if code in _UNKNOWN_KEYS:
        todo = "check the keys; for GovCloud or China also name a Region there with --region"
        return AuthError("AWS does not know these credentials", why=code, todo=todo)
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) in (404, 405) or code.isdigit():
        return _not_aws(error, place)
    if why_of(code) == DENIED:
        return AuthError("AWS refuses to say who is asking", why=message or code, todo="ask for access to the account")
    return UnreachableError(f"{place.where} did not answer the first question", why=message or code, todo="try again")


_UNKNOWN_KEYS = frozenset({
    "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException",
    "AuthFailure", "InvalidAccessKeyId", "InvalidIdentityToken", "IncompleteSignature", "MissingAuthenticationToken",
})  # fmt: skip


def _no_profile(error: Exception, place: _Place) -> RootwardenError:
    return UsageError(
        _one_line(error).replace("The config profile", "the AWS profile"),
        todo="list them with `aws configure list-profiles`",
    )


def _sso(error: Exception, place: _Place) -> RootwardenError:
    return AuthError("the SSO session has expired or never began", why=_one_line(error), todo=f"run {place.login}")


def _no_credentials(error: Exception, place: _Place) -> RootwardenError:
    return no_credentials(place.profile)


def _half_credentials(error: Exception, place: _Place) -> RootwardenError:
    return AuthError("the AWS credentials cannot be used", why=_one_line(error), todo=_FIND_CREDENTIALS)


def _unreachable(error: Exception, place: _Place) -> RootwardenError:
    todo = "check the network, a proxy, and --endpoint-url" if place.endpoint else "check the network and a proxy"
    return UnreachableError(f"{place.where} cannot be reached", why=_one_line(error), todo=todo)


def _not_aws(error: Exception, place: _Place) -> RootwardenError:
    return UnreachableError(
        f"{place.where} does not answer as AWS does",
        why=_one_line(error)[:120],
        todo="check --endpoint-url and a proxy",
    )


def _bad_endpoint(error: Exception, place: _Place) -> RootwardenError:
    return UsageError(
        "the endpoint is no URL", why=_one_line(error), todo="write it as https://host:port in --endpoint-url"
    )


_TABLE: tuple[tuple[tuple[type[Exception], ...], Callable[[Exception, _Place], RootwardenError]], ...] = (
    ((b.ProfileNotFound,), _no_profile),
    ((b.SSOError, b.TokenRetrievalError, b.LoginError, b.NoAuthTokenError), _sso),
    ((b.NoCredentialsError,), _no_credentials),
    ((b.PartialCredentialsError, b.CredentialRetrievalError, b.UnknownCredentialError), _half_credentials),
    ((b.RefreshWithMFAUnsupportedError, b.MetadataRetrievalError), _half_credentials),
    ((b.HTTPClientError, b.ConnectionError), _unreachable),
    ((ResponseParserError, KeyError), _not_aws),
    ((b.EndpointProviderError,), _bad_endpoint),
)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
