"""Companies, deals, their ends, and what others said of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.search import index, index_new
from integrations.importing.job import BATCH, Job
from integrations.importing.refusal import Refusal
from integrations.importing.report import CHANGED, MADE, UNCHANGED
from integrations.importing.steps.base import (
    KeyedStep,
    SourcedStep,
    Step,
    amended,
    day,
    day_or_none,
    moment,
)
from integrations.models import ImportRow
from integrations.queries.lines import Line
from opportunities.models import (
    Company,
    ExchangeRate,
    Opportunity,
    Outcome,
    SellerForecast,
    StageChange,
)
from stakeholders.models import OutcomeEvent


class ExchangeRates(KeyedStep):
    kind, model, key = "exchange_rate", ExchangeRate, ("currency", "base", "on")
    is_unique, is_computed_with = True, False

    def parent_of(self, values: Line) -> None:
        return None

    def existing(self) -> Any:
        return ExchangeRate.objects.all()

    def _load(self, rows: Sequence[ImportRow]) -> None:
        days = {staged.values.get("on") for staged in rows} - {None} - self._loaded
        self._loaded |= days
        self.remember(list(self.existing().filter(valid_on__in=days)))

    def fields(self, values: Line, parent: None) -> dict[str, Any]:
        return {
            "valid_on": day(values["on"]),
            "currency": values["currency"],
            "base": values["base"],
            "rate": Decimal(values["rate"]),
        }


class Companies(SourcedStep):
    kind, model = "company", Company

    def fields(self, values: Line) -> dict[str, Any]:
        return {
            "name": values["name"],
            "domain": values.get("domain", ""),
            "country": values.get("country", ""),
        }

    def written(self, made: Any, changed: Any) -> None:
        keep_findable("company", made, changed)


class Opportunities(SourcedStep):
    kind, model = "opportunity", Opportunity

    def fields(self, values: Line) -> dict[str, Any]:
        return {
            "name": values["name"],
            "company": self.job.find("company", values.get("company")),
            "owner": self.job.members.owner(values),
            "opened_on": day(values["opened_on"]),
            "opened_on_is_assumed": values.get("opened_on_assumed", False),
            "amount": _decimal(values.get("amount")),
            "currency": values.get("currency", ""),
            "importance": values.get("importance", ""),
            "buying_class": values.get("buying_class", ""),
            "expected_group_size": values.get("expected_group_size"),
            "outcome": values.get("outcome", Outcome.OPEN.value),
            "closed_on": day_or_none(values.get("closed_on")),
            "won_amount": _decimal(values.get("won_amount")),
            "lost_to": values.get("lost_to", ""),
        }

    def check(self, values: Line, row: Opportunity) -> None:
        self.job.refuse_future_day("opened_on", row.opened_on)
        if row.closed_on is not None:
            self.job.refuse_future_day("closed_on", row.closed_on)

    def deal_of(self, row: Opportunity) -> Any:
        return row.pk

    def written(self, made: Any, changed: Any) -> None:
        keep_findable("opportunity", made, changed)


class StageChanges(KeyedStep):
    kind, model = "stage_change", StageChange
    key, is_unique = ("opportunity", "changed_at", "stage"), True
    is_computed_with = False

    def existing(self) -> Any:
        return StageChange.objects.all()

    def fields(self, values: Line, parent: Opportunity) -> dict[str, Any]:
        return {
            "opportunity": parent,
            "stage": values["stage"],
            "changed_at": moment(values["changed_at"]),
        }


class SellerForecasts(KeyedStep):
    kind, model, key = "seller_forecast", SellerForecast, ("opportunity", "set_at")
    is_unique = True

    def existing(self) -> Any:
        return SellerForecast.objects.all()

    def fields(self, values: Line, parent: Opportunity) -> dict[str, Any]:
        return {
            "opportunity": parent,
            "set_at": moment(values["set_at"]),
            "probability": values["probability"],
            "close_on": day_or_none(values.get("close_on")),
        }


@dataclass(slots=True)
class Told:
    """An event of a deal: told by a line of its own, or by the deal's (line 0)."""

    line: int
    values: Line


