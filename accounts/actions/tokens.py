"""Tokens of applications: issued, ended with their family, forgotten when they are over."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from allauth.idp.oidc.models import Token
from django.db import transaction

from accounts.models import (
    Application,
    ApplicationKind,
    Grant,
    IssuedToken,
    SecurityEvent,
)
from accounts.models.audit import SecurityKind

ACCESS = "bro_"  # what an access token begins with, so that a leaked one is known
KEPT = timedelta(days=1)  # past its end: a late second use is still known as one


@transaction.atomic
def issue(
    *,
    grant: Grant,
    type: str,
    token_hash: str,
    scopes: Collection[str],
    data: dict[str, Any] | None,
    now: datetime,
    expires_at: datetime,
) -> IssuedToken:
    """Keep the hash of a code or a token that is being handed out."""
    token = Token(
        type=type,
        hash=token_hash,
        client_id=grant.application.client_id,
        user_id=grant.membership.user_id,
        data=data,
        created_at=now,
        expires_at=expires_at,
    )
    token.set_scopes(list(scopes))
    token.save()
    return IssuedToken.objects.create(token=token, grant=grant)


@transaction.atomic
def end_family(*, grant: Grant, now: datetime, because_reused: bool = False) -> None:
    """End what a member let an application do, with every token of it.

    A code or a refresh token that comes twice was stolen, from us or from them: its
    owner reads that in their profile.
    """
    is_new = Grant.objects.filter(pk=grant.pk, ended_at__isnull=True).update(
        ended_at=now
    )
    if is_new and because_reused:
        SecurityEvent.objects.create(
            at=now,
            kind=SecurityKind.TOKEN_REUSED,
            user=grant.membership.user,
            email=grant.membership.email,
        )


@transaction.atomic
def forget_tokens(*, workspace_id: Any, now: datetime) -> None:
    """Drop what expired a while ago, and end what was let in and has no token left."""
    here, before = Application.objects.filter(workspace=workspace_id), now - KEPT
    over = Token.objects.filter(client__application__in=here)
    over.filter(expires_at__lt=before).delete()
    idle = Grant.objects.filter(application__in=here, created_at__lt=before)
    idle = idle.filter(ended_at__isnull=True, tokens__isnull=True)
    idle.exclude(application__kind=ApplicationKind.SERVICE).update(ended_at=now)
