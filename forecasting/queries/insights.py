"""What really happened to deals and people, beside what the model expects of them.

Made of the days that a report of accuracy replays, so it costs nothing more than one
replay of everybody besides.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from forecasting.engine.curves import RiskCurves, risk_curves
from forecasting.engine.stays import Move, Stay, dwell_curves
from forecasting.queries.backtest import CURVE_WEEKS, Replayed
from forecasting.queries.lives import Life
from forecasting.queries.phase_came import ahead_of
from opportunities.models import Opportunity, Outcome
from readiness.engine.expert import ANCHORS
from readiness.queries.models import LoadedModel

FEWEST = 20  # deals of a band, or stays in a phase, before a curve is shown
ENDS = (Outcome.WON, Outcome.LOST, Outcome.NO_DECISION)
WEEKS = tuple(range(0, 79, 6))
# Where a deal's people stand in the mean, by influence: phases 1-2, 3-4, 5-7.
BANDS = (("early", 0.0, 1.5), ("middle", 1.5, 3.5), ("late", 3.5, 7.0))


@dataclass(frozen=True, slots=True)
class Course:
    """How a deal went on: which end, and the day; open ones were watched until then."""

    owner_id: UUID
    end: str
    closed_on: date | None


def courses_of(deals: Iterable[UUID]) -> dict[UUID, Course]:
    """How these deals stand now."""
    rows = Opportunity.objects.filter(pk__in=list(deals))
    return {
        pk: Course(owner, outcome, closed_on)
        for pk, owner, outcome, closed_on in rows.values_list(
            "pk", "owner_id", "outcome", "closed_on"
        )
    }


def insights_of(
    rows: Sequence[Replayed],
    *,
    courses: Mapping[UUID, Course],
    lives: Mapping[UUID, Life],
    horizon: int,
    model: LoadedModel,
) -> dict[str, Any]:
    """Everything the page shows of these rows, ready for JSON."""
    until = max(row.on for row in rows) + timedelta(days=horizon)
    deals = {row.opportunity_id for row in rows}
    mine = [lives[deal] for deal in deals if deal in lives]
    stays = [stay for life in mine for stay in life.stays]
    return {
        "minimum": FEWEST,
        "until": str(until),
        "deals": len(deals),
        "unheard": len(
            deals - {row.opportunity_id for row in rows if row.place is not None}
        ),
        "bands": [
            _band(name, _first_seen(rows, low, high), courses=courses, until=until)
            for name, low, high in BANDS
        ],
        "dwell": [_dwell(place, stays, model=model) for place in range(len(ANCHORS))],
        "mix": _mix(rows),
        "stages": _stages(rows),
        "ahead": ahead_of(
            rows, came={key: told for life in mine for key, told in life.came.items()}
        ),
    }


def _first_seen(rows: Sequence[Replayed], low: float, high: float) -> list[Replayed]:
    """Each deal on the first day on which it stood in the band: its clock starts there."""
    first: dict[UUID, Replayed] = {}
    for row in sorted(rows, key=lambda each: each.on):
        if row.place is not None and low <= row.place < high:
            first.setdefault(row.opportunity_id, row)
    return list(first.values())


def _band(
    name: str,
    rows: Sequence[Replayed],
    *,
    courses: Mapping[UUID, Course],
    until: date,
) -> dict[str, Any]:
    days, ends = [], []
    for row in rows:
        course = courses[row.opportunity_id]
        is_over = course.closed_on is not None and row.on < course.closed_on <= until
        last = course.closed_on if is_over and course.closed_on else until
        days.append((last - row.on).days)
        # Withdrawn is our own doing: such a deal was watched until then.
        ends.append(
            ENDS.index(Outcome(course.end)) if is_over and course.end in ENDS else -1
        )
    told: dict[str, Any] = {"name": name, "n": len(rows)}
    told["came"] = {str(end): ends.count(k) for k, end in enumerate(ENDS)}
    if len(rows) < FEWEST:
        return told
    curves = risk_curves(days=days, end=ends, ends=len(ENDS))
    return told | _drawn(curves) | {"model": _model(rows)}


def _drawn(curves: RiskCurves) -> dict[str, Any]:
    """The curves every six weeks, as far as anybody was watched."""
    weeks = [week for week in WEEKS if week * 7 <= curves.times[-1]]
    days = np.array(weeks) * 7.0
    _open, ends, _error, _errors = curves.at(days)
    low, high = curves.interval()
    place = np.searchsorted(curves.times, days, side="right")
    none = np.zeros((1, ends.shape[1]))
    lows, highs = np.vstack([none, low])[place], np.vstack([none, high])[place]
    watched = np.append(curves.at_risk, 0)[
        np.searchsorted(curves.times, days, side="left")
    ]
    return {
        "weeks": weeks,
        "at_risk": watched.tolist(),
        "ends": {
            str(end): np.round(
                np.column_stack([ends[:, k], lows[:, k], highs[:, k]]), 4
            ).tolist()
            for k, end in enumerate(ENDS)
        },
    }


def _model(rows: Sequence[Replayed]) -> dict[str, Any]:
    """The mean of what the model said of the same deals on the same days."""
    said = np.array([row.curve for row in rows if row.curve is not None])
    mean = said.mean(axis=0)
    return {
        "weeks": list(CURVE_WEEKS),
        "n": len(said),
        "ends": {str(end): np.round(mean[k], 4).tolist() for k, end in enumerate(ENDS)},
    }


def _dwell(place: int, stays: Sequence[Stay], *, model: LoadedModel) -> dict[str, Any]:
    """How long people stayed in one phase, and where they went."""
    mine = [stay for stay in stays if stay.phase == place]
    seen = Counter(stay.move for stay in mine if stay.move is not None)
    told: dict[str, Any] = {
        "anchor": ANCHORS[place],
        "n": len(mine),
        "ended": sum(seen.values()),
        "moves": {move.name.lower(): seen[move] for move in Move},
        "model_days": _model_days(ANCHORS[place], model=model),
    }
    curves = dwell_curves(mine)
    if curves is None or len(mine) < FEWEST:
        return told
    left = 1 - curves.open
    return told | {
        "median": _first_day(curves, left >= 0.5),
        "quarter": _first_day(curves, left >= 0.25),
        "shares": {
            move.name.lower(): round(float(curves.ends[-1, move]), 4) for move in Move
        },
    }


def _first_day(curves: RiskCurves, is_there: Any) -> float | None:
    return round(float(curves.times[is_there.argmax()]), 1) if is_there.any() else None


def _model_days(anchor: str, *, model: LoadedModel) -> float:
    """The mean stay of a mid-size deal, over all phases of that anchor."""
    rates = -np.diag(np.asarray(model.generator))
    days = [
        1 / rate
        for own, rate in zip(model.anchors, rates, strict=True)
        if own == anchor and rate > 0
    ]
    return round(float(sum(days)), 1)


def _mix(rows: Sequence[Replayed]) -> list[dict[str, Any]]:
    """Where the people of open deals stood, on each day that was looked at."""
    by_day = defaultdict(list)
    for row in rows:
        if row.mix is not None:
            by_day[row.on].append(row.mix)
    return [
        {
            "on": str(day),
            "n": len(mixes),
            "shares": np.round(np.mean(mixes, axis=0), 4).tolist(),
        }
        for day, mixes in sorted(by_day.items())
    ]


def _stages(rows: Sequence[Replayed]) -> list[dict[str, Any]]:
    """The seller's stage against where the buyers stood, in deals as last seen."""
    last: dict[UUID, Replayed] = {}
    for row in sorted(rows, key=lambda each: each.on):
        if row.stage and row.place is not None:
            last[row.opportunity_id] = row
    counts: dict[str, list[int]] = {}
    for row in last.values():
        line = counts.setdefault(row.stage, [0] * len(ANCHORS))
        line[min(round(row.place or 0.0), len(ANCHORS) - 1)] += 1
    return [
        {"stage": stage, "n": sum(line), "phases": line}
        for stage, line in sorted(counts.items(), key=lambda each: -sum(each[1]))
    ]
