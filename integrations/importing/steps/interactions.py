"""Conversations, with who took part, what they signalled and what we did."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from integrations.importing.job import Job
from integrations.importing.refusal import Refusal
from integrations.importing.report import CHANGED, MADE, UNCHANGED
from integrations.importing.steps.base import Step, moment
from integrations.models import ImportRow
from integrations.queries.lines import Line
from readiness.actions.interactions import (
    Contact,
    Did,
    LeftBefore,
    Said,
    Took,
    TooLongAgo,
    refuse_contact,
    rows_of,
)
from readiness.models import SellerAction, SellerActionTarget, Signal
from stakeholders.actions.acts import InTheFuture
from stakeholders.models import Interaction, Participation

IMPOSSIBLE = (InTheFuture, LeftBefore, TooLongAgo)


class Interactions(Step):
    kind = "interaction"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._made: list[tuple[Interaction, Contact]] = []
        self._replaced: list[UUID] = []

    def take(self, rows: Sequence[ImportRow]) -> None:
        there = self._there(rows)
        self._made, self._replaced = [], []
        for staged in rows:
            with self.refusing(staged.line, staged.external_id):
                self.job.refuse_second(self.kind, staged.external_id, staged.line)
                row, line = there.get(staged.external_id, (None, None))
                told = self.job.members.as_told(staged.values)
                if row is not None and line == _but_logged_at(told):
                    self.job.report.count(self.kind, UNCHANGED)
                    continue
                self._keep(staged, row)
        if self.may_write:
            self._write()

    def _there(self, rows: Sequence[ImportRow]) -> dict[str, tuple[Interaction, Line]]:
        ids = [staged.external_id for staged in rows]
        found = list(
            Interaction.objects.standing().filter(
                source=self.job.source, external_id__in=ids
            )
        )
        for row in found:
            self.job.names.call(row.pk, row.external_id)
        lines = [_but_logged_at(line) for line in self.lines_of(found)]
        pairs = zip(found, lines, strict=True)
        return {row.external_id: (row, line) for row, line in pairs}

    def _keep(self, staged: ImportRow, old: Interaction | None) -> None:
        values = staged.values
        deal = self.job.find("opportunity", values["opportunity"])
        contact = self._contact(deal, values)
        try:
            refuse_contact(
                opportunity=deal, contact=contact, zone=self.job.zone, now=self.job.now
            )
        except IMPOSSIBLE as reason:
            raise Refusal(str(reason)) from None
        interaction = Interaction(
            opportunity=deal,
            source=self.job.source,
            external_id=staged.external_id,
            occurred_at=contact.occurred_at,
            channel=contact.channel,
            direction=contact.direction,
            summary=contact.summary,
            minutes=contact.minutes,
            logged_at=self._logged_at(values, contact),
            logged_by=self.job.members.labelled(values.get("logged_by")),
        )
        if old is not None:
            self._replaced.append(old.pk)
            interaction.lineage_id = old.lineage_id
            interaction.revision = old.revision + 1
            interaction.logged_at = self.job.now
        self._made.append((interaction, contact))
        self.job.touched.add(deal.pk)
        self.job.report.count(self.kind, CHANGED if old else MADE)

    def _contact(self, deal: Any, values: Line) -> Contact:
        # Everybody who took part, then each signal in a part of its own: their order in
        # the file is kept.
        people = {id: self.job.find_in(deal, id) for id in values["participants"]}
        parts = [Took(stakeholder=stakeholder) for stakeholder in people.values()]
        for signal in values.get("signals", []):
            if signal["code"] not in self.job.signals:
                raise Refusal(
                    _("There is no signal “%(code)s”.") % {"code": signal["code"]}
                )
            said = Said(code=signal["code"], quotation=signal.get("quote", ""))
            parts.append(Took(people[signal["stakeholder"]], [said]))
        return Contact(
            occurred_at=moment(values["occurred_at"]),
            channel=values["channel"],
            direction=values.get("direction") or "",
            summary=values.get("summary", ""),
            minutes=values.get("minutes"),
            parts=parts,
            actions=[self._did(deal, action) for action in values.get("actions", [])],
        )

    def _did(self, deal: Any, action: Line) -> Did:
        if action["code"] not in self.job.actions:
            raise Refusal(
                _("There is no action “%(code)s”.") % {"code": action["code"]}
            )
        people = [self.job.find_in(deal, id) for id in action.get("stakeholders", [])]
        return Did(code=action["code"], stakeholders=people)

    def _logged_at(self, values: Line, contact: Contact) -> Any:
        if "logged_at" not in values:
            return min(contact.occurred_at, self.job.now)
        logged_at = moment(values["logged_at"])
        self.job.refuse_future("logged_at", logged_at)
        return logged_at

    def _write(self) -> None:
        self._retract_replaced()
        batches: Any = ([], [], [], [])
        for interaction, contact in self._made:
            rows = rows_of(interaction, contact)
            batches[0].extend(rows.participations)
            batches[1].extend(rows.signals)
            batches[2].extend(rows.actions)
            batches[3].extend(rows.targets)
        made = [interaction for interaction, _contact in self._made]
        self.job.create(Interaction, made)
        tables: Any = (Participation, Signal, SellerAction, SellerActionTarget)
        for table, batch in zip(tables, batches, strict=True):
            self.job.create(table, batch)

    def _retract_replaced(self) -> None:
        """Take the old rows back, and with each all that was signalled and done in it."""
        if not self._replaced:
            return
        self.job.retract(Interaction, self._replaced)
        for table in (Signal, SellerAction):
            hanging = table.objects.standing().filter(interaction__in=self._replaced)
            self.job.retract(table, list(hanging.values_list("pk", flat=True)))


def _but_logged_at(line: Line) -> Line:
    """When it was logged is kept from the first time: a file can't move that."""
    return {name: value for name, value in line.items() if name != "logged_at"}
