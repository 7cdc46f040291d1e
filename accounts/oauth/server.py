"""The authorisation server: oauthlib's endpoints with three grants and no fourth.

No implicit grant, no password grant, no OpenID Connect: there is no such handler here.
"""

import re
import secrets
from collections.abc import Callable
from typing import Any

from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    AuthorizationEndpoint,
    BearerToken,
    ClientCredentialsGrant,
    RefreshTokenGrant,
    RevocationEndpoint,
    TokenEndpoint,
)
from oauthlib.oauth2.rfc6749.errors import (
    InvalidRequestError,
    UnsupportedCodeChallengeMethodError,
)

from accounts.actions.tokens import ACCESS
from accounts.models import Grant, Workspace
from accounts.oauth.validator import ACCESS_FOR, Validator

_REFRESH = "brr_"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # a SHA-256 as PKCE writes it


class Server(AuthorizationEndpoint, TokenEndpoint, RevocationEndpoint):  # type: ignore[misc]
    """One for each request: of a workspace's page, or of what its member just granted."""

    def __init__(
        self, *, workspace: Workspace | None = None, grant: Grant | None = None
    ) -> None:
        validator = Validator(workspace=workspace, grant=grant)
        code = AuthorizationCodeGrant(validator)
        code.custom_validators.pre_auth.append(_refuse_weaker)
        bearer = BearerToken(
            validator,
            token_generator=_maker_of(ACCESS),
            refresh_token_generator=_maker_of(_REFRESH),
            expires_in=int(ACCESS_FOR.total_seconds()),
        )
        AuthorizationEndpoint.__init__(self, "code", bearer, {"code": code})
        TokenEndpoint.__init__(
            self,
            "authorization_code",
            bearer,
            {
                "authorization_code": code,
                "refresh_token": RefreshTokenGrant(validator),
                "client_credentials": ClientCredentialsGrant(validator),
            },
        )
        RevocationEndpoint.__init__(self, validator)


def _maker_of(prefix: str) -> Callable[[Any], str]:
    """256 random bits, behind a mark that scanners of leaked secrets know."""
    return lambda _request: prefix + secrets.token_urlsafe(32)


def _refuse_weaker(request: Any) -> dict[str, Any]:
    """What oauthlib would take, and OAuth 2.1 does not."""
    if request.response_mode not in (None, "query"):
        raise InvalidRequestError("Only response_mode=query.", request=request)
    if request.code_challenge is not None:
        if request.code_challenge_method != "S256":
            raise UnsupportedCodeChallengeMethodError(request=request)
        if not _CHALLENGE.fullmatch(request.code_challenge):
            raise InvalidRequestError("Malformed code_challenge.", request=request)
    return {}
