"""Forecasts made again as of many days, beside what came true and what others would say."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

import numpy as np
from django.db.models import Max, Min

from accounts.models import Workspace, end_of
from forecasting.engine import scoring
from forecasting.engine.baselines import base_rate, busy, share_by_class
from forecasting.engine.ends import EndCurves
from forecasting.engine.passage import HORIZON_DAYS
from forecasting.queries.as_of import outcomes_at
from forecasting.queries.maps import active_map
from forecasting.queries.phase_ahead import Stood, foretell
from opportunities.models import Opportunity, Outcome, SellerForecast, StageChange
from readiness.engine.arrays import Floats
from readiness.queries.as_of import AsOf, state_of, states_on
from readiness.queries.models import LoadedModel
from stakeholders.models import Interaction

FEWEST_CLOSED = 30  # deals whose end was seen, before a score is shown
BUSY_DAYS = 30
MOMENT = timedelta(microseconds=1)
CURVE_WEEKS = (0, 6, 13, 20, 26, 39, 52, 65, 78)

T = TypeVar("T")


class Rival(StrEnum):
    """Who else could have said how likely a win is."""

    BASE_RATE = "base_rate"
    STAGE = "stage_table"
    SELLER = "seller"
    ACTIVITY = "activity"


class Verdict(StrEnum):
    """What may be said of ours against a rival."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "not_told_apart"
    TOO_FEW = "not_enough_evidence"


class NothingToReplay(Exception):
    """No deal was open long enough ago."""

    def __init__(self) -> None:
        super().__init__(
            "No deal was open so long ago that its end could be looked at."
        )


@dataclass(frozen=True, slots=True)
class Replayed:
    """One open deal on one day: what we would have said, and whether it was won in time.

    `seller` is the seller's own chance by the same day, None when none was given.
    """

    opportunity_id: UUID
    on: date
    ours: float
    is_won: bool
    is_closed: bool
    stage: str
    seller: float | None
    interactions: int
    is_heard: bool  # whether anybody on the buyer's side was; else only priors speak
    # Where those heard stood, by influence: P of the seven anchors, and their mean place.
    mix: tuple[float, ...] | None = None
    # Won, lost and no decision by `CURVE_WEEKS`, as they were foretold that day.
    curve: tuple[tuple[float, ...], ...] | None = None
    # Whoever was heard: where they stood, and were foretold to stand.
    people: tuple[Stood, ...] = ()

    @property
    def place(self) -> float | None:
        """The mean phase, from 0; None where nobody was heard."""
        if self.mix is None:
            return None
        return sum(place * share for place, share in enumerate(self.mix))


@dataclass(frozen=True, slots=True)
class Score:
    """How one forecaster did on the rows that it said something about."""

    n: int
    won: int
    brier: float
    log_loss: float
    auc: float | None
    skill: float | None  # against the base rate, on the rows that both spoke of
    line: scoring.CalibrationLine | None


