"""What the sign-in library's provider leaves open, shut as OAuth 2.1 says.

PKCE always, redirect addresses to the letter, codes and refresh tokens once, kept as
hashes; whatever is used a second time ends its family. Every token hangs on a grant.
"""

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from allauth.idp.oidc.internal.oauthlib.request_validator import (
    OAuthLibRequestValidator,
)
from allauth.idp.oidc.models import Client, Token
from django.utils import timezone
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError

from accounts.actions.invitations import hash_of
from accounts.actions.tokens import end_family, issue
from accounts.models import Application, Grant, IssuedToken, Workspace

CODE_FOR = timedelta(minutes=1)
ACCESS_FOR = timedelta(minutes=15)
REFRESH_FOR = timedelta(days=30)
LOOPBACK = {"127.0.0.1", "::1"}
_ID = re.compile(r"[0-9a-f]{32}")
_CODE, _REFRESH, _ACCESS = (
    Token.Type.AUTHORIZATION_CODE,
    Token.Type.REFRESH_TOKEN,
    Token.Type.ACCESS_TOKEN,
)


class Validator(OAuthLibRequestValidator):  # type: ignore[misc]  # allauth has no types
    """Answers oauthlib's questions from our grants; the library's answers to the rest.

    One for each request, which keeps here what it finds: on oauthlib's request anything
    may stand that a caller sends as a parameter.
    """

    def __init__(
        self, *, workspace: Workspace | None = None, grant: Grant | None = None
    ) -> None:
        super().__init__()
        self.workspace, self.grant = workspace, grant
        self.found: IssuedToken | None = None

    # --- Which application ---

    def _lookup_client(self, request: Any, client_id: Any) -> Client | None:
        """The client of a live application; a revoked one is as unknown as a made-up one.

        On the page of a workspace so is one of another: else anybody could register
        an address, and have members of others sent there by a question with a fault.
        """
        if not _ID.fullmatch(str(client_id)):
            return None
        live = Application.objects.filter(revoked_at__isnull=True)
        if self.workspace is not None:
            live = live.filter(workspace=self.workspace)
        known = Client.objects.filter(application__in=live)
        return known.select_related("application").filter(pk=client_id).first()

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        named = request.client_id
        if not super().authenticate_client(request, *args, **kwargs):
            return False
        return bool(request.client.pk == (named or request.client.pk))

    def validate_grant_type(
        self, client_id: Any, grant_type: str, client: Client, request: Any, *args: Any
    ) -> bool:
        if grant_type not in client.get_grant_types():
            return False
        if grant_type == Client.GrantType.CLIENT_CREDENTIALS:
            self.grant = _grants_of(client).order_by("pk").first()
            return self.grant is not None
        return True

    def get_default_scopes(self, client_id: Any, request: Any, *args: Any) -> list[str]:
        scopes: list[str] = request.client.get_scopes()
        return scopes

    # --- The question at the door ---

    def validate_redirect_uri(
        self, client_id: Any, redirect_uri: str, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        known = request.client.get_redirect_uris()
        return any(is_same_address(redirect_uri, each) for each in known)

    def is_pkce_required(self, client_id: Any, request: Any) -> bool:
        return True

    def save_authorization_code(
        self, client_id: Any, code: dict[str, str], request: Any, *args: Any
    ) -> None:
        asked = {
            "redirect_uri": request.redirect_uri,
            "code_challenge": request.code_challenge,
        }
        self._issue(_CODE, code["code"], lasts=CODE_FOR, data=asked)

    # --- A code becomes tokens ---

    def validate_code(
        self, client_id: Any, code: str, client: Client, request: Any, *args: Any
    ) -> bool:
        if not self._takes(_CODE, code, client):
            return False
        request.scopes = self._grant.scopes
        return True

    def get_code_challenge(self, code: str, request: Any) -> str:
        return str(self._found.provider.data["code_challenge"])

    def get_code_challenge_method(self, code: str, request: Any) -> str:
        return "S256"

    def confirm_redirect_uri(
        self, client_id: Any, code: str, redirect_uri: str, client: Any, request: Any
    ) -> bool:
        if self._found.provider.data["redirect_uri"] != redirect_uri:
            raise InvalidGrantError(request=request)  # as RFC 6749 5.2 calls it
        return True

    def invalidate_authorization_code(self, *args: Any, **kwargs: Any) -> None:
        """It was used when its tokens were saved."""

    # --- A refresh token becomes the next ---

    def validate_refresh_token(
        self, refresh_token: str, client: Client, request: Any, *args: Any
    ) -> bool:
        return self._takes(_REFRESH, refresh_token, client)

    def get_original_scopes(
        self, refresh_token: str, request: Any, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(self._grant.scopes)

    def rotate_refresh_token(self, request: Any) -> bool:
        return True

    def save_bearer_token(
        self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any
    ) -> None:
        if self.found is not None:
            _use(self.found)
        if refresh_token := token.get("refresh_token"):
            self._issue(_REFRESH, refresh_token, lasts=REFRESH_FOR)
        access_token = token["access_token"]
        self._issue(_ACCESS, access_token, lasts=ACCESS_FOR, scopes=request.scopes)

    # --- The end of one ---

    def revoke_token(
        self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any
    ) -> None:
        """An access token ends alone, a refresh token with its family (RFC 7009)."""
        for type in (_ACCESS, _REFRESH):
            found = _of_client(type, token, request.client).first()
            if found is None:
                continue
            if type == _REFRESH:
                end_family(grant=found.grant, now=timezone.now())
            found.provider.delete()

    # --- What is kept meanwhile ---

    @property
    def _found(self) -> IssuedToken:
        assert self.found is not None  # noqa: S101 -- validated before
        return self.found

    @property
    def _grant(self) -> Grant:
        assert self.grant is not None  # noqa: S101 -- validated before
        return self.grant

    def _takes(self, type: str, value: str, client: Client) -> bool:
        self.found = _take(type, value, client)
        self.grant = self.found.grant if self.found else None
        return self.found is not None

    def _issue(
        self,
        type: str,
        value: str,
        *,
        lasts: timedelta,
        scopes: Collection[str] = (),
        data: dict[str, Any] | None = None,
    ) -> None:
        now = timezone.now()
        issue(
            grant=self._grant,
            type=type,
            token_hash=hash_of(value),
            scopes=scopes,
            data=data,
            now=now,
            expires_at=now + lasts,
        )


def is_same_address(asked: str, known: str) -> bool:
    """To the letter; only a loopback port may differ, which an app learns at start."""
    if asked == known:
        return True
    one, other = urlsplit(asked), urlsplit(known)
    if other.scheme != "http" or other.hostname not in LOOPBACK:
        return False
    return _without_port(one) == _without_port(other) is not None


def _without_port(address: SplitResult) -> SplitResult | None:
    try:
        port = f":{address.port}" if address.port else ""
    except ValueError:
        return None
    return address._replace(netloc=address.netloc.removesuffix(port))


def _grants_of(client: Client) -> Any:
    return Grant.objects.live().filter(application__client=client)


def _of_client(type: str, value: str, client: Client) -> Any:
    found = IssuedToken.objects.by_hash(hash_of(value), type=type)
    return found.filter(grant__application__client=client)


def _take(type: str, value: str, client: Client) -> IssuedToken | None:
    """What is good once, held until the end of the transaction; a second use ends all."""
    held = _of_client(type, value, client).select_for_update(of=("self",))
    found: IssuedToken | None = held.first()
    if found is None:
        return None
    now = timezone.now()
    if found.used_at is not None:
        end_family(grant=found.grant, now=now, because_reused=True)
        return None
    is_over = found.provider.expires_at <= now
    is_live = Grant.objects.live().filter(pk=found.grant_id).exists()
    return found if is_live and not is_over else None


def _use(found: IssuedToken) -> None:
    found.used_at = timezone.now()
    found.save(update_fields=["used_at"])
