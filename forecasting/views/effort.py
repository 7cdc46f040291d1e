"""What was spent on which phase and per unit won, as the page of insights shows it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from accounts.models import Workspace
from forecasting.engine.effort import cost_per_won


def effort_shown(
    told: Mapping[str, Any] | None, *, labels: Sequence[str], workspace: Workspace
) -> dict[str, Any] | None:
    """Hours, shares and costs; None where the report is older than this part of it.

    The cost of an hour is the one that is set now, so no report waits for it.
    """
    if told is None:
        return None
    per_hour = workspace.cost_per_hour
    cost = None if per_hour is None else float(per_hour)
    effort = told["effort"]
    return {
        **_line(told, cost=cost),
        "since": date.fromisoformat(told["since"]),
        "deals": told["deals"],
        "is_all": told["is_all"],
        "cost_per_hour": per_hour,
        "phases": [
            {
                "label": label,
                "hours": minutes / 60,
                "share": _share(minutes, effort["minutes"]),
            }
            for label, minutes in zip(labels, effort["by_phase"], strict=True)
        ],
        "unplaced": effort["timed"] - effort["placed"],
        "unplaced_hours": effort["unplaced"] / 60,
        "unplaced_share": _share(effort["unplaced"], effort["minutes"]),
        "quarters": [
            {
                "starts_on": date.fromisoformat(each["starts_on"]),
                **_line(each, cost=cost),
            }
            for each in told["quarters"]
        ],
    }


def _line(told: Mapping[str, Any], *, cost: float | None) -> dict[str, Any]:
    effort, won = told["effort"], told["won"]
    minutes = effort["minutes"]
    return {
        "n": effort["n"],
        "timed": effort["timed"],
        "untimed": effort["n"] - effort["timed"],
        "hours": minutes / 60,
        "early_hours": effort["early"] / 60,
        "early": _share(effort["early"], minutes),
        "no_file": effort["without_file"],
        "no_file_hours": effort["without_file_minutes"] / 60,
        "no_file_share": _share(effort["without_file_minutes"], minutes),
        "file_unknown": effort["file_unknown"],
        "file_unknown_hours": effort["file_unknown_minutes"] / 60,
        "won": won["n"],
        "won_unknown": won["unknown"],
        "amount": won["amount"],
        "cost": cost_per_won(minutes=minutes, cost_per_hour=cost, won=won["amount"])
        if effort["timed"]
        else None,
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
