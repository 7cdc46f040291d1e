"""The API about conversations: who took part, what they showed, what we did."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.actions.facts import AlreadyRetracted
from accounts.rest import Change, Creation, Filter, Reader, Removal, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    ID,
    INSTANT,
    TEXT,
    column,
    list_of,
    maybe,
    object_of,
    one_of,
    or_null,
    reference,
)
from opportunities.models import Opportunity
from readiness.actions.interactions import (
    Contact,
    Did,
    LeftBefore,
    NobodyTookPart,
    Said,
    Took,
    TooLongAgo,
    UnknownAction,
    UnknownSignal,
    correct_interaction,
    log_interaction,
    retract_interaction,
)
from readiness.models import (
    SellerAction,
    SellerActionTarget,
    Signal,
)
from stakeholders.actions.acts import InTheFuture, NotInThisDeal
from stakeholders.api.seen import LOGGED, deal_of, facts_seen
from stakeholders.models import (
    Channel,
    Direction,
    Interaction,
    Participation,
    Stakeholder,
)


class SaidBody(body.Body):
    code = body.Text(max_length=20)
    quotation = body.Text(max_length=5_000, line=False, required=False)


class TookBody(body.Body):
    stakeholder = body.Id()
    signals: Any = serializers.ListSerializer(
        child=SaidBody(), required=False, max_length=60
    )


class DidBody(body.Body):
    code = body.Text(max_length=20)
    stakeholders = serializers.ListField(child=body.Id(), required=False, max_length=50)


class InteractionChangeBody(body.Body):
    occurred_at = body.Instant()
    channel = body.Choice(Channel.choices)
    direction = body.Choice(Direction.choices, required=False)
    summary = body.Text(max_length=20_000, line=False, required=False)
    minutes = body.Whole(min_value=0, max_value=1_440, required=False, allow_null=True)
    participants: Any = serializers.ListSerializer(child=TookBody(), max_length=50)
    actions: Any = serializers.ListSerializer(
        child=DidBody(), required=False, max_length=50
    )


class InteractionBody(InteractionChangeBody):
    opportunity = body.Id()


def _log(given: Mapping[str, Any], reader: Reader) -> Interaction:
    deal = deal_of(given, reader)
    return log_interaction(
        opportunity=deal,
        contact=_contact(deal, given),
        zone=reader.workspace.zone,
        by=reader.membership,
        now=reader.now,
    )


def _correct(row: Interaction, given: Mapping[str, Any], reader: Reader) -> Interaction:
    """What is not said stays: a list that is sent takes the place of the whole list."""
    names = ("occurred_at", "channel", "direction", "summary", "minutes")
    before = {name: getattr(row, name) for name in names}
    before |= _told([row.pk], reader)[row.pk]
    return correct_interaction(
        interaction=row,
        contact=_contact(row.opportunity, before | dict(given)),
        zone=reader.workspace.zone,
        by=reader.membership,
        now=reader.now,
    )


def _retract(row: Interaction, reader: Reader) -> None:
    retract_interaction(interaction=row, by=reader.membership, now=reader.now)


def _contact(deal: Opportunity, given: Mapping[str, Any]) -> Contact:
    rows = Stakeholder.objects.filter(opportunity=deal).select_related("person")
    seats = {row.pk: row for row in rows}
    return Contact(
        occurred_at=given["occurred_at"],
        channel=given["channel"],
        direction=given.get("direction", ""),
        summary=given.get("summary", ""),
        minutes=given.get("minutes"),
        parts=[
            Took(
                _seat(seats, part["stakeholder"], f"participants[{n}].stakeholder"),
                [
                    Said(said["code"], said.get("quotation") or "")
                    for said in part.get("signals", ())
                ],
            )
            for n, part in enumerate(given["participants"])
        ],
        actions=[
            Did(
                did["code"],
                [
                    _seat(seats, id, f"actions[{n}].stakeholders")
                    for id in did.get("stakeholders", ())
                ],
            )
            for n, did in enumerate(given.get("actions", ()))
        ],
    )


def _seat(seats: Mapping[UUID, Stakeholder], id: UUID, place: str) -> Stakeholder:
    if id not in seats:
        raise ValidationError({place: [_("Nobody in this deal has this id.")]})
    return seats[id]


def _told(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    """Who took part and signalled what, and what we did; four queries for a page."""
    told: dict[UUID, dict[str, Any]] = {
        pk: {"participants": [], "actions": []} for pk in ids
    }
    parts: dict[tuple[UUID, UUID], list[Any]] = {}
    for row in Participation.objects.filter(interaction__in=ids).order_by("pk"):
        signals = parts.setdefault((row.interaction_id, row.stakeholder_id), [])
        told[row.interaction_id]["participants"].append(
            {"stakeholder": row.stakeholder_id, "signals": signals}
        )
    for said in Signal.objects.standing().filter(interaction__in=ids).order_by("pk"):
        place = (said.interaction_id, said.stakeholder_id)
        if place in parts:
            parts[place].append(
                {
                    "id": said.lineage_id,
                    "code": said.code,
                    "quotation": said.quotation or None,
                }
            )
    actions: dict[UUID, list[UUID]] = {}
    done = SellerAction.objects.standing().filter(interaction__in=ids)
    for did in done.order_by("pk"):
        actions[did.pk] = []
        told[did.interaction_id]["actions"].append(
            {"code": did.code, "stakeholders": actions[did.pk]}
        )
    targets = SellerActionTarget.objects.filter(action__interaction__in=ids)
    for target in targets.order_by("pk"):
        if target.action_id in actions:
            actions[target.action_id].append(target.stakeholder_id)
    return told


_REFUSALS = (
    *(NobodyTookPart, NotInThisDeal, LeftBefore, InTheFuture, TooLongAgo),
    *(UnknownSignal, UnknownAction),
)

INTERACTIONS = Resource(
    name="interactions",
    noun="interaction",
    about="One conversation, who took part, what each of them signalled, what we did.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(Interaction),
    columns={
        "id": column("lineage_id", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "occurred_at": column("occurred_at", INSTANT),
        "channel": column("channel", one_of(Channel)),
        "direction": maybe("direction", one_of(Direction)),
        "summary": maybe("summary"),
        "minutes": column("minutes", COUNT, null=True),
        **LOGGED,
        "external_id": maybe("external_id"),
    },
    loaded={
        "participants": list_of(
            object_of(
                stakeholder=ID,
                signals=list_of(object_of(id=ID, code=TEXT, quotation=or_null(TEXT))),
            )
        ),
        "actions": list_of(object_of(code=TEXT, stakeholders=list_of(ID))),
    },
    load=_told,
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "stakeholder": Filter(ID, "participations__stakeholder"),
        "channel": Filter(one_of(Channel), "channel"),
        "occurred_from": Filter(INSTANT, "occurred_at__gte"),
        "occurred_until": Filter(INSTANT, "occurred_at__lte"),
    },
    orderings={"id": "pk", "occurred_at": "occurred_at"},
    creation=Creation(InteractionBody, _log, "deal.write", _REFUSALS),
    change=Change(
        InteractionChangeBody, _correct, "deal.write", (*_REFUSALS, AlreadyRetracted)
    ),
    removal=Removal(_retract, "deal.write", (AlreadyRetracted,)),
    version="revision",
)
