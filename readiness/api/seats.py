"""The API about people in deals: they come, hold roles, leave and are replaced."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.rest import Act, Change, Creation, Filter, Reader, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    DAY,
    ID,
    TEXT,
    column,
    list_of,
    maybe,
    one_of,
    reference,
)
from readiness.actions.interactions import LeftBefore, TooLongAgo
from readiness.actions.leaving import Leaving, leave_deal
from stakeholders.actions.outcomes import AlreadyClosed, refuse_closed
from stakeholders.actions.people import (
    AlreadyLeft,
    BadSuccessor,
    LeftBeforeJoining,
    NeverLeft,
    SeatTaken,
    UnknownRole,
    add_stakeholder,
    change_stakeholder,
    come_back,
    set_roles,
)
from stakeholders.api.seen import once, open_deal_of, person_in, row_of, seen_by
from stakeholders.models import Influence, Person, RoleHeld, Stakeholder
from stakeholders.queries.roles import held_on


class StakeholderChangeBody(body.Body):
    influence = body.Choice(Influence.choices, required=False)
    goals = body.Text(max_length=5_000, line=False, required=False)
    criteria = body.Text(max_length=5_000, line=False, required=False)
    worries = body.Text(max_length=5_000, line=False, required=False)


class StakeholderBody(StakeholderChangeBody):
    opportunity = body.Id()
    person = body.Id()
    joined_on = body.Day(required=False)
    roles = serializers.ListField(
        child=body.Text(max_length=40), required=False, max_length=20
    )


class RolesBody(body.Body):
    roles = serializers.ListField(child=body.Text(max_length=40), max_length=20)
    from_on = body.Day(required=False)


class LeaveBody(body.Body):
    left_on = body.Day(required=False)
    successor = body.Id(required=False, allow_null=True)
    newcomer = body.Id(required=False, allow_null=True)
    as_signal = body.Flag(
        required=False,
        help_text="Log “contact replaced” as a signal about the successor",
    )


def _change_stakeholder(
    stakeholder: Stakeholder, given: Mapping[str, Any], reader: Reader
) -> Stakeholder:
    return change_stakeholder(
        stakeholder=stakeholder,
        values=dict(given),
        version=stakeholder.version,
        by=reader.membership,
        now=reader.now,
    )


def _create_stakeholder(given: Mapping[str, Any], reader: Reader) -> Stakeholder:
    values = {"joined_on": reader.today} | dict(given)
    deal = open_deal_of(values, reader)
    person = row_of(Person.objects, values.pop("person"), field="person")
    _refuse_twice(values.get("roles", ()))
    return add_stakeholder(
        **values | {"opportunity": deal},
        person=person,
        by=reader.membership,
        now=reader.now,
    )


def _set_roles(
    seat: Stakeholder, given: Mapping[str, Any], reader: Reader
) -> Stakeholder:
    _refuse_twice(given["roles"])
    set_roles(
        stakeholder=seat,
        roles=given["roles"],
        from_on=given.get("from_on", reader.today),
        by=reader.membership,
        now=reader.now,
    )
    return seat


def _leave(seat: Stakeholder, given: Mapping[str, Any], reader: Reader) -> Stakeholder:
    if given.get("successor") and given.get("newcomer"):
        raise ValidationError({"newcomer": [_("Choose one successor.")]})
    successor = person_in(seat.opportunity, given.get("successor"), field="successor")
    leaving = Leaving(
        left_on=given.get("left_on", seat.left_on or reader.today),
        successor=successor,
        newcomer=row_of(Person.objects, given.get("newcomer"), field="newcomer"),
        as_signal=given.get("as_signal", False),
    )
    return leave_deal(
        stakeholder=seat, leaving=leaving, by=reader.membership, now=reader.now
    )


def _come_back(
    seat: Stakeholder, given: Mapping[str, Any], reader: Reader
) -> Stakeholder:
    refuse_closed(seat.opportunity)
    return come_back(stakeholder=seat, by=reader.membership, now=reader.now)


def _refuse_twice(roles: Sequence[str]) -> None:
    once(roles, field="roles", sentence=_("Name each role once."))


def _roles_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    held: dict[UUID, list[RoleHeld]] = {pk: [] for pk in ids}
    for row in RoleHeld.objects.filter(stakeholder__in=ids):
        held[row.stakeholder_id].append(row)
    return {pk: {"roles": held_on(rows, reader.today)} for pk, rows in held.items()}


STAKEHOLDERS = Resource(
    name="stakeholders",
    noun="stakeholder",
    about="A person's seat in one opportunity. `roles` are those held today, the first shown.",
    permission="deal.see",
    rows=lambda reader: Stakeholder.objects.filter(opportunity__in=seen_by(reader)),
    columns={
        "id": column("pk", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "person": reference("person_id", "person__name"),
        "joined_on": column("joined_on", DAY),
        "left_on": column("left_on", DAY, null=True),
        "replaced_by": reference("replaced_by_id", null=True),
        "influence": maybe("influence", one_of(Influence)),
        "goals": maybe("goals"),
        "criteria": maybe("criteria"),
        "worries": maybe("worries"),
        "external_id": maybe("external_id"),
    },
    loaded={"roles": list_of(TEXT)},
    load=_roles_of,
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "person": Filter(ID, "person"),
    },
    creation=Creation(
        StakeholderBody,
        _create_stakeholder,
        "deal.write",
        (AlreadyClosed, SeatTaken, UnknownRole),
    ),
    change=Change(StakeholderChangeBody, _change_stakeholder, "deal.write"),
    version="version",
    row_acts=(
        Act(
            "set-roles",
            "From a day on they hold exactly these roles; earlier ones keep their dates.",
            _set_roles,
            "deal.write",
            RolesBody,
            (UnknownRole,),
        ),
        Act(
            "leave",
            "They left; the seat is empty, or `successor` has it (somebody of the deal), "
            "or `newcomer` (a person, who gets a seat with the same roles).",
            _leave,
            "deal.write",
            LeaveBody,
            (
                *(AlreadyClosed, AlreadyLeft, BadSuccessor, LeftBefore),
                *(LeftBeforeJoining, SeatTaken, TooLongAgo, UnknownRole),
            ),
        ),
        Act(
            "come-back",
            "They are in the deal again; who took over keeps a seat of their own.",
            _come_back,
            "deal.write",
            refusals=(AlreadyClosed, NeverLeft),
        ),
    ),
)
