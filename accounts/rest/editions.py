"""`ETag` and `If-Match`: who changes a row says which version of it they have seen."""

import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException

_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e]*"')


class Unconditional(APIException):
    """A change that does not say of what."""

    status_code = 428
    default_code = "precondition_required"


class Stale(APIException):
    """The row is not the one that was seen."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "stale"


def tag_of(version: object) -> str:
    return f'"v{version}"'


def refuse_unconditional(request: Any) -> str:
    """The If-Match header, which every change needs.

    :raises Unconditional: when there is none.
    """
    given: str = request.headers.get("If-Match", "").strip()
    if not given:
        raise Unconditional(
            _("Say in If-Match which version you change: the ETag of what you read.")
        )
    return given


def refuse_stale(given: str, version: object) -> None:
    """:raises Stale: when none of the tags is that of the row as it is now."""
    if given == "*":
        return
    tags = [match.group() for match in _TAG.finditer(given)]
    if tag_of(version) not in tags:
        raise Stale(
            _("Somebody else changed this meanwhile. Read it again, then change it.")
        )
