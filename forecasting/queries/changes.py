"""What changed in a period between two moments, per deal and cause, to the smallest unit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Workspace
from forecasting.engine.changes import (
    Between,
    Chance,
    DealState,
    Part,
    in_whole_units,
    what_changed,
)
from forecasting.engine.changes import Outcome as Stood
from forecasting.models import Forecast
from forecasting.queries.amounts import smallest_unit
from forecasting.queries.moments import (
    Look,
    Moment,
    Standing,
    Versions,
    standing_at,
)
from forecasting.queries.periods import Span
from forecasting.queries.portfolio import Expected, Won, shares_of
from forecasting.queries.rates import Rates, all_rates_into
from opportunities.models import Opportunity, Outcome
from stakeholders.models import OutcomeEvent

Ended = dict[UUID, tuple[str, date | None]]  # how deals ended, and on which day


@dataclass(frozen=True, slots=True)
class Moved:
    """One deal's change of the mean, in the base currency, by cause; they sum to it."""

    opportunity_id: UUID
    owner_id: UUID
    parts: Mapping[Part, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.parts.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class Movement:
    """Everybody's changes. `ends` is each owner's mean, won included, at the later moment.

    A deal stands with whom it belongs to now. `unfrozen` are the open deals that were
    there in the earlier night without being frozen: they count as new.
    """

    span: Span
    since: date
    until: date
    deals: Sequence[Moved]
    ends: Mapping[UUID, Decimal]
    unfrozen: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Summary:
    """The way from one mean to another in a scope: `start` + the parts = `end`."""

    start: Decimal
    end: Decimal
    parts: Mapping[Part, Decimal]
    deals: Sequence[Moved]  # the largest change first

    @property
    def change(self) -> Decimal:
        return self.end - self.start


def movement(
    span: Span,
    *,
    since: Moment,
    until: Moment,
    workspace: Workspace,
    only: Collection[UUID] | None = None,
) -> Movement:
    """What changed in a period from one moment to a later one; twelve queries at most.

    What time alone did is known of deals about which nothing new came in: all of it. Of
    the others a curve is read at the same date as before, which is off by half a point
    on average (measured on the made-up world); the curve given that the deal is still
    open would be off by five, since readings drift without knowing that it is.

    With `only` some deals are looked at, and `ends` is theirs alone.

    :raises RateMissing: when an amount is in money whose rate nobody has entered.
    """
    rates = all_rates_into(workspace.base_currency)
    look = Look.from_moment(span, since)
    before = standing_at(since, look=look, rates=rates, only=only)
    after = standing_at(until, look=look, rates=rates, only=only)
    closed = {
        pk: deal
        for pk, deal in _closed(set(before) - set(after), span, only=only).items()
        if pk not in after  # won since the later night
    }
    fresh = {pk: row for pk, row in after.items() if pk not in before}
    ended = {when: _ends([*closed, *fresh], when) for when in (since.day, until.day)}
    states: dict[str, DealState] = {}
    starts = {str(pk): _open_state(row) for pk, row in before.items()}
    for pk, row in after.items():
        states[str(pk)] = _open_state(row)
        if (was := _was(row, ended[since.day].get(pk), span=span)) and pk in fresh:
            starts[str(pk)] = was
    for pk, deal in closed.items():
        stood = _closed_state(deal, ended, until.day, span=span, rates=rates)
        if stood is None:  # open, but not frozen in the later night: nothing is known
            starts.pop(str(pk), None)
            continue
        states[str(pk)] = stood
        then = _closed_state(deal, ended, since.day, span=span, rates=rates)
        if pk not in before and then is not None:
            starts[str(pk)] = then
    # Gone altogether: a workspace's erasure, or a deal nobody kept in the later night.
    starts = {key: state for key, state in starts.items() if key in states}
    changes = what_changed(
        starts,
        states,
        between=_between(before, after, look=look, day=since.day),
    )
    unit = smallest_unit(workspace.base_currency)
    owners = {str(pk): row.owner_id for pk, row in after.items()}
    owners |= {str(pk): deal.owner_id for pk, deal in closed.items()}
    first, last = (
        _means(side, owners, currency=workspace.base_currency)
        for side in (starts, states)
    )
    whole = in_whole_units(
        changes,
        units=int(1 / unit),
        group_of=owners,
        totals={owner: int((last[owner] - first[owner]) / unit) for owner in last},
    )
    return Movement(
        span=span,
        since=since.day,
        until=until.day,
        deals=[
            Moved(
                opportunity_id=UUID(change.key),
                owner_id=owners[change.key],
                parts={part: n * unit for part, n in change.parts.items()},
            )
            for change in whole
        ],
        ends=last,
        unfrozen=frozenset(
            pk
            for pk, row in fresh.items()
            if row.opened_on < since.day and str(pk) not in starts
        ),
    )


def summary(found: Movement, *, owners: frozenset[UUID] | None) -> Summary:
    """The movement of some owners' deals, of everybody's when None."""
    deals = [deal for deal in found.deals if owners is None or deal.owner_id in owners]
    deals.sort(key=lambda deal: (-abs(deal.total), deal.opportunity_id))
    parts: dict[Part, Decimal] = {}
    for part in Part:
        value = sum((deal.parts.get(part, Decimal(0)) for deal in deals), Decimal(0))
        if value or any(part in deal.parts for deal in deals):
            parts[part] = value
    end = sum(
        (
            mean
            for owner, mean in found.ends.items()
            if owners is None or owner in owners
        ),
        Decimal(0),
    )
    return Summary(
        start=end - sum(parts.values(), Decimal(0)), end=end, parts=parts, deals=deals
    )


def _open_state(row: Standing) -> DealState:
    return DealState(
        Stood.OPEN,
        row.chance,
        amount=None if row.amount is None else float(row.amount),
        rate=float(row.rate),
    )


def _closed(
    pks: Collection[UUID], span: Span, *, only: Collection[UUID] | None
) -> dict[UUID, Opportunity]:
    """Deals that are open no more, and all that were won in the period."""
    within = Q(closed_on__gte=span.starts_on, closed_on__lte=span.ends_on)
    won = within & Q(outcome=Outcome.WON, retracted_at__isnull=True)
    rows = Opportunity.objects.filter(Q(pk__in=list(pks)) | won)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    return {row.pk: row for row in rows.order_by("pk")}


def _ends(pks: Iterable[UUID], day: date) -> Ended:
    """How deals with an outcome event stood at the end of a day, and since when.

    See also: readiness.queries.as_of.states_on, which reads them all.
    """
    events = OutcomeEvent.objects.standing().filter(opportunity__in=list(pks))
    rows = events.order_by("happened_on", "logged_at", "pk")
    stood: Ended = {}
    for pk, outcome, on in rows.values_list("opportunity", "outcome", "happened_on"):
        stood.setdefault(pk, (Outcome.OPEN, None))
        if on <= day:
            stood[pk] = (outcome, on)
    return stood


def _was(
    now: Standing, end: tuple[str, date | None] | None, *, span: Span
) -> DealState | None:
    """A deal that is open again: how it had ended. What it had brought is not kept."""
    outcome, on = end or (Outcome.OPEN, None)
    if outcome == Outcome.OPEN or on is None:
        return None
    counts = span.starts_on <= on <= span.ends_on
    amount = None if now.amount is None else float(now.amount)
    return DealState(Stood(outcome), amount=amount, rate=float(now.rate), counts=counts)


def _closed_state(
    deal: Opportunity,
    ended: Mapping[date, Ended],
    day: date,
    *,
    span: Span,
    rates: Rates,
) -> DealState | None:
    """How a deal that is closed now stood at a moment; None while it was open."""
    if deal.retracted_at is not None:  # made by mistake: it brings nothing any more
        return DealState(Stood.WITHDRAWN)
    # An import may bring a deal's end without an event.
    outcome, on = ended[day].get(deal.pk, (deal.outcome, deal.closed_on))
    if outcome == Outcome.OPEN or on is None or on > day:
        return None
    is_won = outcome == Outcome.WON and deal.won_amount is not None
    rate = rates.on(on, currency=deal.currency) if is_won else Decimal(1)
    return DealState(
        Stood(outcome),
        amount=float(deal.won_amount) if deal.won_amount is not None else None,
        rate=float(rate),
        counts=span.starts_on <= on <= span.ends_on,
    )


def _means(
    states: Mapping[str, DealState], owners: Mapping[str, UUID], *, currency: str
) -> dict[UUID, Decimal]:
    """Each owner's mean as the roll-up has it: what is open apart from what is won."""
    expected: list[Expected] = []
    won: list[Won] = []
    for key, state in states.items():
        amount = None
        if state.amount is not None:
            amount = Decimal(str(state.amount)) * Decimal(str(state.rate))
        if state.outcome is Stood.OPEN:
            chance = state.probability
            expected.append(Expected(UUID(key), owners[key], chance, amount, sigma=0.0))
        elif state.probability:
            won.append(Won(UUID(key), owners[key], amount))
    everybody = sorted(set(owners.values()))
    still_open, brought = shares_of(expected, won, owners=everybody, currency=currency)
    return {owner: still_open[owner] + brought[owner] for owner in everybody}


def _between(
    before: Mapping[UUID, Standing],
    after: Mapping[UUID, Standing],
    *,
    look: Look,
    day: date,
) -> dict[str, Between]:
    """What another model and time alone did to each deal that was open at both moments."""
    both = [pk for pk in before if pk in after]
    models = _other_models(both, before=before, after=after, look=look, day=day)
    return {str(pk): _apart(before[pk], after[pk], models.get(pk)) for pk in both}


@dataclass(frozen=True, slots=True)
class _Reread:
    """One deal's last forecast by the earlier model and its first by the later one."""

    last: Chance
    first: Chance
    is_same: bool  # of the facts of both moments, and nothing heard between


def _apart(before: Standing, after: Standing, reread: _Reread | None) -> Between:
    start = before.chance
    if reread is None:
        is_same = before.inputs == after.inputs != ""
        return Between(later=after.chance if is_same else start)
    final = reread.first.final - reread.last.final
    share = reread.first.share - reread.last.share
    other = Chance(start.final + final, start.share + share)
    later = Chance(after.chance.final - final, after.chance.share - share)
    return Between(later=later if reread.is_same else start, other_model=other)


def _other_models(
    both: Sequence[UUID],
    *,
    before: Mapping[UUID, Standing],
    after: Mapping[UUID, Standing],
    look: Look,
    day: date,
) -> dict[UUID, _Reread]:
    """What a change of model did: all open deals are recomputed when one is activated."""
    pairs: dict[tuple[Versions, Versions], list[UUID]] = {}
    for pk in both:
        if (pair := (before[pk].versions, after[pk].versions))[0] != pair[1]:
            pairs.setdefault(pair, []).append(pk)
    found: dict[UUID, _Reread] = {}
    for (old, new), deals in pairs.items():
        lasts = _forecasts(deals, old, order="-computed_at", look=look)
        firsts = _forecasts(deals, new, order="computed_at", look=look)
        for pk in lasts.keys() & firsts.keys():
            last, first = lasts[pk], firsts[pk]
            found[pk] = _Reread(
                last=look.chance(last, day=day),
                first=look.chance(first, day=day),
                is_same=last["inputs_hash"] == before[pk].inputs
                and first["inputs_hash"] == after[pk].inputs,
            )
    return found


def _forecasts(
    deals: Sequence[UUID], versions: Versions, *, order: str, look: Look
) -> dict[UUID, dict[str, Any]]:
    model, map_ = versions
    rows = Forecast.objects.filter(
        opportunity__in=deals, model_version=model, map_version=map_
    )
    kept = rows.annotate(**look.points()).order_by("opportunity", order, "id")
    fields = ("opportunity_id", "inputs_hash", *look.points())
    return {
        row["opportunity_id"]: row
        for row in kept.distinct("opportunity").values(*fields)
    }