@dataclass(frozen=True, slots=True)
class Against:
    """Our Brier score minus a rival's, on the rows that both spoke of."""

    n: int
    gap: scoring.Interval
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came of a replay.

    `closed` counts the deals whose end was seen in time, `unheard` the rows of deals in
    which nobody had been heard: of those the forecast has only priors.
    """

    days: tuple[date, ...]
    rows: int
    deals: int
    closed: int
    withdrawn: int
    unheard: int
    ours: Score
    bins: tuple[scoring.Bin, ...]
    rivals: Mapping[Rival, Score]
    against: Mapping[Rival, Against]

    @property
    def is_enough(self) -> bool:
        return self.closed >= FEWEST_CLOSED


def backtest(
    workspace: Workspace,
    *,
    model: LoadedModel,
    horizon: int,
    every: int,
    now: datetime,
) -> Backtest:
    """Replay forecasts of `horizon` days, `every` so many days, and score them.

    What is said as of a day rests on what was known by its end, and a rival's table on
    what had come true by then. Withdrawn deals are apart. Source: science.md 4.

    :raises NothingToReplay: when there is no row at all.
    :raises ValueError: when the horizon is not within the 78 weeks, or a step not
        positive.
    """
    if not 0 < horizon <= HORIZON_DAYS or every < 1:
        raise ValueError(f"No replay: {horizon} days ahead, every {every} days.")
    days = replay_days(workspace, horizon=horizon, every=every, now=now)
    history = History.load()
    rows: list[Replayed] = []
    withdrawn: set[UUID] = set()
    for day in days:
        found, apart = replay_day(
            day, workspace=workspace, model=model, horizon=horizon, history=history
        )
        rows += found
        withdrawn |= apart
    if not rows:
        raise NothingToReplay
    return scored(rows, horizon=horizon, withdrawn=len(withdrawn))


def replay_days(
    workspace: Workspace, *, horizon: int, every: int, now: datetime
) -> list[date]:
    """The days to look from, in order: as far as an end would be known of.

    The last is `horizon` days before the last day of which anything was entered: where
    an import stops, a deal that stays open says nothing. The first follows the first
    deal.
    """
    first, last = _told_from_to(workspace)
    if first is None or last is None:
        return []
    day = min(last, workspace.today(now) - timedelta(days=1)) - timedelta(days=horizon)
    days = []
    while day > first:
        days.append(day)
        day -= timedelta(days=every)
    return days[::-1]


def _told_from_to(workspace: Workspace) -> tuple[date | None, date | None]:
    """The first and the last day of which something is known."""
    deals = Opportunity.objects.standing().aggregate(
        first=Min("opened_on"), opened=Max("opened_on"), closed=Max("closed_on")
    )
    moments = [
        Interaction.objects.standing().aggregate(last=Max("occurred_at"))["last"],
        StageChange.objects.aggregate(last=Max("changed_at"))["last"],
        SellerForecast.objects.aggregate(last=Max("set_at"))["last"],
    ]
    ends = [
        deals["opened"],
        deals["closed"],
        *map(workspace.today, filter(None, moments)),
    ]
    return deals["first"], max(filter(None, ends), default=None)


def scored(rows: Sequence[Replayed], *, horizon: int, withdrawn: int = 0) -> Backtest:
    """Score ours and every rival that said something, side by side."""
    happened = np.array([row.is_won for row in rows], dtype=float)
    ours = np.array([row.ours for row in rows])
    deals = [str(row.opportunity_id) for row in rows]
    said = _rivals(rows, happened, horizon=horizon)
    closed = len({row.opportunity_id for row in rows if row.is_closed})
    base = said[Rival.BASE_RATE]
    rivals, against = {}, {}
    for rival, chances in said.items():
        spoke = ~np.isnan(chances)
        if not spoke.any():
            continue
        rivals[rival] = _score(chances, happened, base=base)
        gap = scoring.difference(
            ours[spoke],
            chances[spoke],
            happened[spoke],
            deals=[deal for deal, yes in zip(deals, spoke, strict=True) if yes],
        )
        verdict = _verdict(gap, is_enough=closed >= FEWEST_CLOSED)
        against[rival] = Against(int(spoke.sum()), gap, verdict)
    return Backtest(
        days=tuple(sorted({row.on for row in rows})),
        rows=len(rows),
        deals=len(set(deals)),
        closed=closed,
        withdrawn=withdrawn,
        unheard=sum(not row.is_heard for row in rows),
        ours=_score(ours, happened, base=base),
        bins=scoring.reliability_bins(ours, happened, deals=deals),
        rivals=rivals,
        against=against,
    )


def _rivals(
    rows: Sequence[Replayed], happened: Floats, *, horizon: int
) -> dict[Rival, Floats]:
    """What each would have said, (n,) each; NaN where it had nothing to go by."""
    days = [row.on.toordinal() for row in rows]
    stages = share_by_class(
        days, happened, [row.stage for row in rows], horizon=horizon
    )
    without_stage = np.array([not row.stage for row in rows])
    return {
        Rival.BASE_RATE: base_rate(days, happened, horizon=horizon),
        Rival.STAGE: np.where(without_stage, np.nan, stages),
        Rival.SELLER: np.array(
            [np.nan if row.seller is None else row.seller for row in rows]
        ),
        Rival.ACTIVITY: share_by_class(
            days, happened, [busy(row.interactions) for row in rows], horizon=horizon
        ),
    }


def _score(said: Floats, happened: Floats, *, base: Floats) -> Score:
    spoke, both = ~np.isnan(said), ~np.isnan(said) & ~np.isnan(base)
    p, y = said[spoke], happened[spoke]
    return Score(
        n=int(spoke.sum()),
        won=int(y.sum()),
        brier=scoring.brier(p, y),
        log_loss=scoring.log_loss(p, y),
        auc=scoring.auc(p, y),
        skill=scoring.skill(
            scoring.brier(said[both], happened[both]),
            baseline=scoring.brier(base[both], happened[both]),
        )
        if both.any()
        else None,
        line=scoring.calibration_line(p, y),
    )


def _verdict(gap: scoring.Interval, *, is_enough: bool) -> Verdict:
    if not is_enough:
        return Verdict.TOO_FEW
    if gap.high < 0:
        return Verdict.BETTER
    return Verdict.WORSE if gap.low > 0 else Verdict.UNDECIDED


def replay_day(
    day: date,
    *,
    workspace: Workspace,
    model: LoadedModel,
    horizon: int,
    history: "History",
) -> tuple[list[Replayed], set[UUID]]:
    """The open deals of one day, and those of them that were withdrawn in time."""
    at = end_of(day, workspace.zone) - MOMENT
    until = day + timedelta(days=horizon)
    when = AsOf(workspace=workspace, at=at, known_at=at)
    end = AsOf(workspace, end_of(until, workspace.zone) - MOMENT, known_at=None)
    states = states_on(end)
    rows, withdrawn = [], set()
    # A map that has seen an end after that day would foretell what it was fitted on.
    calibration = active_map().before(day)
    for made in outcomes_at(when, model=model, calibration=calibration):
        deal = made.opportunity
        state = state_of(deal, states, when=end)
        if state == Outcome.WITHDRAWN:
            withdrawn.add(deal.pk)
            continue
        rows.append(
            Replayed(
                opportunity_id=deal.pk,
                on=day,
                ours=made.by(until, when=when).won,
                is_won=state == Outcome.WON,
                is_closed=state != Outcome.OPEN,
                stage=history.stages.last(deal.pk, at) or "",
                seller=_by(history.sellers.last(deal.pk, at), until),
                interactions=history.interactions(deal.pk, at),
                is_heard=bool(made.heard),
                mix=made.mix,
                curve=_curve(made.curves),
                people=foretell(made.people, deal=deal, model=model),
            )
        )
    return rows, withdrawn


def _curve(curves: EndCurves) -> tuple[tuple[float, ...], ...]:
    """What is kept of the curves, for the picture of what came true."""
    weeks = list(CURVE_WEEKS)
    return tuple(
        tuple(np.round(curve[weeks], 4).tolist())
        for curve in (curves.won, curves.lost, curves.no_decision)
    )


def _by(said: tuple[float, date | None] | None, until: date) -> float | None:
    """The seller's chance by a day: nothing, when they meant to close later."""
    if said is None:
        return None
    chance, close_on = said
    return 0.0 if close_on is not None and close_on > until else chance


