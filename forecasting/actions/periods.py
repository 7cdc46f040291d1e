"""Keep the sums that dashboards read: what the period will bring, for whom."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import Team, TeamMember, TeamPart, Workspace
from accounts.queries import with_all_below
from forecasting.models import Forecast, PeriodOutlook, Snapshot
from forecasting.queries.amounts import amounts_of, rounded, sigma_of
from forecasting.queries.as_of import Outcomes, curves_in, expected_in, won_by
from forecasting.queries.fan import fan_of, movers_of
from forecasting.queries.periods import AHEAD, Span, periods_ahead, weeks_of
from forecasting.queries.portfolio import (
    Expected,
    Won,
    forecast_of,
    seed_for,
    shares_of,
    won_row,
)
from forecasting.queries.rates import rates_into
from opportunities.actions import RateMissing
from opportunities.models import Opportunity
from readiness.queries.as_of import AsOf

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Book:
    """All deals of one sum: open ones that may be won in the period, and those won."""

    span: Span
    today: date
    days: Sequence[date]  # within the period, by which a chance is asked for besides
    expected: Sequence[Expected]
    won: Sequence[Won]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose deals a sum is about: the workspace's, a team's or an owner's."""

    team_id: UUID | None = None
    owner_id: UUID | None = None


SOON = 2  # periods whose sums follow every recompute; the others follow every night


@transaction.atomic
def refresh_periods(
    *, workspace: Workspace, now: datetime, count: int = SOON
) -> list[str]:
    """Make the sums of this period and the next ones again; return the refusals, in words.

    A sum that needs a rate nobody has entered is refused: no row stands then.
    """
    when = AsOf.of(workspace, at=None, now=now)
    spans = periods_ahead(workspace.today(now), workspace=workspace, count=AHEAD)
    here = PeriodOutlook.objects.filter(starts_on__gte=spans[0].starts_on)
    try:
        rows = sums_of(spans[:count], _last_said(when), when=when)
    except RateMissing as refusal:
        here.delete()
        logger.warning("No sums for workspace %s: %s", workspace.pk, refusal)
        return [str(refusal)]
    PeriodOutlook.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["workspace", "team", "owner", "starts_on", "ends_on"],
        update_fields=[
            *("refreshed_at", "currency", "won_so_far", "mean", "p10", "p50", "p90"),
            *("open_count", "without_amount_count", "seed"),
            *("fan", "percentiles", "movers"),
        ],
    )
    made, known = _of_spans(spans[:count]), _of_spans(spans)
    here.filter(~known | made & Q(refreshed_at__lt=now)).delete()
    return []


def periods_due(*, workspace: Workspace, now: datetime) -> int:
    """How many periods to make again: those far ahead once a day."""
    last = periods_ahead(workspace.today(now), workspace=workspace, count=AHEAD)[-1]
    rows = PeriodOutlook.objects.filter(starts_on=last.starts_on, ends_on=last.ends_on)
    made = rows.values_list("refreshed_at", flat=True).first()
    is_fresh = made is not None and workspace.today(made) == workspace.today(now)
    return SOON if is_fresh else AHEAD


def sums_of(
    spans: Sequence[Span], said: Sequence[Outcomes], *, when: AsOf
) -> list[PeriodOutlook]:
    """The sums of some periods, by what was said of every open deal; not saved.

    :raises RateMissing: when a sum would need a rate that nobody has entered.
    """
    books = [_book(span, said, when=when) for span in spans]
    return [
        row
        for book in books
        for row in _rows(book, workspace=when.workspace, now=when.at)
    ]


def _of_spans(spans: Sequence[Span]) -> Q:
    """No span gives none."""
    found = Q(pk__in=[])
    for span in spans:
        found |= Q(starts_on=span.starts_on, ends_on=span.ends_on)
    return found


def _book(span: Span, said: Sequence[Outcomes], *, when: AsOf) -> Book:
    won = won_by(span, when=when)
    rates = rates_into(
        when.workspace.base_currency,
        of={each.currency for each in said} | {deal.currency for deal in won},
    )
    days = weeks_of(span, today=when.workspace.today(when.at))
    return Book(
        span=span,
        today=when.workspace.today(when.at),
        days=days,
        expected=expected_in(span, said, when=when, rates=rates, days=days),
        won=[won_row(deal, rates=rates) for deal in won],
    )


