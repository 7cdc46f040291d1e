"""Maps of a workspace's own: tried on frozen forecasts, offered, put in force by a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership, Workspace
from forecasting.engine.calibration import CalibrationMap
from forecasting.engine.portfolio import DidNotConverge
from forecasting.engine.recalibration import MapTrial, MapVerdict, Past, tried
from forecasting.models import CalibrationVersion, MapStatus
from forecasting.queries.frozen import LEADS, past_of
from forecasting.queries.maps import EXPERT_MAP, LoadedMap, active_map
from opportunities.actions import request_recomputes
from opportunities.models import Opportunity


class InForceAlready(Exception):
    """That map is the one in force."""


@transaction.atomic
def try_map(*, workspace: Workspace, now: datetime) -> dict[str, Any]:
    """Fit a map for each horizon; offer it where it foretold later forecasts better.

    What comes of it is told for the report, whether a map is offered or not. An offer
    that nobody took is replaced by a newer one.
    """
    today, in_force = workspace.today(now), active_map()
    pasts = {n: past_of(n, workspace=workspace, today=today) for n in sorted(LEADS)}
    trials = {n: _tried(past, in_force.at(n)) for n, past in pasts.items()}
    offered = None
    CalibrationVersion.objects.filter(status=MapStatus.OFFERED).delete()
    if any(trial.verdict is MapVerdict.BETTER for trial in trials.values()):
        offered = CalibrationVersion.objects.create(
            version=_free_version(f"map {today}"),
            status=MapStatus.OFFERED,
            knots=_knots(trials, in_force=in_force),
            floor=EXPERT_MAP.at(0).floor,
            trials=_told(trials),
            last_seen_on=_last_known(pasts.values()),
            created_at=now,
        )
        record(verb="calibration_map.offered", subject=offered, by=None, at=now)
    return {
        "in_force": in_force.version,
        "offered": offered.version if offered else "",
        "trials": _told(trials),
    }


@transaction.atomic
def activate_map(*, row: CalibrationVersion, by: Membership, now: datetime) -> None:
    """Put a map in force, a new one or one that was so before.

    The open deals are computed again.

    :raises InForceAlready: when it is.
    """
    rows = CalibrationVersion.objects.select_for_update().order_by("pk")
    held = {each.pk: each for each in rows}
    mine = held.get(row.pk)
    if mine is None or mine.status == MapStatus.ACTIVE:
        raise InForceAlready(_("This map is in force already, or a newer one came."))
    before = _retire()
    mine.status, mine.activated_at = MapStatus.ACTIVE, now
    mine.save(update_fields=["status", "activated_at"])
    _recompute_all(
        mine, verb="calibration_map.activated", before=before, by=by, now=now
    )


@transaction.atomic
def return_to_expert_map(*, by: Membership, now: datetime) -> None:
    """Put the expert default in force again.

    :raises InForceAlready: when it is.
    """
    rows = CalibrationVersion.objects.select_for_update()
    active = rows.filter(status=MapStatus.ACTIVE).first()
    if active is None:
        raise InForceAlready(_("The expert map is in force already."))
    before = _retire()
    _recompute_all(
        active, verb="calibration_map.rolled_back", before=before, by=by, now=now
    )


def _retire() -> str:
    """Take the map in force out of it; return its name."""
    before = active_map().version
    active = CalibrationVersion.objects.filter(status=MapStatus.ACTIVE)
    active.update(status=MapStatus.RETIRED)
    return before


def _recompute_all(
    row: CalibrationVersion, *, verb: str, before: str, by: Membership, now: datetime
) -> None:
    record(
        verb=verb,
        subject=row,
        by=by,
        at=now,
        before={"version": before},
        after={"version": active_map().version},
    )
    deals = Opportunity.objects.still_open().values_list("pk", flat=True)
    request_recomputes(
        workspace_id=row.workspace_id, opportunity_ids=list(deals), now=now
    )


def _tried(past: Past, in_force: CalibrationMap) -> MapTrial:
    """One that does not settle is none: the scores are shown all the same."""
    try:
        return tried(past, prior=EXPERT_MAP.at(0), in_force=in_force)
    except DidNotConverge:
        return MapTrial(len(past.chance), MapVerdict.NOT_BETTER)


def _knots(
    trials: Mapping[int, MapTrial], *, in_force: LoadedMap
) -> list[dict[str, Any]]:
    """The map of each horizon: what was found better, else what is in force there."""
    knots = []
    for days, trial in trials.items():
        is_learned = trial.verdict is MapVerdict.BETTER
        chosen = (trial.found if is_learned else None) or in_force.at(days)
        knots.append(
            {
                "days": days,
                "intercept": chosen.intercept,
                "slope": chosen.slope,
                "file_weight": chosen.file_weight,
                "is_learned": is_learned,
            }
        )
    return knots


def _told(trials: Mapping[int, MapTrial]) -> list[dict[str, Any]]:
    return [
        {"days": days, **asdict(trial), "verdict": str(trial.verdict)}
        for days, trial in trials.items()
    ]


def _last_known(pasts: Iterable[Past]) -> date:
    """The last day on which an end became known to any of them."""
    days = [int(past.known.max()) for past in pasts if len(past.known)]
    return date.fromordinal(max(days))


def _free_version(wanted: str) -> str:
    taken = set(CalibrationVersion.objects.values_list("version", flat=True))
    names: Sequence[str] = [wanted, *(f"{wanted} ({n})" for n in range(2, 1_000))]
    return next(name for name in names if name not in taken)
