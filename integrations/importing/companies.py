"""Companies, members and products: from lists beside, companies also from the rows themselves."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from integrations.importing.besides import BesideRow, Besides
from integrations.importing.mappings import Mapping
from integrations.importing.reading import Parsed
from integrations.importing.refusal import Refusal
from integrations.importing.shapes import ID, shape

SEAT = "seat"  # not of the bundle: members come from files beside the deals


class Companies:
    def __init__(self, mapping: Mapping, *, zone: ZoneInfo) -> None:
        self._mapping, self._zone = mapping, zone
        self._known: set[str] = set()
        self._by_name: dict[str, str] = {}

    def read(self, besides: Besides) -> Iterator[Parsed]:
        for row in besides.rows(self._mapping.companies, needs=["name"]):
            name, id = row.get("name"), (row.get("id") or row.get("name"))[:ID]
            if not name or id in self._known:
                continue
            country = row.get("country")
            try:
                country = self._mapping.countries.get(country, _code(country))
                domain = row.get("domain").removeprefix("https://")
                yield self._made(id, name, country=country, domain=domain)
            except Refusal as refusal:
                yield row.refused("company", str(refusal))

    def of(self, number: str, name: str) -> tuple[str, list[Parsed]]:
        """The company a row names by its number, its name or both, and its line if new."""
        id, name = _first(number)[:ID], _first(name) if ";" in number else name
        if id in self._known:
            return id, []
        if not id and name in self._by_name:
            return self._by_name[name], []
        if not name:
            return "", []
        id = id or name[:ID]
        return id, [] if id in self._known else [self._made(id, name)]

    def _made(self, id: str, name: str, **told: str) -> Parsed:
        self._known.add(id)
        self._by_name.setdefault(name, id)
        raw = {"id": id, "name": name} | told
        values = shape("company", raw, zone=self._zone, dropped=set())
        return Parsed(1, "company", values)


class Members:
    """Our own side: who owns a deal that names its owner by a number."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._told: dict[str, BesideRow] = {}

    def read(self, besides: Besides) -> Iterator[Parsed]:
        for row in besides.rows(self._mapping.members, needs=["id"]):
            self._told[row.get("id")] = row
        needs = ["member", "manager"]
        for row in besides.rows(self._mapping.teams, needs=needs):
            yield from _seats(row)

    def owner(self, told: dict[str, str]) -> dict[str, str]:
        """The owner's fields of a deal."""
        fields: dict[str, str] = {
            word: told[word] for word in ("owner_email", "owner_name") if word in told
        }
        id = told.get("owner_id", "")
        row = self._told.get(id)
        if row is not None:
            name, email = row.get("name"), row.get("email").lower()
            fields |= {"owner_name": name} if name else {}
            fields |= {"owner_email": email} if email else {}
        elif id and not fields:
            fields = {"owner_name": id}
        return fields


def _seats(row: BesideRow) -> Iterator[Parsed]:
    """A manager leads a team called after them, which lies below their office's."""
    place = {"team": row.get("manager"), "above": row.get("above")}
    for name, role in ((row.get("manager"), "manager"), (row.get("member"), "rep")):
        yield Parsed(1, SEAT, {"id": name, "role": role, **place})


def _first(cell: str) -> str:
    """The first of several, which is the main one."""
    return cell.partition(";")[0].strip()


def _code(country: str) -> str:
    """A country's code as it stands; a name no table translates is left out."""
    return country if len(country) == 2 and country.isupper() else ""
