"""People, their seats in deals, roles, influence, and tasks; our own seats and teams."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.teams import create_team, place_member
from accounts.models import Role, Team, TeamMember, TeamPart
from integrations.importing.job import Job
from integrations.importing.refusal import Refusal
from integrations.importing.steps.base import (
    KeyedStep,
    SourcedStep,
    Step,
    day,
    day_or_none,
    moment,
)
from integrations.importing.steps.deals import keep_findable
from integrations.models import ImportRow
from integrations.queries.lines import ROLE_LINES_FROM, Line, is_held_since_joining
from stakeholders.models import InfluenceLink, Person, RoleHeld, Stakeholder, Task


class Seats(Step):
    """Members named in a file beside the deals, with their teams. Who has a place keeps it."""

    kind = "seat"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._teams = {team.name: team for team in Team.objects.all()}
        places = TeamMember.objects.filter(part=TeamPart.MEMBER)
        self._placed = set(places.values_list("membership_id", flat=True))

    def take(self, rows: Sequence[ImportRow]) -> None:
        for staged in rows:
            with self.refusing(staged.line):
                values = staged.values
                seat = self.job.members.seat(values["id"], role=Role(values["role"]))
                if values["team"] and seat.pk not in self._placed:
                    self._place(seat, values)

    def _place(self, seat: Any, values: Line) -> None:
        above = self._team(values["above"], None) if values["above"] else None
        team = self._team(values["team"], above)
        place = place_member(
            team=team, membership=seat, by=self.job.by, now=self.job.now
        )
        self.job.journal.made([place])
        self._placed.add(seat.pk)

    def _team(self, name: str, parent: Team | None) -> Team:
        if name not in self._teams:
            self._teams[name] = create_team(
                name=name, parent=parent, by=self.job.by, now=self.job.now
            )
            self.job.journal.made([self._teams[name]])
        return self._teams[name]


class Persons(SourcedStep):
    kind, model = "person", Person

    def fields(self, values: Line) -> dict[str, Any]:
        return {
            "name": values["name"],
            "company": self.job.find("company", values.get("company")),
            "email": values.get("email", ""),
            "title": values.get("title", ""),
            "phone": values.get("phone", ""),
            "language": values.get("language", ""),
        }

    def written(self, made: Any, changed: Any) -> None:
        keep_findable("person", made, changed)


class Stakeholders(SourcedStep):
    kind, model = "stakeholder", Stakeholder

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._seats: dict[tuple[Any, Any], Any] = {}  # deal and person -> stakeholder
        self._loaded: set[Any] = set()
        self._successors: list[tuple[int, Stakeholder, str, str]] = []

    def take(self, rows: Sequence[ImportRow]) -> None:
        self._load(rows)
        super().take(rows)

    def _load(self, rows: Sequence[ImportRow]) -> None:
        """Learn who sits in the deals that were there before."""
        deals = self.job.known.get("opportunity", {})
        ids = {staged.values["opportunity"] for staged in rows}
        pks = {deals[id].pk for id in ids if id in deals}
        pks -= self.job.fresh | self._loaded
        self._loaded |= pks
        here = Stakeholder.objects.filter(opportunity__in=pks)
        for deal, person, pk in here.values_list("opportunity", "person", "pk"):
            self._seats[deal, person] = pk

    def fields(self, values: Line) -> dict[str, Any]:
        deal = self.job.find("opportunity", values["opportunity"])
        person = self.job.find("person", values["person"])
        for role in values.get("roles", []):
            self.refuse_unknown(role)
        return {
            "opportunity": deal,
            "person": person,
            "joined_on": day(values["joined_on"]),
            "left_on": day_or_none(values.get("left_on")),
            "influence": values.get("influence", ""),
            # The successor is set when everybody is known.
            "replaced_by": None,
        }

    def refuse_unknown(self, role: str) -> None:
        if role not in self.job.roles:
            raise Refusal(_("“%(role)s” is not a role.") % {"role": role})

    def check(self, values: Line, row: Stakeholder) -> None:
        # The deal and the person may be refused although the row is unchanged.
        row.opportunity = self.job.find("opportunity", values["opportunity"])
        row.person = self.job.find("person", values["person"])
        seat = (row.opportunity_id, row.person_id)
        if self._seats.setdefault(seat, row.pk) != row.pk:
            raise Refusal(
                _("“%(person)s” has a seat in the deal “%(deal)s” already.")
                % {"person": values["person"], "deal": values["opportunity"]}
            )
        self.job.lines.setdefault("held", {}).update(
            {f"{values['id']}\0{role}": 0 for role in values.get("roles", [])}
        )

    def deal_of(self, row: Stakeholder) -> Any:
        return row.opportunity_id

    def _learn(self, staged: ImportRow, row: Any, verdict: str) -> None:
        super()._learn(staged, row, verdict)
        successor = staged.values.get("replaced_by")
        if successor:
            mine = staged.values["id"]
            self._successors.append((staged.line, row, successor, mine))

    def written(
        self,
        made: list[tuple[Any, Line]],
        changed: list[tuple[Any, Line]],
    ) -> None:
        before = {row.pk: row for row, _values in changed}
        if before:
            held = RoleHeld.objects.filter(stakeholder__in=list(before))
            gone = [role.pk for role in held if self._is_of_line(role)]
            self.job.journal.taking(RoleHeld, gone)
            RoleHeld.objects.filter(pk__in=gone).delete()
        self.job.create(
            RoleHeld,
            [
                RoleHeld(
                    stakeholder=row,
                    role=role,
                    held_from_on=row.joined_on,
                    position=position,
                )
                for row, values in [*made, *changed]
                for position, role in enumerate(values.get("roles", []))
            ],
        )

    def _is_of_line(self, role: RoleHeld) -> bool:
        # The day of joining may be what changed: any day counts here.
        return is_held_since_joining(role, role.held_from_on)

    def finish(self) -> None:
        named = []
        for line, row, id, mine in self._successors:
            with self.refusing(line, mine):
                successor = self.job.find_in(row.opportunity, id)
                if row.replaced_by_id != successor.pk:
                    row.replaced_by = successor
                    named.append(row)
        if self.may_write and named:
            self.job.update(Stakeholder, named, ["replaced_by"])


class Roles(KeyedStep):
    kind, model = "role", RoleHeld
    parent_kind = parent_field = "stakeholder"
    key, is_unique = ("stakeholder", "role", "from"), True

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._places: dict[Any, int] = {}

    def existing(self) -> Any:
        return RoleHeld.objects.all()

    def remember(self, rows: list[Any]) -> None:
        for row in rows:
            place = max(self._places.get(row.stakeholder_id, 0), row.position + 1)
            self._places[row.stakeholder_id] = place
        holders = {s.pk: s for s in self.job.known.get("stakeholder", {}).values()}
        super().remember(
            [
                row
                for row in rows
                if not is_held_since_joining(row, holders[row.stakeholder_id].joined_on)
            ]
        )

    def fields(self, values: Line, parent: Stakeholder) -> dict[str, Any]:
        role, held_from_on = values["role"], day(values["from"])
        if role not in self.job.roles:
            raise Refusal(_("“%(role)s” is not a role.") % {"role": role})
        told = f"{values['stakeholder']}\0{role}" in self.job.lines.get("held", {})
        if told and held_from_on == parent.joined_on:
            raise Refusal(_("The role stands in the stakeholder's own line already."))
        place = max(self._places.get(parent.pk, 0), ROLE_LINES_FROM)
        self._places[parent.pk] = place + 1
        return {
            "stakeholder": parent,
            "role": role,
            "held_from_on": held_from_on,
            "held_until_on": day_or_none(values.get("to")),
            "source_note": values.get("source", ""),
            "position": place,
        }


class Influences(KeyedStep):
    kind, model = "influence", InfluenceLink
    parent_kind, parent_field = "stakeholder", "from"
    key, is_unique = ("from", "to"), True
    is_computed_with = False

    def existing(self) -> Any:
        return InfluenceLink.objects.all()

    def load(self, pks: set[Any]) -> None:
        self._loaded |= pks
        if pks:
            self.remember(list(self.existing().filter(giver__in=pks)))

    def fields(self, values: Line, parent: Stakeholder) -> dict[str, Any]:
        return {
            "giver": parent,
            "taker": self.job.find_in(parent.opportunity, values["to"]),
            "strength": values.get("strength", ""),
        }


class Tasks(SourcedStep):
    kind, model = "task", Task

    def fields(self, values: Line) -> dict[str, Any]:
        deal = self.job.find("opportunity", values["opportunity"])
        owner = None
        if "owner_email" in values:
            owner = self.job.members.owner({"owner_email": values["owner_email"]})
        done_at = values.get("done_at")
        return {
            "opportunity": deal,
            "title": values["title"],
            "stakeholder": self.job.find_in(deal, values.get("stakeholder")),
            "owner": owner,
            "department": values.get("department", ""),
            "due_on": day_or_none(values.get("due_on")),
            "done_at": moment(done_at) if done_at else None,
        }
