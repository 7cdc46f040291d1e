"""The API about webhooks: where news is sent, and what was sent there."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.rest import (
    Act,
    Change,
    Creation,
    Filter,
    Reader,
    Removal,
    Resource,
    Shown,
    everything,
)
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    ID,
    INSTANT,
    TEXT,
    Column,
    column,
    list_of,
    maybe,
    object_of,
    one_of,
    or_null,
    reference,
)
from integrations.actions.webhooks import (
    AddressTaken,
    NotEnded,
    SwitchedOff,
    TooMany,
    add_endpoint,
    choose_events,
    remove_endpoint,
    replay,
    rotate_secret,
    send_test,
    switch_off,
    switch_on,
)
from integrations.models import (
    DeliveryState,
    OffReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from integrations.webhooks.addresses import LONGEST, TOO_LONG, WRITTEN, BadAddress
from integrations.webhooks.events import EVENTS

SECRET = TEXT | {"description": "Shown this once, and null when it is answered again"}


class Events(serializers.ListField):
    """Kinds of event, each once."""

    described = {"uniqueItems": True}

    def to_internal_value(self, data: Any) -> Any:
        events = super().to_internal_value(data)
        if len(set(events)) != len(events):
            raise ValidationError(_("Name each event once."))
        return events


class Url(body.Text):
    """The address of a public server, by its name."""

    described = {"pattern": WRITTEN, "format": "uri", "not": {"pattern": TOO_LONG}}


class EventsBody(body.Body):
    events = Events(
        child=body.Choice([(name, name) for name in EVENTS]),
        min_length=1,
        max_length=len(EVENTS),
    )


class WebhookBody(EventsBody):
    url = Url(max_length=LONGEST)


def _add(given: Mapping[str, Any], reader: Reader) -> Shown:
    try:
        endpoint, secret = add_endpoint(
            url=given["url"],
            events=set(given["events"]),
            by=reader.membership,
            now=reader.now,
        )
    except BadAddress as refusal:
        raise ValidationError({"url": [str(refusal)]}) from refusal
    return Shown(endpoint, {"secret": secret})


def _choose(
    endpoint: WebhookEndpoint, given: Mapping[str, Any], reader: Reader
) -> WebhookEndpoint:
    return choose_events(
        endpoint=endpoint,
        events=set(given.get("events", endpoint.events)),
        version=endpoint.version,
        by=reader.membership,
        now=reader.now,
    )


def _remove(endpoint: WebhookEndpoint, reader: Reader) -> None:
    remove_endpoint(endpoint=endpoint, by=reader.membership, now=reader.now)


def _test(
    endpoint: WebhookEndpoint, given: Mapping[str, Any], reader: Reader
) -> WebhookEndpoint:
    send_test(endpoint=endpoint, by=reader.membership, now=reader.now)
    return endpoint


def _rotate(
    endpoint: WebhookEndpoint, given: Mapping[str, Any], reader: Reader
) -> Shown:
    row, secret = rotate_secret(endpoint=endpoint, by=reader.membership, now=reader.now)
    return Shown(row, {"secret": secret})


def _switch_on(
    endpoint: WebhookEndpoint, given: Mapping[str, Any], reader: Reader
) -> WebhookEndpoint:
    return switch_on(endpoint=endpoint, by=reader.membership, now=reader.now)


def _switch_off(
    endpoint: WebhookEndpoint, given: Mapping[str, Any], reader: Reader
) -> WebhookEndpoint:
    return switch_off(endpoint=endpoint, by=reader.membership, now=reader.now)


def _replay(
    delivery: WebhookDelivery, given: Mapping[str, Any], reader: Reader
) -> WebhookDelivery:
    return replay(delivery=delivery, by=reader.membership, now=reader.now)


WEBHOOKS = Resource(
    name="webhooks",
    noun="webhook",
    about="An address that is told of some kinds of event. Its secret signs what is sent; it "
    "is shown when it is made or replaced, and never again.",
    permission="key.manage",
    rows=everything(WebhookEndpoint),
    columns={
        "id": column("pk", ID),
        "url": column("url"),
        "events": column("events", list_of(one_of(EVENTS))),
        "created_at": column("created_at", INSTANT),
        "created_by": reference("created_by_id", "created_by__name", null=True),
        "off_at": column("off_at", INSTANT, null=True),
        "off_reason": maybe("off_reason", one_of(OffReason)),
        "failed_first_at": column("failed_first_at", INSTANT, null=True),
        "failures": column("failure_count", COUNT),
    },
    creation=Creation(
        WebhookBody,
        _add,
        "key.manage",
        (AddressTaken, TooMany),
        once={"secret": SECRET},
    ),
    change=Change(EventsBody, _choose, "key.manage"),
    removal=Removal(_remove, "key.manage"),
    version="version",
    row_acts=(
        Act(
            "test",
            "Have a message sent that tells of nothing but itself.",
            _test,
            "key.manage",
            refusals=(SwitchedOff,),
        ),
        Act(
            "rotate-secret",
            "Give a new secret; for a day both sign, so that nothing is missed.",
            _rotate,
            "key.manage",
            once={"secret": SECRET},
        ),
        Act(
            "switch-on",
            "Begin again, with what waits.",
            _switch_on,
            "key.manage",
        ),
        Act(
            "switch-off",
            "Send nothing more; what waits is kept.",
            _switch_off,
            "key.manage",
        ),
    ),
)


def _attempts_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    told: dict[UUID, dict[str, Any]] = {pk: {"attempts": []} for pk in ids}
    for row in WebhookAttempt.objects.filter(delivery__in=ids).order_by("pk"):
        told[row.delivery_id]["attempts"].append(
            {
                "at": row.at,
                "status": row.status,
                "fault": row.fault or None,
                "duration_ms": row.duration_ms,
            }
        )
    return told


DELIVERIES = Resource(
    name="webhook-deliveries",
    noun="webhook-delivery",
    about="One event on its way to one webhook, with every attempt; kept for thirty days.",
    permission="key.manage",
    rows=everything(WebhookDelivery),
    columns={
        "id": column("pk", ID),
        "webhook": reference("endpoint_id", "endpoint__url"),
        "message": column("message_id", ID),
        "event": column("event"),
        "payload": Column(("payload",), {"type": "object"}),
        "created_at": column("created_at", INSTANT),
        "state": column("state", one_of(DeliveryState)),
        "delivered_at": column("delivered_at", INSTANT, null=True),
    },
    loaded={
        "attempts": list_of(
            object_of(
                at=INSTANT,
                status=or_null(COUNT),
                fault=or_null(TEXT),
                duration_ms=COUNT,
            )
        )
    },
    load=_attempts_of,
    filters={
        "webhook": Filter(ID, "endpoint"),
        "event": Filter(TEXT, "event"),
        "state": Filter(one_of(DeliveryState), "state"),
    },
    row_acts=(
        Act(
            "replay",
            "Send it once more: the same message, under its id.",
            _replay,
            "key.manage",
            refusals=(NotEnded, SwitchedOff),
        ),
    ),
)
