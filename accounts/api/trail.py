"""The API about keys, and about what was done."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.actions.keys import revoke_api_key
from accounts.models import ApiKey, AuditEvent
from accounts.rest import Act, Filter, Reader, Resource, everything
from accounts.rest.columns import (
    FLAG,
    ID,
    INSTANT,
    TEXT,
    column,
    list_of,
    maybe,
    reference,
)


def _keys(reader: Reader) -> "QuerySet[ApiKey]":
    return ApiKey.objects.filter(workspace=reader.workspace)


def _revoke(key: ApiKey, given: Mapping[str, Any], reader: Reader) -> ApiKey:
    if key.revoked_at is not None:
        return key
    return revoke_api_key(key=key, by=reader.membership, now=reader.now)


API_KEYS = Resource(
    name="api-keys",
    noun="api-key",
    about="What programs come in with. A key is made on the page, where its secret is shown "
    "once; here it is seen how it is used, and made worthless.",
    permission="key.manage",
    rows=_keys,
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "prefix": column("prefix"),
        "member": reference("membership_id", "membership__name"),
        "scopes": column("scopes", list_of(TEXT)),
        "created_at": column("created_at", INSTANT),
        "last_used_at": column("last_used_at", INSTANT, null=True),
        "expires_at": column("expires_at", INSTANT, null=True),
        "revoked_at": column("revoked_at", INSTANT, null=True),
    },
    filters={
        "member": Filter(ID, "membership"),
        "is_standing": Filter(FLAG, "revoked_at__isnull"),
    },
    row_acts=(
        Act(
            "revoke",
            "Worthless from its next request on; a second time changes nothing.",
            _revoke,
            "key.manage",
        ),
    ),
)

_TOLD = {"type": "object"}

AUDIT_EVENTS = Resource(
    name="audit-events",
    noun="audit-event",
    about="What was done: by whom, through which door, what was before and after. Written "
    "once and kept.",
    permission="audit.see",
    rows=everything(AuditEvent),
    columns={
        "id": column("pk", ID),
        "at": column("at", INSTANT),
        "actor": reference("actor_id", null=True),
        "actor_name": maybe("actor_name"),
        "verb": column("verb"),
        "subject_kind": column("subject_kind"),
        "subject": column("subject_id", ID, null=True),
        "subject_name": maybe("subject_name"),
        "before": column("before", _TOLD),
        "after": column("after", _TOLD),
        "source": column("source"),
    },
    filters={
        "actor": Filter(ID, "actor"),
        "verb": Filter(TEXT, "verb"),
        "subject_kind": Filter(TEXT, "subject_kind"),
        "subject": Filter(ID, "subject_id"),
        "source": Filter(TEXT, "source"),
        "at_from": Filter(INSTANT, "at__gte"),
        "at_until": Filter(INSTANT, "at__lte"),
    },
    orderings={"id": "pk", "at": "at"},
)
