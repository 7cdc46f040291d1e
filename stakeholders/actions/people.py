"""People at the customer, and their seats in deals."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.actions.search import index
from accounts.models import Membership
from accounts.models.base import replace_version
from opportunities.actions import STALE, request_recompute
from opportunities.models import Company, Opportunity
from stakeholders.models import InfluenceLink, Person, RoleHeld, Stakeholder
from stakeholders.queries.roles import role_codes


class SeatTaken(Exception):
    """The person has a seat in this deal already."""


class UnknownRole(Exception):
    """Not a role a person can hold."""


class AlreadyLeft(Exception):
    """The stakeholder left before."""


class LeftBeforeJoining(Exception):
    """Nobody leaves before they joined."""


class NeverLeft(Exception):
    """Only who left can come back."""


class NotOneDeal(Exception):
    """Influence is between two people of one deal."""


class BadSuccessor(Exception):
    """A successor is another person, active in the same deal."""


@transaction.atomic
def create_person(
    *,
    name: str,
    by: Membership | None,
    now: datetime,
    company: Company | None = None,
    email: str = "",
    **fields: Any,
) -> Person:
    person = Person.objects.create(
        name=name.strip(), company=company, email=email.strip().lower(), **fields
    )
    index(kind="person", object_id=person.pk, texts=[person.name, person.email])
    record(verb="person.created", subject=person, by=by, at=now)
    return person


@transaction.atomic
def change_person(
    *,
    person: Person,
    values: dict[str, Any],
    version: int,
    by: Membership | None,
    now: datetime,
) -> Person:
    """:raises StaleVersion: when somebody else changed the person since `version`."""
    before, after = differences(person, values)
    if not after:
        return person
    changed = {name: values[name] for name in after}
    replace_version(person, version=version, fields=changed, stale=_(STALE))
    index(kind="person", object_id=person.pk, texts=[person.name, person.email])
    record(
        verb="person.changed",
        subject=person,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    return person


@transaction.atomic
def add_stakeholder(
    *,
    opportunity: Opportunity,
    person: Person,
    joined_on: date,
    by: Membership | None,
    now: datetime,
    roles: Sequence[str] = (),
    influence: str = "",
    **fields: Any,
) -> Stakeholder:
    """Give a person a seat in a deal, with roles held since joining.

    :raises SeatTaken: when they have one there already.
    :raises UnknownRole: for a role that is not on the list.
    """
    refuse_unknown_roles(roles)
    there = Stakeholder.objects.filter(opportunity=opportunity, person=person).first()
    if there is not None:
        told = (
            _("%(name)s left this deal; under “Left” they can be taken back.")
            if there.left_on
            else _("%(name)s has a seat in this deal already.")
        )
        raise SeatTaken(told % {"name": person.name})
    stakeholder = Stakeholder.objects.create(
        opportunity=opportunity,
        person=person,
        joined_on=joined_on,
        influence=influence,
        **fields,
    )
    RoleHeld.objects.bulk_create(
        [
            RoleHeld(
                stakeholder=stakeholder,
                role=role,
                held_from_on=joined_on,
                position=position,
            )
            for position, role in enumerate(roles)
        ]
    )
    record(
        verb="stakeholder.added",
        subject=stakeholder,
        by=by,
        at=now,
        after={"roles": list(roles), "influence": influence},
    )
    request_recompute(opportunity=opportunity, now=now)
    return stakeholder


@transaction.atomic
def change_stakeholder(
    *,
    stakeholder: Stakeholder,
    values: dict[str, Any],
    version: int,
    by: Membership | None,
    now: datetime,
) -> Stakeholder:
    """Change influence, goals, criteria or worries.

    :raises StaleVersion: when somebody else changed them since `version`.
    """
    before, after = differences(stakeholder, values)
    if not after:
        return stakeholder
    changed = {name: values[name] for name in after}
    replace_version(stakeholder, version=version, fields=changed, stale=_(STALE))
    record(
        verb="stakeholder.changed",
        subject=stakeholder,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    request_recompute(opportunity=stakeholder.opportunity, now=now)
    return stakeholder


@transaction.atomic
def set_roles(
    *,
    stakeholder: Stakeholder,
    roles: Sequence[str],
    from_on: date,
    by: Membership | None,
    now: datetime,
) -> None:
    """Let a stakeholder hold exactly these roles from a day on; earlier ones keep their dates.

    :raises UnknownRole: for a role that is not on the list.
    """
    refuse_unknown_roles(roles)
    held = RoleHeld.objects.filter(stakeholder=stakeholder, held_until_on__isnull=True)
    there = {row.role: row for row in held}
    for row in there.values():
        if row.role not in roles:
            row.held_until_on = max(from_on, row.held_from_on)
            row.save(update_fields=["held_until_on"])
    for position, role in enumerate(roles):
        if role in there:
            RoleHeld.objects.filter(pk=there[role].pk).update(position=position)
        else:
            # Given up and taken again from the same day: that one row goes on.
            RoleHeld.objects.update_or_create(
                stakeholder=stakeholder,
                role=role,
                held_from_on=from_on,
                defaults={"held_until_on": None, "position": position},
            )
    record(
        verb="stakeholder.roles_set",
        subject=stakeholder,
        by=by,
        at=now,
        before={"roles": sorted(there)},
        after={"roles": list(roles)},
    )
    request_recompute(opportunity=stakeholder.opportunity, now=now)


@transaction.atomic
def leave(
    *,
    stakeholder: Stakeholder,
    left_on: date,
    by: Membership | None,
    now: datetime,
    successor: Stakeholder | None = None,
) -> Stakeholder:
    """End a seat: from that day it counts as an unmapped one, until a successor is named.

    :raises AlreadyLeft: when the seat was ended before.
    :raises LeftBeforeJoining: when the day lies before they joined.
    :raises BadSuccessor: when the successor is not another active seat of the deal.
    """
    if left_on < stakeholder.joined_on:
        raise LeftBeforeJoining(
            _("%(name)s joined on %(day)s and can't leave before.")
            % {"name": stakeholder.person.name, "day": stakeholder.joined_on}
        )
    if stakeholder.left_on is not None and successor is None:
        raise AlreadyLeft(
            _("%(name)s left on %(day)s.")
            % {"name": stakeholder.person.name, "day": stakeholder.left_on}
        )
    if successor is not None:
        _refuse_bad_successor(stakeholder, successor)
    stakeholder.left_on = stakeholder.left_on or left_on
    stakeholder.replaced_by = successor
    stakeholder.version += 1
    stakeholder.save(update_fields=["left_on", "replaced_by", "version"])
    record(
        verb="stakeholder.left",
        subject=stakeholder,
        by=by,
        at=now,
        after={
            "left_on": str(stakeholder.left_on),
            "replaced_by": str(successor) if successor else None,
        },
    )
    request_recompute(opportunity=stakeholder.opportunity, now=now)
    return stakeholder


@transaction.atomic
def come_back(
    *, stakeholder: Stakeholder, by: Membership | None, now: datetime
) -> Stakeholder:
    """Open a seat again that was ended; whoever took over keeps a seat of their own.

    :raises NeverLeft: when it was not ended.
    """
    if stakeholder.left_on is None:
        raise NeverLeft(
            _("%(name)s is in this deal.") % {"name": stakeholder.person.name}
        )
    before = {
        "left_on": str(stakeholder.left_on),
        "replaced_by": str(stakeholder.replaced_by or "") or None,
    }
    stakeholder.left_on = stakeholder.replaced_by = None
    stakeholder.version += 1
    stakeholder.save(update_fields=["left_on", "replaced_by", "version"])
    record(
        verb="stakeholder.came_back",
        subject=stakeholder,
        by=by,
        at=now,
        before=before,
    )
    request_recompute(opportunity=stakeholder.opportunity, now=now)
    return stakeholder


@transaction.atomic
def link_influence(
    *,
    giver: Stakeholder,
    taker: Stakeholder,
    strength: str,
    by: Membership | None,
    now: datetime,
) -> InfluenceLink:
    """Say who listens to whom.

    :raises NotOneDeal: unless both sit in one deal.
    """
    if giver.pk == taker.pk or giver.opportunity_id != taker.opportunity_id:
        raise NotOneDeal(_("Influence links two different people of one deal."))
    link, _made = InfluenceLink.objects.update_or_create(
        giver=giver, taker=taker, defaults={"strength": strength}
    )
    record(
        verb="influence.linked",
        subject=giver,
        by=by,
        at=now,
        after={"to": str(taker), "strength": strength},
    )
    return link


@transaction.atomic
def set_listeners(
    *,
    giver: Stakeholder,
    strengths: Mapping[Stakeholder, str | None],
    by: Membership | None,
    now: datetime,
) -> None:
    """Say of each of these how strongly they listen; None is not at all, "" unknown how.

    :raises NotOneDeal: unless all sit in one deal.
    """
    rows = InfluenceLink.objects.filter(giver=giver, taker__in=list(strengths))
    there = {link.taker_id: link for link in rows}
    for taker, strength in strengths.items():
        link = there.get(taker.pk)
        if strength is None and link is not None:
            link.delete()
            record(
                verb="influence.unlinked",
                subject=giver,
                by=by,
                at=now,
                before={"to": str(taker), "strength": link.strength},
            )
        elif strength is not None and (link is None or link.strength != strength):
            link_influence(giver=giver, taker=taker, strength=strength, by=by, now=now)


def refuse_unknown_roles(roles: Sequence[str]) -> None:
    """:raises UnknownRole: with the first that can't be held."""
    known = role_codes()
    for role in roles:
        if role not in known:
            raise UnknownRole(_("“%(role)s” is not a role.") % {"role": role})


def _refuse_bad_successor(leaver: Stakeholder, successor: Stakeholder) -> None:
    same_deal = successor.opportunity_id == leaver.opportunity_id
    if not same_deal or successor.pk == leaver.pk or successor.left_on is not None:
        raise BadSuccessor(
            _("The successor must be another person who is active in this deal.")
        )
