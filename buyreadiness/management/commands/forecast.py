"""`manage.py forecast`: what becomes of every open deal, and what the period brings."""

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.utils import timezone

from buyreadiness.management.moments import (
    add_moment_arguments,
    day,
    instant_text,
    line,
    opened,
    when_of,
    workspace_named,
)
from buyreadiness.services.refused import Refused
from forecasting.engine.ends import place_of
from forecasting.engine.passage import HORIZON_DAYS
from forecasting.queries.amounts import rounded
from forecasting.queries.as_of import (
    Outcomes,
    expected_in,
    outcomes_at,
    stored_outcomes,
    won_by,
)
from forecasting.queries.deal import days_until
from forecasting.queries.periods import Span, period_of
from forecasting.queries.portfolio import forecast_of, seed_for, won_row
from forecasting.queries.rates import rates_into
from opportunities.actions import RateMissing
from readiness.queries.as_of import AsOf
from readiness.queries.models import active_model
from stakeholders.models import Stakeholder


class Command(BaseCommand):
    help = "Print the forecast of every open deal and of the period, as JSON lines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_moment_arguments(parser)
        parser.add_argument(
            "--by",
            type=day,
            action="append",
            metavar="D",
            help="chances by the end of this day; may be repeated (the period's end)",
        )

    def handle(self, **options: Any) -> None:
        workspace = workspace_named(options["workspace"])
        when = when_of(workspace, options["as_of"], now=timezone.now())
        span = period_of(workspace.today(when.at), workspace=workspace)
        days: list[date] = options["by"] or [span.ends_on]
        refuse_far_days(days, when=when)
        with opened(workspace):
            said = (
                stored_outcomes(when)
                if options["frozen"]
                else outcomes_at(when, model=active_model())
            )
            outcomes = []
            names = _external_ids()
            for each in said:
                outcomes.append(each)
                self.stdout.write(line(_values(each, days, when=when, names=names)))
            try:
                self.stdout.write(line(_portfolio(outcomes, span, when=when)))
            except RateMissing as refusal:
                raise Refused(str(refusal)) from None


def refuse_far_days(days: list[date], *, when: AsOf) -> None:
    """:raises Refused: for a day that is over by then, or beyond the 78 weeks."""
    for each in days:
        try:
            place_of(days_until(each, workspace=when.workspace, now=when.at))
        except ValueError:
            raise Refused(
                f"{each} does not lie within {HORIZON_DAYS // 7} weeks"
                f" from {when.workspace.today(when.at)}."
            ) from None


def _external_ids() -> dict[UUID, str]:
    named = Stakeholder.objects.exclude(external_id="")
    return dict(named.values_list("pk", "external_id"))


def _values(
    each: Outcomes, days: list[date], *, when: AsOf, names: Mapping[UUID, str]
) -> dict[str, Any]:
    who = each.constraint_stakeholder_id
    return {
        "opportunity": str(each.opportunity.pk),
        "external_id": each.opportunity.external_id or None,
        "as_of": instant_text(when.at),
        "by": [_by(each, until, when=when) for until in days],
        "amount": _amount(each),
        "binding_constraint": {
            "stakeholder": str(who) if who else None,
            "stakeholder_external_id": names.get(who) if who else None,
            "kind": each.constraint_kind,
        },
        "model": each.model,
    }


def _by(each: Outcomes, until: date, *, when: AsOf) -> dict[str, Any]:
    ends = each.by(until, when=when)
    return {
        "date": str(until),
        "won": ends.won,
        "lost": ends.lost,
        "no_decision": ends.no_decision,
        "open": ends.open,
    }


def _amount(each: Outcomes) -> dict[str, str] | None:
    points = each.amount_range()
    if points is None:
        return None
    return {
        "currency": points.currency,
        "p10": str(points.p10),
        "p50": str(points.p50),
        "p90": str(points.p90),
    }


def _portfolio(outcomes: list[Outcomes], span: Span, *, when: AsOf) -> dict[str, Any]:
    """The last line.

    :raises RateMissing: when the sum needs a rate that nobody has entered.
    """
    currency = when.workspace.base_currency
    won = won_by(span, when=when)
    currencies = {each.currency for each in outcomes} | {deal.currency for deal in won}
    rates = rates_into(currency, of=currencies)
    made = forecast_of(
        expected_in(span, outcomes, when=when, rates=rates),
        [won_row(deal, rates=rates) for deal in won],
        seed=seed_for(when.workspace, span, "", ""),
    )
    return {
        "portfolio": {
            "from": str(span.starts_on),
            "to": str(span.ends_on),
            "currency": currency,
            "p10": str(rounded(made.amount.p10, currency)),
            "p50": str(rounded(made.amount.p50, currency)),
            "p90": str(rounded(made.amount.p90, currency)),
            "mean": str(rounded(made.amount.mean, currency)),
            "deals": made.deals,
            "without_amount": made.without_amount,
            "seed": made.seed,
        }
    }
