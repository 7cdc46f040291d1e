"""Applications: registered, given a new secret, revoked; let in by a member, and sent away."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from allauth.idp.oidc.models import Client
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Application, ApplicationKind, Grant, Membership

SECRET = "brs_"  # noqa: S105 -- what a secret begins with, so that a leaked one is known


class HasNoSecret(Exception):
    """What runs on other people's machines can't keep one."""


class AlreadyRevoked(Exception):
    """A revoked application stays so."""


@transaction.atomic
def register_application(
    *,
    name: str,
    kind: str,
    redirect_uris: Sequence[str],
    scopes: Collection[str],
    by: Membership,
    now: datetime,
) -> tuple[Application, str]:
    """Make an application known; return it with its secret, shown only now.

    A service acts for who registers it, as an API key does; the others for whoever lets
    them in. One on people's own devices has no secret.
    """
    is_a_service = kind == ApplicationKind.SERVICE
    client = Client(
        name=name,
        secret="",  # else the library would hash one of its own first
        type=Client.Type.PUBLIC
        if kind == ApplicationKind.DEVICE
        else Client.Type.CONFIDENTIAL,
        created_at=now,
    )
    client.set_grant_types(
        [Client.GrantType.CLIENT_CREDENTIALS]
        if is_a_service
        else [Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN]
    )
    client.set_response_types([] if is_a_service else [Client.ResponseType.CODE])
    client.set_redirect_uris([] if is_a_service else list(redirect_uris))
    client.set_scopes(sorted(scopes))
    secret = _new_secret(client)
    client.save()
    application = Application.objects.create(
        workspace_id=by.workspace_id,
        client=client,
        name=name,
        kind=kind,
        scopes=sorted(scopes),
        created_at=now,
    )
    if is_a_service:
        _grant(application, membership=by, scopes=scopes, now=now)
    record(
        verb="application.registered",
        subject=application,
        by=by,
        at=now,
        after={"kind": str(kind), "scopes": application.scopes},
    )
    return application, secret if application.keeps_a_secret else ""


@transaction.atomic
def renew_secret(*, application: Application, by: Membership, now: datetime) -> str:
    """Make the old secret worthless; return the new one, shown only now.

    :raises HasNoSecret: when it runs on people's own devices.
    :raises AlreadyRevoked: when nothing opens to it any more.
    """
    if not application.keeps_a_secret:
        raise HasNoSecret(_("An app on people's own devices has no secret."))
    if not application.is_live:
        raise AlreadyRevoked(_("“%(name)s” is revoked.") % {"name": application.name})
    client = application.client
    secret = _new_secret(client)
    client.save(update_fields=["secret"])
    record(verb="application.secret_renewed", subject=application, by=by, at=now)
    return secret


@transaction.atomic
def revoke_application(
    *, application: Application, by: Membership, now: datetime
) -> Application:
    """Shut an application out from its next request on, whoever had let it in."""
    application.revoked_at = now
    application.save(update_fields=["revoked_at"])
    record(verb="application.revoked", subject=application, by=by, at=now)
    return application


@transaction.atomic
def let_in(
    *,
    application: Application,
    scopes: Collection[str],
    by: Membership,
    now: datetime,
) -> Grant:
    """Let an application act for a member, within some of its scopes."""
    grant = _grant(application, membership=by, scopes=scopes, now=now)
    record(
        verb="application.let_in",
        subject=application,
        by=by,
        at=now,
        after={"scopes": grant.scopes},
    )
    return grant


@transaction.atomic
def send_away(*, application: Application, by: Membership, now: datetime) -> None:
    """End whatever a member let an application do, from its next request on."""
    mine = Grant.objects.of(by).filter(application=application, ended_at__isnull=True)
    if mine.update(ended_at=now):
        record(verb="application.sent_away", subject=application, by=by, at=now)


def _grant(
    application: Application,
    *,
    membership: Membership,
    scopes: Collection[str],
    now: datetime,
) -> Grant:
    return Grant.objects.create(
        application=application,
        membership=membership,
        scopes=sorted(scopes),
        created_at=now,
    )


def _new_secret(client: Client) -> str:
    secret = SECRET + secrets.token_urlsafe(32)
    client.set_secret(secret)
    return secret
