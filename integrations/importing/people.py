"""People of an export, and the deals they sit in: from files beside, or from the deals' rows."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from integrations.importing.besides import BesideRow, Besides
from integrations.importing.cells import Cells, is_yes, listed
from integrations.importing.mappings import Mapping
from integrations.importing.reading import Parsed
from integrations.importing.refusal import Refusal
from integrations.importing.shapes import ID, shape

# A company by its number in the file and its name: its id, and its line when it is new.
CompanyOf = Callable[[str, str], tuple[str, list[Parsed]]]
_WITH_EMAIL = re.compile(r"(.+?)\s*\(([^()\s]+@[^()\s]+)\)")


@dataclass(slots=True)
class Place:
    """Somebody in one deal: in which roles, and since when if that is told."""

    roles: list[str] = field(default_factory=list)
    since: str = ""


class People:
    def __init__(
        self, mapping: Mapping, *, cells: Cells, zone: ZoneInfo, company_of: CompanyOf
    ) -> None:
        self._mapping, self._cells, self._zone = mapping, cells, zone
        self._company_of = company_of
        self._roles = {_letters(told): code for told, code in mapping.roles.items()}
        self._known: set[str] = set()
        self._by_name: dict[str, str] = {}
        self._roles_of: dict[str, list[str]] = {}  # told of a person, not of a place
        self._places: dict[str, dict[str, Place]] = defaultdict(dict)
        self._strange: Counter[str] = Counter()
        self._missing = 0

    # --- files beside ----------------------------------------------------------------

    def read(self, besides: Besides) -> Iterator[Parsed]:
        """Everybody a list of people names; then where they sit, to be asked for by deal."""
        for row in besides.rows(self._mapping.people, needs=["id"]):
            yield from self._person(row)
        for row in besides.rows(self._mapping.places, needs=["deal", "person"]):
            if not is_yes(row.get("is_deleted")):
                yield from self._placed(row)

    def _person(self, row: BesideRow) -> Iterator[Parsed]:
        id, told = row.get("id")[:ID], row.get
        name = told("name") or " ".join(
            each for each in (told("first_name"), told("last_name")) if each
        )
        if not id or is_yes(told("is_deleted")):
            return
        company, made = self._company_of(told("company_id"), told("company"))
        yield from made
        email = next(iter(listed(told("email"))), "")
        raw = {"id": id, "name": name or email, "company": company, "email": email}
        raw |= {"title": told("title"), "phone": told("phone")}
        try:
            yield Parsed(1, "person", self._shaped("person", raw))
        except Refusal as refusal:
            yield row.refused("person", str(refusal))
        self._learn(id, name)
        self._roles_of[id] = listed(told("roles"))

    def _placed(self, row: BesideRow) -> Iterator[Parsed]:
        deal, id = row.get("deal")[:ID], row.get("person")[:ID]
        if id not in self._known:
            id = self._by_name.get(_letters(row.get("name") or id), "")
        if not id:
            self._missing += 1
            return
        place = self._places[deal].setdefault(id, Place())
        place.roles += listed(row.get("role"))
        try:
            since = row.get("since")
            place.since = place.since or (self._cells.day(since) if since else "")
        except Refusal as refusal:
            yield row.refused("stakeholder", str(refusal))

    def _learn(self, id: str, name: str) -> None:
        self._known.add(id)
        if name:
            self._by_name.setdefault(_letters(name), id)

    # --- one deal --------------------------------------------------------------------

    def seats(self, deal: dict[str, Any], told: dict[str, str]) -> Iterator[Parsed]:
        """Who sits in a deal, and who was met in its row for the first time."""
        places = self._places.pop(deal["id"], {})
        for id, made in self._named_in(told):
            yield from made
            places.setdefault(id, Place())
        for id, place in places.items():
            raw = {
                "id": f"{deal['id']}:{id}"[:ID],
                "opportunity": deal["id"],
                "person": id,
                "joined_on": place.since or deal["opened_on"],
                "roles": self._codes(place.roles or self._roles_of.get(id, [])),
            }
            yield Parsed(1, "stakeholder", self._shaped("stakeholder", raw))

    def _named_in(self, told: dict[str, str]) -> Iterator[tuple[str, list[Parsed]]]:
        """The people a deal's own row names, by number or by name."""
        ids = listed(told.get("contact_ids", ""))
        names = told.get("contacts", "")
        words = listed(names) if len(ids) > 1 or ";" in names else [names.strip()]
        pairs = zip(ids, words, strict=True) if len(ids) == len(words) else ()
        by_id = dict(pairs)
        for id in (id[:ID] for id in ids):
            if id in self._known:
                yield id, []
            elif by_id.get(id):
                yield id, self._met(id, by_id[id])
            else:
                self._missing += 1
        for name in () if ids else filter(None, words):
            found = self._by_name.get(_letters(name))
            yield (found, []) if found else (name[:ID], self._met(name[:ID], name))
        yield from self._participants(told)

    def _participants(self, told: dict[str, str]) -> Iterator[tuple[str, list[Parsed]]]:
        for name in listed(told.get("participants", "")):
            found = self._by_name.get(_letters(name))
            yield (found, []) if found else (name[:ID], self._met(name[:ID], name))

    def _met(self, id: str, name: str) -> list[Parsed]:
        match = _WITH_EMAIL.fullmatch(name)
        bare, email = match.groups() if match else (name, "")
        self._learn(id, bare)
        raw = {"id": id, "name": bare, "email": email}
        return [Parsed(1, "person", self._shaped("person", raw))]

    def _codes(self, roles: Iterable[str]) -> list[str]:
        codes = []
        for role in dict.fromkeys(roles):
            code = self._roles.get(_letters(role))
            if code is None:
                self._strange[role] += 1
            elif code and code not in codes:
                codes.append(code)
        return codes

    def _shaped(self, kind: str, raw: dict[str, Any]) -> dict[str, Any]:
        return shape(kind, raw, zone=self._zone, dropped=set())

    # --- at the end ------------------------------------------------------------------

    def notes(self) -> Iterator[str]:
        for role, count in sorted(self._strange.items()):
            told = {"role": role[:60], "count": count}
            yield (
                _("The role “%(role)s” is none of ours. Seats without it: %(count)s.")
                % told
            )
        if self._missing:
            yield _(
                "Seats left out, since the file does not say who the person is: %(count)s."
            ) % {"count": self._missing}
        if left := sum(len(places) for places in self._places.values()):
            yield _(
                "Seats left out, since their deal is not in the file: %(count)s."
            ) % {"count": left}


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