class _Series(Generic[T]):
    """What was said of each deal, in the order of saying."""

    def __init__(self, rows: Iterator[tuple[UUID, datetime, T]]) -> None:
        self.moments: dict[UUID, list[datetime]] = defaultdict(list)
        self.values: dict[UUID, list[T]] = defaultdict(list)
        for deal, at, value in rows:
            self.moments[deal].append(at)
            self.values[deal].append(value)

    def last(self, deal: UUID, at: datetime) -> T | None:
        place = bisect_right(self.moments[deal], at)
        return self.values[deal][place - 1] if place else None


@dataclass(frozen=True, slots=True)
class History:
    """What the rivals go by, of all deals at once."""

    stages: _Series[str]
    sellers: _Series[tuple[float, date | None]]
    contacts: Mapping[UUID, list[tuple[datetime, datetime, datetime | None]]]

    @classmethod
    def load(cls) -> "History":
        stages = StageChange.objects.order_by("changed_at", "pk")
        sellers = SellerForecast.objects.order_by("set_at", "pk")
        contacts: dict[UUID, list[tuple[datetime, datetime, datetime | None]]]
        contacts = defaultdict(list)
        for deal, occurred, logged, gone in Interaction.objects.values_list(
            "opportunity", "occurred_at", "logged_at", "retracted_at"
        ).iterator():
            contacts[deal].append((occurred, logged, gone))
        return cls(
            stages=_Series(
                stages.values_list("opportunity", "changed_at", "stage").iterator()
            ),
            sellers=_Series(
                (deal, at, (chance, close_on))
                for deal, at, chance, close_on in sellers.values_list(
                    "opportunity", "set_at", "probability", "close_on"
                ).iterator()
            ),
            contacts=contacts,
        )

    def interactions(self, deal: UUID, at: datetime) -> int:
        """How many of the last 30 days were known then."""
        since = at - timedelta(days=BUSY_DAYS)
        return sum(
            since < occurred <= at and logged <= at and (gone is None or gone > at)
            for occurred, logged, gone in self.contacts.get(deal, ())
        )
