"""API keys: `brk_` + 8 letters that name it + 32 random letters + a checksum."""

import secrets
import string
import zlib
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.actions.audit import record
from accounts.actions.invitations import hash_of
from accounts.models import ApiKey, Membership

_LETTERS = string.ascii_letters + string.digits


@transaction.atomic
def create_api_key(
    *,
    name: str,
    scopes: Collection[str],
    membership: Membership,
    by: Membership,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key that acts for `membership`; return it with the secret, shown only now."""
    body = "".join(secrets.choice(_LETTERS) for _position in range(40))
    secret = f"brk_{body}{checksum(body)}"
    key = ApiKey.objects.create(
        workspace_id=membership.workspace_id,
        membership=membership,
        name=name,
        prefix=secret[:12],
        scopes=sorted(scopes),
        secret_hash=hash_of(secret),
        created_at=now,
        expires_at=expires_at,
    )
    record(
        verb="api_key.created",
        subject=key,
        by=by,
        at=now,
        after={"scopes": key.scopes},
    )
    return key, secret


@transaction.atomic
def revoke_api_key(*, key: ApiKey, by: Membership, now: datetime) -> ApiKey:
    """Make a key worthless from its next request on."""
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    record(verb="api_key.revoked", subject=key, by=by, at=now)
    return key


def checksum(body: str) -> str:
    """Six letters that let a typed or cut-off key be refused without asking the database."""
    return f"{zlib.crc32(body.encode()):08x}"[-6:]


def is_well_formed(secret: str) -> bool:
    """Whether a key could be one of ours."""
    body = secret.removeprefix("brk_")
    return secret.startswith("brk_") and checksum(body[:-6]) == body[-6:]
