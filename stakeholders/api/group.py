"""The API about a buying group: roles that can be played and are, who listens to whom."""

from collections.abc import Mapping
from typing import Any

from accounts.models import in_words
from accounts.rest import (
    Change,
    Creation,
    Filter,
    Reader,
    Removal,
    Resource,
    everything,
)
from accounts.rest import fields as body
from accounts.rest.columns import (
    DAY,
    FLAG,
    ID,
    NUMBER,
    TEXT,
    Column,
    column,
    list_of,
    maybe,
    one_of,
    reference,
)
from stakeholders.actions.people import NotOneDeal, link_influence, set_listeners
from stakeholders.api.seen import seat_of, seen_by
from stakeholders.models import Influence, InfluenceLink, RoleHeld, RoleType


class StrengthBody(body.Body):
    strength = body.Choice(Influence.choices, required=False, allow_blank=True)


class InfluenceBody(StrengthBody):
    giver = body.Id()
    taker = body.Id()


def _link(given: Mapping[str, Any], reader: Reader) -> InfluenceLink:
    giver, taker = (seat_of(given, reader, field=field) for field in ("giver", "taker"))
    return link_influence(
        giver=giver,
        taker=taker,
        strength=given.get("strength", ""),
        by=reader.membership,
        now=reader.now,
    )


def _strengthen(
    link: InfluenceLink, given: Mapping[str, Any], reader: Reader
) -> InfluenceLink:
    strength = given.get("strength", link.strength)
    _set(link, strength, reader)
    link.strength = strength
    return link


def _unlink(link: InfluenceLink, reader: Reader) -> None:
    _set(link, None, reader)


def _set(link: InfluenceLink, strength: str | None, reader: Reader) -> None:
    set_listeners(
        giver=link.giver,
        strengths={link.taker: strength},
        by=reader.membership,
        now=reader.now,
    )


ROLES = Resource(
    name="roles",
    noun="role",
    about="The roles a person can play in a buying group of this workspace.",
    permission="workspace.enter",
    rows=everything(RoleType),
    columns={
        "id": column("pk", ID),
        "code": column("code"),
        "name": Column(("texts",), TEXT, lambda texts: in_words(texts, "name")),
        "counts_as": Column(
            ("counts_as",),
            list_of(one_of(["approve", "veto", "influence", "none"])),
            lambda rights: rights.split("+"),
        ),
        "default_weight": column("default_weight", NUMBER),
        "is_choosable": column("is_choosable", FLAG),
    },
)

HELD_ROLES = Resource(
    name="held-roles",
    noun="held-role",
    about="Who held which role from when until when; set by `stakeholders/{id}/set-roles`.",
    permission="deal.see",
    rows=lambda reader: RoleHeld.objects.filter(
        stakeholder__opportunity__in=seen_by(reader)
    ),
    columns={
        "id": column("pk", ID),
        "stakeholder": reference("stakeholder_id", "stakeholder__person__name"),
        "role": column("role"),
        "from": column("held_from_on", DAY),
        "to": column("held_until_on", DAY, null=True),
        "source": maybe("source_note"),
    },
    filters={
        "stakeholder": Filter(ID, "stakeholder"),
        "opportunity": Filter(ID, "stakeholder__opportunity"),
        "role": Filter(TEXT, "role"),
    },
)

INFLUENCE = Resource(
    name="influence",
    noun="influence-link",
    about="Who listens to whom within a buying group: `taker` listens to `giver`.",
    permission="deal.see",
    rows=lambda reader: InfluenceLink.objects.filter(
        giver__opportunity__in=seen_by(reader)
    ),
    columns={
        "id": column("pk", ID),
        "giver": reference("giver_id", "giver__person__name"),
        "taker": reference("taker_id", "taker__person__name"),
        "strength": maybe("strength", one_of(Influence)),
    },
    filters={"opportunity": Filter(ID, "giver__opportunity")},
    creation=Creation(InfluenceBody, _link, "deal.write", (NotOneDeal,)),
    change=Change(StrengthBody, _strengthen, "deal.write"),
    removal=Removal(_unlink, "deal.write"),
    version="strength",  # all there is to change
)
