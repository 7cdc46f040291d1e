"""What if: some deals with their people further on, and the period with those deals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q

from forecasting.engine.ends import EndCurves
from forecasting.engine.passage import HORIZON_DAYS
from forecasting.engine.portfolio import DRAWS, portfolio_forecast
from forecasting.engine.seats import Person, group_of
from forecasting.engine.suppose import Reached, lifted, supposed_curves
from forecasting.queries.amounts import Amount, rounded, sigma_of
from forecasting.queries.deal import days_until
from forecasting.queries.decisions import decisions_for
from forecasting.queries.forecasted import Forecasted
from forecasting.queries.moments import Look, Moment, standing_at
from forecasting.queries.periods import Span
from forecasting.queries.portfolio import Expected, chance_by, seed_for
from forecasting.queries.rates import all_rates_into
from forecasting.queries.roll_up import Line, reach
from opportunities.models import Opportunity
from readiness.engine.dynamics import dynamics_of, transition
from readiness.queries.models import LoadedModel
from stakeholders.models import Quote, QuoteChange

FOR, AGAINST = "for", "against"
# The most and the least that is ever said of somebody's support.
SUPPORT: Mapping[str, float] = {FOR: 0.95, AGAINST: 0.05}
# Two drawings of so many deals times draws take about half a second.
DRAWN_AT_MOST = 10_000_000
FEWEST_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed of one person: by some days from now at least this phase; a stance."""

    anchor: str = ""
    days: float = 0.0
    stance: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.anchor or self.stance)


@dataclass(frozen=True, slots=True)
class Sums:
    """A period's mean and range, and the chance to reach its target."""

    mean: Decimal
    p10: Decimal
    p50: Decimal
    p90: Decimal
    reach: float | None


@dataclass(frozen=True, slots=True)
class Supposed:
    """The period as it is and as it would be; `chances` are each deal's, both ways."""

    before: Sums
    after: Sums
    chances: Mapping[UUID, tuple[float, float]]
    draws: int

    @property
    def change(self) -> Decimal:
        return self.after.mean - self.before.mean


