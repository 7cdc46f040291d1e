"""Which program calls the API for a member: by its key, or by a token of OAuth."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.idp.oidc.models import Token

from accounts.actions.invitations import hash_of
from accounts.actions.keys import is_well_formed
from accounts.actions.tokens import ACCESS
from accounts.models import ApiKey, Grant, IssuedToken, Membership

USED_TO_THE = timedelta(minutes=5)  # how exactly "last used" is kept


@dataclass(frozen=True, slots=True)
class Program:
    """A key, or what one member let one application do."""

    pk: UUID
    counted_as: UUID
    name: str
    scopes: list[str]


def find_program(
    authorization: str, *, now: datetime
) -> tuple[Program, Membership] | None:
    """Who calls with this header, and for whom; one look-up by a hash."""
    scheme, _space, secret = authorization.partition(" ")
    if scheme != "Bearer":
        return None
    if secret.startswith(ACCESS):
        return _by_token(secret, now)
    return _by_key(secret, now) if is_well_formed(secret) else None


def _by_key(secret: str, now: datetime) -> tuple[Program, Membership] | None:
    key: ApiKey | None = ApiKey.objects.by_hash(hash_of(secret)).live(now).first()
    if key is None:
        return None
    _remember_use(key, now)
    return Program(key.pk, key.pk, key.name, key.scopes), key.membership


def _by_token(secret: str, now: datetime) -> tuple[Program, Membership] | None:
    found = IssuedToken.objects.by_hash(hash_of(secret), type=Token.Type.ACCESS_TOKEN)
    token = found.live(now).first()
    if token is None:
        return None
    grant = token.grant
    _remember_use(grant, now)
    application = grant.application
    scopes = token.provider.get_scopes()
    return Program(grant.pk, application.pk, application.name, scopes), grant.membership


def _remember_use(used: ApiKey | Grant, now: datetime) -> None:
    if used.last_used_at is None or used.last_used_at < now - USED_TO_THE:
        rows: Any = type(used).objects
        rows.filter(pk=used.pk).update(last_used_at=now)