class OutcomeEvents(Step):
    """A closed deal has an event, also when the file tells only of the deal."""

    kind = "outcome_event"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._told: dict[str, list[Told]] = defaultdict(list)

    def take(self, rows: Sequence[ImportRow]) -> None:
        for staged in rows:
            with self.refusing(staged.line):
                self.job.find("opportunity", staged.values["opportunity"])
                self.job.refuse_future_day("on", day(staged.values["on"]))
                told = Told(staged.line, staged.values)
                self._told[staged.values["opportunity"]].append(told)

    def finish(self) -> None:
        deals = iter(self.job.known.get("opportunity", {}).items())
        while chunk := dict(islice(deals, BATCH)):
            self._settle(chunk)

    def _settle(self, deals: dict[str, Opportunity]) -> None:
        there = self._there(deals.values())
        made: list[OutcomeEvent] = []
        changed: list[tuple[Any, dict[str, Any]]] = []
        gone: list[OutcomeEvent] = []
        for id, deal in deals.items():
            told = self._told.get(id, [])
            with self.refusing(told[0].line if told else 0):
                expected = in_order(deal, told)
                left = list(there[deal.pk])
                waiting = []
                for event in expected:
                    same = next((o for o in left if o[1] == event.values), None)
                    if same is None:
                        waiting.append(event)
                    else:
                        left.remove(same)
                        self._count(event, UNCHANGED)
                for event in waiting:
                    fields = self._fields(deal, event)
                    self.job.touched.add(deal.pk)
                    if left:
                        changed.append((left.pop(0)[0], fields))
                        self._count(event, CHANGED)
                    else:
                        made.append(OutcomeEvent(**fields))
                        self._count(event, MADE)
                gone += [row for row, _line in left]
        if self.may_write:
            self._write(made, changed, gone)

    def _write(self, made: Any, changed: Any, gone: list[OutcomeEvent]) -> None:
        self.job.retract(OutcomeEvent, [row.pk for row in gone])
        heirs = amended(self.job, changed) if changed else []
        self.job.create(OutcomeEvent, heirs + made)

    def _there(self, deals: Iterable[Any]) -> Any:
        """What each deal has already, with its line."""
        before = [deal.pk for deal in deals if deal.pk not in self.job.fresh]
        there: dict[Any, list[tuple[OutcomeEvent, Line]]] = defaultdict(list)
        if before:
            standing = OutcomeEvent.objects.standing().filter(opportunity__in=before)
            rows = list(standing.order_by("happened_on", "pk"))
            for row, line in zip(rows, self.lines_of(rows), strict=True):
                there[row.opportunity_id].append((row, line))
        return there

    def _fields(self, deal: Opportunity, event: Told) -> dict[str, Any]:
        happened_on = day(event.values["on"])
        return {
            "opportunity": deal,
            "outcome": event.values["outcome"],
            "happened_on": happened_on,
            "reason": event.values.get("reason", ""),
            "logged_at": self.job.told_on(happened_on),
        }

    def _count(self, event: Told, verdict: str) -> None:
        if event.line:
            self.job.report.count(self.kind, verdict)


def in_order(deal: Opportunity, told: list[Told]) -> list[Told]:
    """A deal's events as they happened; on one day, so that ends and new starts take turns.

    :raises Refusal: when they don't, or the last one is not the state of the deal.
    """
    if not told:
        return [] if deal.outcome == Outcome.OPEN else [_implied(deal)]
    ordered: list[Told] = []
    left = sorted(told, key=lambda event: (event.values["on"], event.line))
    state = Outcome.OPEN.value
    while left:
        today = [e for e in left if e.values["on"] == left[0].values["on"]]
        turns = (e for e in today if _is_open(e.values["outcome"]) != _is_open(state))
        event = next(turns, None)
        if event is None:
            raise Refusal(
                _(
                    "The events of the deal do not take turns: on %(day)s it is %(state)s."
                )
                % {"day": left[0].values["on"], "state": state}
            )
        left.remove(event)
        ordered.append(event)
        state = event.values["outcome"]
    last = ordered[-1].values
    if state != deal.outcome or (
        deal.closed_on is not None and last["on"] != str(deal.closed_on)
    ):
        raise Refusal(
            _("The deal is %(outcome)s, its last event is %(last)s on %(day)s.")
            % {"outcome": deal.outcome, "last": state, "day": last["on"]}
        )
    return ordered


def _is_open(outcome: str) -> bool:
    return outcome == Outcome.OPEN


def _implied(deal: Opportunity) -> Told:
    names: Line = {"outcome": deal.outcome, "on": str(deal.closed_on)}
    return Told(0, {"opportunity": deal.external_id} | names)


def keep_findable(
    kind: str, made: list[tuple[Any, Line]], changed: list[tuple[Any, Line]]
) -> None:
    """Index the names of rows that were written; of people the e-mail address too."""
    index_new(kind=kind, texts={row.pk: _texts(row) for row, _values in made})
    for row, _values in changed:
        index(kind=kind, object_id=row.pk, texts=_texts(row))


def _texts(row: Any) -> list[str]:
    return [row.name, getattr(row, "email", "")]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