def _last_said(when: AsOf) -> list[Outcomes]:
    """The freshest stored curves of every open deal: a forecast's, or last night's."""
    deals = list(Opportunity.objects.still_open().order_by("pk"))
    ids = [deal.pk for deal in deals]
    made = Forecast.objects.filter(opportunity__in=ids)
    made = made.order_by("opportunity", "-computed_at", "-id").distinct("opportunity")
    rows: dict[UUID, Forecast | Snapshot] = {row.opportunity_id: row for row in made}
    nights = Snapshot.objects.filter(opportunity__in=ids)
    for night in nights.order_by("opportunity", "-taken_on").distinct("opportunity"):
        last = rows.get(night.opportunity_id)
        if last is None or last.starts_at < night.starts_at:
            rows[night.opportunity_id] = night
    amounts = amounts_of(deals, today=when.workspace.today(when.at))
    return [
        Outcomes(
            opportunity=deal,
            starts_at=row.starts_at,
            curves=curves_in(row),
            amount=amounts[deal.pk].value,
            currency=amounts[deal.pk].currency,
            sigma=sigma_of(amounts[deal.pk]),
            rate=None,
            constraint_kind="",
            constraint_stakeholder_id=None,
            model=row.model_version,
        )
        for deal in deals
        if (row := rows.get(deal.pk)) is not None
    ]


def _rows(book: Book, *, workspace: Workspace, now: datetime) -> list[PeriodOutlook]:
    """A row per scope; means and won amounts of owners add up to everybody else's."""
    owners = sorted(
        {deal.owner_id for deal in book.expected} | {deal.owner_id for deal in book.won}
    )
    means, won = shares_of(
        book.expected, book.won, owners=owners, currency=workspace.base_currency
    )
    rows = []
    for scope, members in _scopes(owners).items():
        part = _part(book, members)
        seed = seed_for(workspace, book.span, scope.team_id or "", scope.owner_id or "")
        drawn = forecast_of(part.expected, part.won, seed=seed)
        money = workspace.base_currency
        rows.append(
            PeriodOutlook(
                team_id=scope.team_id,
                owner_id=scope.owner_id,
                starts_on=book.span.starts_on,
                ends_on=book.span.ends_on,
                refreshed_at=now,
                currency=money,
                won_so_far=_sum(won, members),
                mean=_sum(won, members) + _sum(means, members),
                p10=rounded(drawn.amount.p10, money),
                p50=rounded(drawn.amount.p50, money),
                p90=rounded(drawn.amount.p90, money),
                open_count=drawn.deals,
                without_amount_count=drawn.without_amount,
                seed=seed,
                fan=fan_of(
                    part.won,
                    drawn,
                    span=book.span,
                    today=book.today,
                    days=book.days,
                ),
                percentiles=list(drawn.percentiles),
                movers=movers_of(part.expected),
            )
        )
    return rows


def _scopes(owners: Sequence[UUID]) -> dict[Scope, list[UUID]]:
    """The owners within each scope; a team holds its own and those of all below it."""
    scopes = {Scope(): list(owners)}
    scopes |= {Scope(owner_id=owner): [owner] for owner in owners}
    parents = dict(Team.objects.values_list("pk", "parent_id"))
    places = TeamMember.objects.filter(part=TeamPart.MEMBER, membership__in=owners)
    of_team: dict[UUID, set[UUID]] = defaultdict(set)
    for team, member in places.values_list("team_id", "membership_id"):
        of_team[team].add(member)
    for team in parents:
        below = with_all_below({team}, parents)
        members = set[UUID]().union(*(of_team[each] for each in below))
        scopes[Scope(team_id=team)] = sorted(members)
    return scopes


def _part(book: Book, members: Sequence[UUID]) -> Book:
    inside = set(members)
    return replace(
        book,
        expected=[deal for deal in book.expected if deal.owner_id in inside],
        won=[deal for deal in book.won if deal.owner_id in inside],
    )


def _sum(parts: Mapping[UUID, Decimal], members: Iterable[UUID]) -> Decimal:
    return sum((parts[member] for member in members), Decimal(0))
