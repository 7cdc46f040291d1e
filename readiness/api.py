"""The API about conversations, what buyers showed in them, and where they stand."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.models import in_words
from accounts.rest import Creation, Filter, Reader, Resource, everything
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    DAY,
    FLAG,
    ID,
    INSTANT,
    NUMBER,
    PROBABILITY,
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
    log_interaction,
)
from readiness.models import (
    Basis,
    EvidenceClass,
    Phase,
    PhaseConfirmation,
    PhaseModel,
    PhaseOverride,
    SellerAction,
    SellerActionTarget,
    Signal,
    SignalType,
)
from readiness.models.phase_model import ModelStatus
from readiness.queries.positions import Position, positions_of
from stakeholders.actions.acts import InTheFuture, NotInThisDeal
from stakeholders.api import row_of, seen_by
from stakeholders.models import (
    Anchor,
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


class InteractionBody(body.Body):
    opportunity = body.Id()
    occurred_at = body.Instant()
    channel = body.Choice(Channel.choices)
    direction = body.Choice(Direction.choices, required=False)
    summary = body.Text(max_length=20_000, line=False, required=False)
    minutes = body.Whole(min_value=0, max_value=1_440, required=False, allow_null=True)
    participants: Any = serializers.ListSerializer(child=TookBody(), max_length=50)
    actions: Any = serializers.ListSerializer(
        child=DidBody(), required=False, max_length=50
    )


def _log(given: Mapping[str, Any], reader: Reader) -> Interaction:
    deal = row_of(seen_by(reader), given["opportunity"], field="opportunity")
    rows = Stakeholder.objects.filter(opportunity=deal).select_related("person")
    seats = {row.pk: row for row in rows}
    contact = Contact(
        occurred_at=given["occurred_at"],
        channel=given["channel"],
        direction=given.get("direction", ""),
        summary=given.get("summary", ""),
        minutes=given.get("minutes"),
        parts=[
            Took(
                _seat(seats, part["stakeholder"], f"participants[{n}].stakeholder"),
                [
                    Said(said["code"], said.get("quotation", ""))
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
    return log_interaction(
        opportunity=deal,
        contact=contact,
        zone=reader.workspace.zone,
        by=reader.membership,
        now=reader.now,
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


INTERACTIONS = Resource(
    name="interactions",
    noun="interaction",
    about="One conversation, who took part, what each of them signalled, what we did.",
    permission="deal.see",
    key="lineage_id",
    rows=lambda reader: Interaction.objects.standing().filter(
        opportunity__in=seen_by(reader)
    ),
    columns={
        "id": column("lineage_id", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "occurred_at": column("occurred_at", INSTANT),
        "channel": column("channel", one_of(Channel)),
        "direction": maybe("direction", one_of(Direction)),
        "summary": maybe("summary"),
        "minutes": column("minutes", COUNT, null=True),
        "logged_at": column("logged_at", INSTANT),
        "logged_by": reference("logged_by_id", "logged_by__name", null=True),
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
    creation=Creation(
        InteractionBody,
        _log,
        "deal.write",
        (
            *(NobodyTookPart, NotInThisDeal, LeftBefore, InTheFuture, TooLongAgo),
            *(UnknownSignal, UnknownAction),
        ),
    ),
)


def _of_people(model: Any) -> Any:
    return lambda reader: model.objects.standing().filter(
        stakeholder__opportunity__in=seen_by(reader)
    )


_SEAT = {
    "id": column("lineage_id", ID),
    "stakeholder": reference("stakeholder_id", "stakeholder__person__name"),
}
_OF_A_SEAT = {
    "stakeholder": Filter(ID, "stakeholder"),
    "opportunity": Filter(ID, "stakeholder__opportunity"),
}

SIGNALS = Resource(
    name="signals",
    noun="signal",
    about="What somebody showed in an interaction: the only evidence of a phase.",
    permission="deal.see",
    key="lineage_id",
    rows=_of_people(Signal),
    columns={
        **_SEAT,
        "interaction": reference("interaction__lineage_id"),
        "code": column("code"),
        "occurred_at": column("occurred_at", INSTANT),
        "quotation": maybe("quotation"),
        "logged_at": column("logged_at", INSTANT),
    },
    filters=_OF_A_SEAT | {"code": Filter(TEXT, "code")},
    orderings={"id": "pk", "occurred_at": "occurred_at"},
)

CONFIRMATIONS = Resource(
    name="confirmations",
    noun="confirmation",
    about="The buyer said in plain words where they are.",
    permission="deal.see",
    key="lineage_id",
    rows=_of_people(PhaseConfirmation),
    columns={
        **_SEAT,
        "phase": column("anchor", one_of(Anchor)),
        "confirmed_at": column("confirmed_at", INSTANT),
        "quotation": maybe("quotation"),
    },
    filters=_OF_A_SEAT,
)

OVERRIDES = Resource(
    name="overrides",
    noun="override",
    about="A human's own reading: shown and scored, never calculated with.",
    permission="deal.see",
    key="lineage_id",
    rows=_of_people(PhaseOverride),
    columns={
        **_SEAT,
        "phase": column("anchor", one_of(Anchor)),
        "reason": column("reason"),
        "set_at": column("set_at", INSTANT),
        "expires_on": column("expires_on", DAY, null=True),
    },
    filters=_OF_A_SEAT,
)

SIGNAL_TYPES = Resource(
    name="signal-types",
    noun="signal-type",
    about="The signals of a phase model. `steps`: 1 rare to 5 very typical, by phase.",
    permission="workspace.enter",
    rows=everything(SignalType),
    columns={
        "id": column("pk", ID),
        "model": reference("model_id", "model__version"),
        "code": column("code"),
        "name": Column(("texts",), TEXT, lambda texts: in_words(texts, "name")),
        "steps": column("steps", list_of(COUNT)),
        "evidence_class": column("evidence_class", one_of(EvidenceClass)),
        "stance_effect": column("stance_effect", COUNT),
    },
    filters={
        "model": Filter(ID, "model"),
        "status": Filter(one_of(ModelStatus), "model__status"),
        "code": Filter(TEXT, "code"),
    },
    orderings={"id": "pk", "code": "code"},
)


def _phases_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    phases: dict[UUID, dict[str, Any]] = {pk: {"phases": []} for pk in ids}
    for row in Phase.objects.filter(model__in=ids).order_by("position"):
        phases[row.model_id]["phases"].append(
            {
                "code": row.code,
                "anchor": row.anchor,
                "name": str(row),
                "prior_probability": row.prior_probability,
                "mean_dwell_days": row.mean_dwell_days,
            }
        )
    return phases


PHASE_MODELS = Resource(
    name="phase-models",
    noun="phase-model",
    about="The versions of the workspace's phase model; at most one is active.",
    permission="workspace.enter",
    rows=everything(PhaseModel),
    columns={
        "id": column("pk", ID),
        "version": column("version"),
        "status": column("status", one_of(ModelStatus)),
        "basis": column("basis", one_of(Basis)),
        "created_at": column("created_at", INSTANT),
        "activated_at": column("activated_at", INSTANT, null=True),
    },
    loaded={
        "phases": list_of(
            object_of(
                code=TEXT,
                anchor=one_of(Anchor),
                name=TEXT,
                prior_probability=PROBABILITY,
                mean_dwell_days=NUMBER,
            )
        )
    },
    load=_phases_of,
    filters={"status": Filter(one_of(ModelStatus), "status")},
)

_READ = {
    "phase": or_null(one_of(Anchor)),
    "probabilities": or_null({"type": "object", "additionalProperties": PROBABILITY}),
    "certainty": or_null(NUMBER),
    "stance": or_null(PROBABILITY),
    "signals": COUNT,
    "last_heard_at": or_null(INSTANT),
    "is_contradictory": FLAG,
    "override": or_null(one_of(Anchor)),
    "model": TEXT,
    "as_of": INSTANT,
}


def _readings_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    """The stored readings, drifted to this moment; the same number of queries for any page."""
    seats = [Stakeholder(pk=pk) for pk in ids]
    found = positions_of(seats, workspace=reader.workspace, now=reader.now)
    return {pk: _read(each, reader) for pk, each in found.items()}


def _read(position: Position, reader: Reader) -> dict[str, Any]:
    told = position.probabilities
    return {
        "phase": position.anchor or None,
        "probabilities": dict(zip(position.anchors, told, strict=True))
        if told is not None
        else None,
        "certainty": position.certainty,
        "stance": position.stance,
        "signals": position.signal_count,
        "last_heard_at": position.heard_at,
        "is_contradictory": position.is_contradictory,
        "override": position.override.anchor if position.override else None,
        "model": position.model.version,
        "as_of": reader.now,
    }


READINGS = Resource(
    name="readings",
    noun="reading",
    about="Where each person stands now. Never heard is `null`: unknown, not the first phase.",
    permission="deal.see",
    rows=lambda reader: Stakeholder.objects.filter(opportunity__in=seen_by(reader)),
    columns={
        "stakeholder": reference("pk", "person__name"),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "external_id": maybe("external_id"),
    },
    loaded=_READ,
    load=_readings_of,
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "stakeholder": Filter(ID, "pk"),
        "person": Filter(ID, "person"),
    },
)

RESOURCES = (
    *(INTERACTIONS, SIGNALS, CONFIRMATIONS, OVERRIDES, SIGNAL_TYPES),
    *(PHASE_MODELS, READINGS),
)
