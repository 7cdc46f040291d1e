"""A form that outlives its session: what it carries, and where its fields wait meanwhile."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from uuid_utils.compat import uuid7

from accounts.models import Membership

FIELD = "token"
OPEN_FOR = timedelta(days=15)
LARGEST = 60_000  # characters of JSON
_SALT = "form ticket"
_WAITING = "form"  # the key in the session

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Ticket:
    """The id of what a form will make, what it is about, who opened it and when.

    Signed, so that nobody chooses the id; a form that is sent twice makes one row.
    """

    pk: UUID
    about: UUID
    opened_by: UUID
    opened_at: datetime

    @classmethod
    def new(cls, about: UUID, *, by: Membership, now: datetime) -> "Ticket":
        return cls(uuid7(), about, by.pk, now)

    def __str__(self) -> str:
        told = [str(self.pk), str(self.about), str(self.opened_by)]
        return signing.dumps([*told, self.opened_at.isoformat()], salt=_SALT)

    @classmethod
    def read(cls, fields: Fields, *, about: UUID, by: Membership) -> "Ticket | None":
        """The ticket among the fields, if it is ours, about this and of this member."""
        ticket = _read(fields)
        if ticket is None or (ticket.about, ticket.opened_by) != (about, by.pk):
            return None
        return ticket


def keep_form(request: HttpRequest) -> None:
    """Let a form that can't be taken now wait in the session until somebody signs in.

    Only one with a ticket: nobody else's words are stored for a visitor.
    """
    fields = dict(request.POST.lists())
    fields.pop("csrfmiddlewaretoken", None)
    if _read(fields) is not None and len(json.dumps(fields)) <= LARGEST:
        request.session[_WAITING] = fields


def take_form(request: Any, *, about: UUID) -> dict[str, list[str]] | None:
    """The fields that wait for this member about this, if any; they wait no longer."""
    waiting: dict[str, list[str]] = request.session.get(_WAITING, {})
    if not waiting or Ticket.read(waiting, about=about, by=request.membership) is None:
        return None
    del request.session[_WAITING]
    return waiting


def _read(fields: Fields) -> Ticket | None:
    text = (list(fields.get(FIELD, ())) or [""])[0]
    try:
        told = signing.loads(text, salt=_SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return None
    pk, about, by, at = told
    return Ticket(UUID(pk), UUID(about), UUID(by), datetime.fromisoformat(at))
