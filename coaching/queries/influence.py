"""Who of a buying group listens to whom, as a map and as rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from coaching.engine.influence_map import plan_of
from coaching.queries.deal import DealPage, GroupRow
from stakeholders.models import InfluenceLink


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """A person of the map: their number in the order of the keyboard, who listens.

    `listeners` and `heeds` are names with the strength in words, empty when unknown.
    """

    person: int
    number: int
    row: GroupRow
    listeners: tuple[tuple[str, str], ...]
    heeds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class InfluenceMap:
    """The people in the order shown; `links` are (giver, taker) by their `person`."""

    seats: tuple[Seat, ...]
    unmapped: int
    links: tuple[tuple[int, int], ...]
    strengths: tuple[str, ...]


def influence_of(page: DealPage) -> InfluenceMap | None:
    """The map of a deal's people as of today; None without people; one query."""
    if not page.rows:
        return None
    rows = sorted(page.rows, key=lambda r: (r.stakeholder.joined_on, r.stakeholder.pk))
    at = {row.stakeholder.pk: place for place, row in enumerate(rows)}
    found = InfluenceLink.objects.filter(giver__in=at, taker__in=at)
    kept = sorted(found, key=lambda link: (at[link.giver_id], at[link.taker_id]))
    links = tuple((at[link.giver_id], at[link.taker_id]) for link in kept)
    unmapped = 0 if page.is_closed else page.unmapped
    boxes = plan_of(len(rows) + unmapped, links).boxes
    order = [box.person for box in boxes if box.person < len(rows)]
    words = [str(link.get_strength_display()) if link.strength else "" for link in kept]
    name = [str(row.stakeholder.person) for row in rows]
    said = list(zip(links, words, strict=True))
    seats = tuple(
        Seat(
            person=person,
            number=number,
            row=rows[person],
            listeners=_named(name, [(b, w) for (a, b), w in said if a == person]),
            heeds=_named(name, [(a, w) for (a, b), w in said if b == person]),
        )
        for number, person in enumerate(order, 1)
    )
    return InfluenceMap(seats, unmapped, links, tuple(link.strength for link in kept))


def _named(
    names: Sequence[str], found: Sequence[tuple[int, str]]
) -> tuple[tuple[str, str], ...]:
    return tuple((names[person], word) for person, word in found)
