"""What happened to deals and people, beside what the model expects of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from accounts.queries import visible_owners
from forecasting.models import AccuracyReport, AccuracyRun
from forecasting.queries.accuracy import scope_for, win_rate
from forecasting.queries.listed import labels_by_anchor
from forecasting.views.effort import effort_shown
from forecasting.views.phase_ahead import ahead_shown
from opportunities.models import Outcome

PAGE = "forecasting/insights.html"
BANDS = {
    "early": gettext_lazy("Early: nothing or little moves yet"),
    "middle": gettext_lazy("Midway: resolved, or setting criteria"),
    "late": gettext_lazy("Late: comparing, settling doubts, committing"),
}


@require_safe
@member("forecast.see")
def insights(request: WorkspaceRequest, slug: str) -> HttpResponse:
    seen = visible_owners(request.membership)
    report = AccuracyReport.objects.order_by("-computed_at", "-id").first()
    scope = scope_for(report.body, seen) if report is not None else None
    labels = labels_by_anchor()
    told = scope.get("insights") if scope is not None else None
    context: dict[str, Any] = {
        "sees_all": seen is None,
        "rate": win_rate(request.membership),
        "report": report,
        "is_hidden": report is not None and scope is None,
        "is_asked": AccuracyRun.objects.filter(given_up_at__isnull=True).exists(),
        "may_ask": "accuracy.ask" in permissions_of(request.membership),
        "team": scope.get("name", "") if scope is not None else "",
        "labels": list(labels.values()),
    }
    if scope is not None:
        context["effort"] = effort_shown(
            scope.get("effort"),
            labels=list(labels.values()),
            workspace=request.workspace,
        )
    if told is not None:
        context |= _told(told, labels=labels)
    return render_page(request, PAGE, context)


def _told(told: Mapping[str, Any], *, labels: Mapping[str, str]) -> dict[str, Any]:
    ends = _ends()
    return {
        "told": told,
        "until": date.fromisoformat(told["until"]),
        "ends": list(ends.values()),
        "bands": [_band(band, ends=ends) for band in told["bands"]],
        "dwell": [line | {"label": labels[line["anchor"]]} for line in told["dwell"]],
        "ahead": ahead_shown(told.get("ahead")),
        "mix": [day | {"on": date.fromisoformat(day["on"])} for day in told["mix"]],
        "mix_chart": {
            "days": [day["on"] for day in told["mix"]],
            "shares": [day["shares"] for day in told["mix"]],
            "labels": list(labels.values()),
            "words": {"of": _("Where buyers stood")},
        },
    }


def _band(band: Mapping[str, Any], *, ends: Mapping[str, str]) -> dict[str, Any]:
    """A band with the lines of its table and what its chart draws."""
    shown: dict[str, Any] = {
        **band,
        "label": str(BANDS[band["name"]]),
        "came": [(ends[end], n) for end, n in band["came"].items()],
        "lines": [],
    }
    if "weeks" not in band:
        return shown
    foretold = band["model"]
    shown["lines"] = list(_lines(band))
    shown["chart"] = {
        "weeks": band["weeks"],
        "at_risk": band["at_risk"],
        "ends": [
            {
                "key": end,
                "name": ends[end],
                "rows": rows,
                "model": foretold["ends"][end],
            }
            for end, rows in band["ends"].items()
        ],
        "model_weeks": foretold["weeks"],
        "words": {
            "weeks": _("weeks since the deal was first seen there"),
            "model": _("foretold"),
            "at_risk": _("still watched"),
            "interval": _("95 %% interval") % {},
        },
    }
    return shown


def _lines(band: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    weeks, foretold = band["model"]["weeks"], band["model"]["ends"]
    for place, week in enumerate(band["weeks"]):
        yield {
            "week": week,
            "at_risk": band["at_risk"][place],
            "ends": [
                {
                    "value": rows[place][0],
                    "low": rows[place][1],
                    "high": rows[place][2],
                    "model": _between(weeks, foretold[end], week),
                }
                for end, rows in band["ends"].items()
            ],
        }


def _between(weeks: list[int], values: list[float], week: int) -> float:
    """The foretold chance by a week, in a straight line between those that were kept."""
    after = next(place for place, each in enumerate(weeks) if each >= week)
    if weeks[after] == week:
        return values[after]
    part = (week - weeks[after - 1]) / (weeks[after] - weeks[after - 1])
    return values[after - 1] + part * (values[after] - values[after - 1])


def _ends() -> dict[str, str]:
    return {
        str(end): str(end.label)
        for end in (Outcome.WON, Outcome.LOST, Outcome.NO_DECISION)
    }
