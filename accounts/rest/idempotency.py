"""`Idempotency-Key`: a POST that is sent again is answered again, and done once.

The key is locked until the transaction ends, without waiting: who comes meanwhile is told
so. The answer is kept in that same transaction, so there is one exactly when something
was done; a worker that is killed leaves neither a lock nor a half.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException

from accounts.models import RememberedAnswer
from accounts.rest import written
from accounts.rest.bodies import MOST_BYTES, TooLarge
from accounts.rest.rendering import FastJSONRenderer

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=48)
_KEY = re.compile(written.KEY)
_HEADERS = ("Content-Type", "Location", "ETag")


class BadKey(APIException):
    """A key that can't be remembered."""

    status_code = status.HTTP_400_BAD_REQUEST


class InFlight(APIException):
    """The same request is being worked at this moment."""

    status_code = status.HTTP_409_CONFLICT
    type = "urn:buyreadiness:problem:idempotency-in-flight"


class OtherRequest(APIException):
    """The key was used for something else."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    type = "urn:buyreadiness:problem:idempotency-key-reused"


class Replay(Exception):
    """Not an error: this was done before, and here is what was answered."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("done before")
        self.response = response


@dataclass(frozen=True, slots=True)
class Remembering:
    """A request under a key that nobody else is working at."""

    principal_id: UUID
    key: str
    fingerprint: str

    def keep(
        self, response: Any, *, now: datetime, hidden: Collection[str] = ()
    ) -> None:
        """Keep the answer; what is shown once is `null` when it is sent again."""
        body = response.content
        if hidden:
            body = FastJSONRenderer().render(response.data | dict.fromkeys(hidden))
        RememberedAnswer.objects.create(
            principal_id=self.principal_id,
            key=self.key,
            fingerprint=self.fingerprint,
            status=response.status_code,
            headers={
                name: response.headers[name]
                for name in _HEADERS
                if name in response.headers
            },
            body=body.decode(),
            answered_at=now,
        )


def begin(request: Any) -> Remembering | None:
    """Take the key of a request, when it has one.

    :raises BadKey: when it is not 1 to 255 printable ASCII characters.
    :raises InFlight: while the same key is being worked at.
    :raises OtherRequest: when it was used for another address or body.
    :raises Replay: when this very request was answered before.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        sentence = _("An Idempotency-Key has 1 to 255 printable ASCII characters.")
        raise BadKey(sentence)
    principal_id = (request.program or request.membership).pk
    mine = Remembering(principal_id, key, _fingerprint(request))
    if not _lock(request.membership.workspace_id, mine):
        raise InFlight(_("This request is being worked at. Ask again in a moment."))
    before = RememberedAnswer.objects.filter(principal_id=principal_id, key=key).first()
    if before is None:
        return mine
    if before.fingerprint != mine.fingerprint:
        raise OtherRequest(_("This key was used for another request."))
    answer = HttpResponse(before.body, status=before.status, headers=before.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    raise Replay(answer)


def forget_answers(*, now: datetime) -> None:
    """Drop what was answered long ago."""
    RememberedAnswer.objects.filter(answered_at__lt=now - KEPT).delete()


def _fingerprint(request: Any) -> str:
    told = f"{request.method} {request.get_full_path()}\n".encode()
    if hasattr(request, "upload_is_broken"):
        return _fingerprint_of_parts(request, told)
    try:
        body = request.body
    except RequestDataTooBig:
        raise TooLarge(_("A body holds at most one megabyte.")) from None
    if len(body) > MOST_BYTES:
        raise TooLarge(_("A body holds at most one megabyte."))
    return hashlib.sha256(told + body).hexdigest()


def _fingerprint_of_parts(request: Any, told: bytes) -> str:
    """Of what is in the parts, not of what stands between them: that is new each time."""
    digest = hashlib.sha256(told)
    for name, texts in sorted(request.POST.lists()):
        digest.update(repr((name, texts)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            for piece in file.chunks():
                digest.update(piece)
    return digest.hexdigest()


def _lock(workspace_id: UUID, mine: Remembering) -> bool:
    """Hold the key until the transaction ends; False when somebody else does."""
    name = f"idempotency {workspace_id} {mine.principal_id} {mine.key}"
    number = hashlib.sha256(name.encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)",
            [int.from_bytes(number, "big", signed=True)],
        )
        return bool(cursor.fetchone()[0])
