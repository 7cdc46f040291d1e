"""The API about where people stand, and stood."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.rest import Filter, Reader, Resource
from accounts.rest.columns import (
    COUNT,
    FLAG,
    ID,
    INSTANT,
    MOMENT,
    NUMBER,
    PROBABILITY,
    TEXT,
    maybe,
    one_of,
    or_null,
    reference,
)
from accounts.rest.parameters import BadParameter
from readiness.queries.as_of import AsOf, open_then, read_seats
from readiness.queries.models import active_model
from readiness.queries.positions import Position, positions_of, positions_then
from stakeholders.api.seen import seen_by
from stakeholders.models import Anchor, Stakeholder

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


def looked_from(reader: Reader) -> AsOf:
    """The moment `as_of` names, or the present.

    :raises BadParameter: for one that has not come.
    """
    asked = reader.params.get("as_of")
    if asked is None or isinstance(asked, datetime):
        when = AsOf.of(reader.workspace, at=asked, now=reader.now)
    else:
        when = AsOf.end_of(asked, workspace=reader.workspace, now=reader.now)
    if when.at > reader.now:
        raise BadParameter(
            "as_of", _("Nothing is known of a moment that has not come.")
        )
    return when


AS_OF = Filter(MOMENT, is_of_rows=True)


def _seats(reader: Reader) -> "QuerySet[Stakeholder]":
    """Everybody now; as of a moment who was active then in a deal that was open."""
    when = looked_from(reader)
    if when.known_at is None:
        return Stakeholder.objects.filter(opportunity__in=seen_by(reader))
    day = when.workspace.today(when.at)
    return Stakeholder.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gt=day),
        joined_on__lt=day,
        opportunity__in=open_then(seen_by(reader), when=when),
    )


def _readings_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    """The stored readings drifted to this moment, or the replayed ones of another.

    The same number of queries for any page.
    """
    when = looked_from(reader)
    if when.known_at is None:
        seats = [Stakeholder(pk=pk) for pk in ids]
        found = positions_of(seats, workspace=reader.workspace, now=reader.now)
    else:
        rows = Stakeholder.objects.filter(pk__in=ids).select_related("opportunity")
        model = active_model()
        read = read_seats(list(rows), when=when, model=model)
        found = positions_then(read, when=when, model=model)
    return {pk: _read(each, when=when) for pk, each in found.items()}


def _read(position: Position, *, when: AsOf) -> dict[str, Any]:
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
        "as_of": when.at,
    }


READINGS = Resource(
    name="readings",
    noun="reading",
    about="Where each person stands, or stood with `as_of`. Never heard is `null`: unknown, "
    "not the first phase.",
    permission="deal.see",
    rows=_seats,
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
        "as_of": AS_OF,
    },
)