def suppose(
    deals: Sequence[Forecasted],
    suppositions: Mapping[str, Supposition],
    *,
    span: Span,
    line: Line,
    owners: frozenset[UUID] | None,
    model: LoadedModel,
    moment: Moment,
) -> Supposed:
    """Compute it in memory; seven queries, and nothing is written.

    The deals in question are computed as of now both ways, so that the difference is
    what is supposed and nothing else.

    :raises RateMissing: when an amount is in money whose rate nobody has entered.
    """
    workspace = moment.when.workspace
    chances = {
        made.deal.opportunity.pk: (
            _in_period(made.forecast.curves.final, span=span, moment=moment),
            _in_period(
                _curves(made, suppositions, model=model), span=span, moment=moment
            ),
        )
        for made in deals
    }
    expected = _expected(span, owners=owners, moment=moment)
    draws = min(DRAWS, max(FEWEST_DRAWS, DRAWN_AT_MOST // max(len(expected), 1)))
    before, after = (
        _sums(
            [
                replace(deal, probability=chances[deal.opportunity_id][which])
                if deal.opportunity_id in chances
                else deal
                for deal in expected
            ],
            line=line,
            seed=seed_for(workspace, span, line.key),
            draws=draws,
        )
        for which in (0, 1)
    )
    return Supposed(before=before, after=after, chances=chances, draws=draws)


def _curves(
    made: Forecasted, suppositions: Mapping[str, Supposition], *, model: LoadedModel
) -> EndCurves:
    deal = made.deal
    own = {
        p.key: s
        for p in deal.people
        if not (s := suppositions.get(p.key, Supposition())).is_empty
    }
    if not own:
        return made.forecast.curves.final
    people = [_leaning(person, own.get(person.key)) for person in deal.people]
    group = group_of(
        people,
        roles=deal.roles,
        prior=deal.stranger,
        expected_size=deal.expected_size,
    )
    seated = {person.key: person for person in people if not person.has_left}
    pace = model.engine.pace(
        deal.opportunity.importance or None, deal.opportunity.buying_class or None
    )
    reached = {
        key: _reached(seated[key], supposed, pace=pace, model=model)
        for key, supposed in own.items()
        if supposed.anchor and key in seated
    }
    return supposed_curves(
        group,
        model=decisions_for(
            deal.opportunity, model=model, calibration=deal.calibration
        ),
        rule=deal.rule,
        reached=reached,
        file_factor=deal.file.factor,
    ).final


def _leaning(person: Person, supposed: Supposition | None) -> Person:
    if supposed is None or not supposed.stance:
        return person
    is_against = supposed.stance == AGAINST
    return replace(
        person,
        stance=SUPPORT[supposed.stance],
        opposing_signals=max(2, person.opposing_signals) if is_against else 0,
    )


def _reached(
    person: Person, supposed: Supposition, *, pace: float, model: LoadedModel
) -> Reached:
    """Where they would be by that day, with all that is below the phase moved up to it."""
    days = min(max(supposed.days, 0.0), HORIZON_DAYS)
    drifted = person.phases @ transition(dynamics_of(model.generator), days / pace)
    return Reached(days, lifted(drifted, to=model.anchors.index(supposed.anchor)))


def _in_period(curves: EndCurves, *, span: Span, moment: Moment) -> float:
    """See also: forecasting.queries.moments.Look.chance."""
    workspace, now = moment.when.workspace, moment.when.at

    def by(day: date) -> float:
        return chance_by(curves, days_until(day, workspace=workspace, now=now))

    eve = span.starts_on - timedelta(days=1)
    before = by(eve) if eve >= moment.day else 0.0
    return min(max(by(span.ends_on) - before, 0.0), 1.0)


def _expected(
    span: Span, *, owners: frozenset[UUID] | None, moment: Moment
) -> list[Expected]:
    base = moment.when.workspace.base_currency
    look = Look.from_moment(span, moment)
    only = None
    if owners is not None:
        theirs = Opportunity.objects.still_open().filter(owner__in=owners)
        only = list(theirs.values_list("pk", flat=True))
    standing = standing_at(moment, look=look, rates=all_rates_into(base), only=only)
    spreads = _spreads(moment.day)
    plain = sigma_of(Amount(None, base, scope_changes=0, has_quote=False))
    return [
        Expected(
            opportunity_id=pk,
            owner_id=row.owner_id,
            probability=row.chance.in_period,
            amount=None if row.amount is None else row.amount * row.rate,
            sigma=spreads.get(pk, plain),
        )
        for pk, row in standing.items()
    ]


def _spreads(day: date) -> dict[UUID, float]:
    """How wide the amounts of open deals with a quote are; one query."""
    sent = Quote.objects.standing().filter(
        sent_on__lte=day, opportunity__outcome="open"
    )
    counted = sent.order_by().values("opportunity")
    rows = counted.annotate(
        scopes=Count("pk", filter=Q(change=QuoteChange.SCOPE))
    ).values_list("opportunity", "scopes")
    return {
        pk: sigma_of(Amount(None, "", scope_changes=scopes, has_quote=True))
        for pk, scopes in rows
    }


def _sums(expected: Sequence[Expected], *, line: Line, seed: int, draws: int) -> Sums:
    drawn = portfolio_forecast(
        [deal.as_drawn for deal in expected],
        seed=seed,
        won_amount=float(line.row.won_so_far),
        draws=draws,
    )
    amount, currency = drawn.amount, line.row.currency
    return Sums(
        mean=rounded(amount.mean, currency),
        p10=rounded(amount.p10, currency),
        p50=rounded(amount.p50, currency),
        p90=rounded(amount.p90, currency),
        reach=None if line.target is None else reach(line.target, drawn.percentiles),
    )
