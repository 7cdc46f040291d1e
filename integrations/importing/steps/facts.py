"""What happened in a deal, each kind with its own words."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from integrations.importing.refusal import Refusal
from integrations.importing.shapes import SELLER
from integrations.importing.steps.base import KeyedStep, day, day_or_none, moment
from integrations.queries.lines import Line
from opportunities.models import Opportunity
from readiness.models import PhaseConfirmation, PhaseOverride
from stakeholders.models import (
    DecisionDate,
    OutcomeReview,
    PurchaseFileItem,
    Quote,
    ReviewedPhase,
    Stakeholder,
)


class DecisionDates(KeyedStep):
    kind, model, key = "decision_date", DecisionDate, ("opportunity", "set_at")

    def fields(self, values: Line, parent: Opportunity) -> dict[str, Any]:
        set_at, mover = moment(values["set_at"]), values.get("moved_by")
        self.job.refuse_future("set_at", set_at)
        is_seller = mover == SELLER
        return {
            "opportunity": parent,
            "set_at": set_at,
            "decision_on": day(values["decision_on"]),
            "reason": values.get("reason", ""),
            "linked_event": values.get("linked_event", ""),
            "moved_by": self.job.find_in(parent, None if is_seller else mover),
            "is_moved_by_seller": is_seller,
            "logged_at": self.job.told_at(set_at),
        }


class Quotes(KeyedStep):
    kind, model, key = "quote", Quote, ("opportunity", "version")
    is_unique = True

    def fields(self, values: Line, parent: Opportunity) -> dict[str, Any]:
        sent_on = day(values["sent_on"])
        return {
            "opportunity": parent,
            "number": values["version"],
            "sent_on": sent_on,
            "total": Decimal(values["total"]),
            "currency": values["currency"],
            "change": values.get("change", ""),
            "addressed_to": self.job.find_in(parent, values.get("addressed_to")),
            "logged_at": self.job.told_on(sent_on),
        }


class PurchaseFileItems(KeyedStep):
    kind, model = "purchase_file_item", PurchaseFileItem
    key = ("opportunity", "item", "as_of")

    def fields(self, values: Line, parent: Opportunity) -> dict[str, Any]:
        seen_on = day(values["as_of"])
        return {
            "opportunity": parent,
            "item": values["item"],
            "state": values["state"],
            "evidence": values.get("evidence", ""),
            "seen_on": seen_on,
            "logged_at": self.job.told_on(seen_on),
        }


class Confirmations(KeyedStep):
    kind, model = "confirmation", PhaseConfirmation
    parent_kind = parent_field = "stakeholder"
    key = ("stakeholder", "confirmed_at")

    def fields(self, values: Line, parent: Stakeholder) -> dict[str, Any]:
        confirmed_at = moment(values["confirmed_at"])
        self.job.refuse_future("confirmed_at", confirmed_at)
        return {
            "stakeholder": parent,
            "anchor": values["phase"],
            "confirmed_at": confirmed_at,
            "quotation": values.get("quote", ""),
            "logged_by": self.job.members.labelled(values.get("by")),
            "logged_at": self.job.told_at(confirmed_at),
        }


class Overrides(KeyedStep):
    kind, model = "override", PhaseOverride
    parent_kind = parent_field = "stakeholder"
    key = ("stakeholder", "set_at")
    is_computed_with = False

    def fields(self, values: Line, parent: Stakeholder) -> dict[str, Any]:
        set_at, expires_on = (
            moment(values["set_at"]),
            day_or_none(values.get("expires_on")),
        )
        self.job.refuse_future("set_at", set_at)
        if expires_on and expires_on < set_at.astimezone(self.job.zone).date():
            raise Refusal(_("The override ends before it begins."))
        return {
            "stakeholder": parent,
            "anchor": values["phase"],
            "reason": values["reason"],
            "set_at": set_at,
            "expires_on": expires_on,
            "logged_by": self.job.members.labelled(values.get("by")),
            "logged_at": self.job.told_at(set_at),
        }


class OutcomeReviews(KeyedStep):
    kind, model, key = "outcome_review", OutcomeReview, ("opportunity", "reviewed_on")
    is_computed_with = False

    def take(self, rows: Any) -> None:
        self._phases: list[tuple[Any, dict[str, Any]]] = []
        super().take(rows)
        if self.may_write:
            self._write_phases()

    def fields(self, values: Line, parent: Opportunity) -> dict[str, Any]:
        reviewed_on = day(values["reviewed_on"])
        phases = [
            (self.job.find_in(parent, phase["stakeholder"]), phase["phase"])
            for phase in values.get("phases", [])
        ]
        # The id is chosen here: the phases point at a row that is written after this.
        review = OutcomeReview(
            opportunity=parent,
            reviewed_on=reviewed_on,
            file_existed=values.get("file_existed", "unknown"),
            stopped_by=self.job.find_in(parent, values.get("stopped_by")),
            note=values.get("note", ""),
            logged_by=self.job.members.labelled(values.get("by")),
            logged_at=self.job.told_on(reviewed_on),
        )
        self._phases += [
            (review.pk, {"stakeholder": stakeholder, "anchor": anchor})
            for stakeholder, anchor in phases
        ]
        told = ("opportunity", "reviewed_on", "file_existed", "stopped_by", "note")
        kept = {name: getattr(review, name) for name in told}
        return kept | {
            "id": review.pk,
            "logged_by": review.logged_by,
            "logged_at": review.logged_at,
        }

    def _write_phases(self) -> None:
        self.job.create(
            ReviewedPhase,
            [ReviewedPhase(review_id=pk, **fields) for pk, fields in self._phases],
        )
