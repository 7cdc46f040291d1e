"""How right the forecast was: beside others, over time, frozen before it came true."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from accounts.queries import visible_owners
from forecasting.actions.accuracy import ask_for_accuracy
from forecasting.engine.recalibration import FEWEST
from forecasting.models import (
    AccuracyReport,
    AccuracyRun,
    CalibrationVersion,
    MapStatus,
)
from forecasting.queries.accuracy import scope_for, win_rate
from forecasting.queries.backtest import FEWEST_CLOSED, Rival, Verdict
from forecasting.queries.frozen import FEWEST_PERIODS, LEADS
from forecasting.queries.maps import (
    DOUBTED_FILE,
    EXPERT_MAP,
    examples,
    kept_despite_the_file,
    loaded_map,
)

PAGE = "forecasting/accuracy.html"
MAPS_SHOWN = 20
OURS: str | Promise = gettext_lazy("readiness forecast")
# How a sentence names them: "better than …".
RIVALS: Mapping[str, str | Promise] = {
    Rival.BASE_RATE: gettext_lazy("the base rate"),
    Rival.STAGE: gettext_lazy("your stages"),
    Rival.SELLER: gettext_lazy("the sellers' own percentages"),
    Rival.ACTIVITY: gettext_lazy("the number of contacts"),
}
TONES = {Verdict.BETTER: "good", Verdict.WORSE: "bad"}


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict in words, with what it rests on."""

    name: str
    tone: str
    title: str
    text: str
    n: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table of scores."""

    name: str
    is_ours: bool
    score: Mapping[str, Any]


@require_safe
@member("forecast.see")
def accuracy(request: WorkspaceRequest, slug: str) -> HttpResponse:
    seen = visible_owners(request.membership)
    run = AccuracyRun.objects.first()
    context: dict[str, Any] = {
        "sees_all": seen is None,
        "may_ask": "accuracy.ask" in permissions_of(request.membership),
        "rate": win_rate(request.membership),
        "run": run if run is None or run.given_up_at is None else None,
        "given_up_at": run and run.given_up_at,
        "progress": _progress(run),
        "minimum": FEWEST_CLOSED,
        "minimum_periods": FEWEST_PERIODS,
    }
    report = AccuracyReport.objects.order_by("-computed_at", "-id").first()
    tried = report.body.get("map") if report is not None and seen is None else None
    context |= _maps(request, tried)
    scope = scope_for(report.body, seen) if report is not None else None
    context["is_hidden"] = report is not None and scope is None
    if scope is not None:
        context |= {"report": report, "team": scope.get("name", "")} | _told(scope)
    return render_page(request, PAGE, context, partial="working")


@require_POST
@member("accuracy.ask")
def ask(request: WorkspaceRequest, slug: str) -> HttpResponse:
    ask_for_accuracy(
        workspace=request.workspace, by=request.membership, now=timezone.now()
    )
    messages.success(request, _("The forecasts are being scored."))
    return see_other("forecasting:accuracy", slug=slug)


def _progress(run: AccuracyRun | None) -> tuple[int, int] | None:
    """How many of how many days are done; None until the worker began."""
    if run is None or run.days is None:
        return None
    return run.done.count(), len(run.days)


def _maps(request: WorkspaceRequest, tried: Mapping[str, Any] | None) -> dict[str, Any]:
    """The map in force in words, the ones that may come into it, and the last trial."""
    rows = list(CalibrationVersion.objects.order_by("-created_at", "-pk")[:MAPS_SHOWN])
    active = next((row for row in rows if row.status == MapStatus.ACTIVE), None)
    horizons = sorted(LEADS)
    loaded = EXPERT_MAP if active is None else loaded_map(active)
    return {
        "maps": rows,
        "active_map": active,
        "horizons": horizons,
        "examples": examples(loaded, horizons=horizons),
        "doubted_file": DOUBTED_FILE,
        "kept": kept_despite_the_file(loaded, horizons=horizons),
        "tried": tried,
        "minimum_scored": FEWEST,
        "may_map": "model.manage" in permissions_of(request.membership),
    }


def _told(body: Mapping[str, Any]) -> dict[str, Any]:
    replay = body["replay"]
    told: dict[str, Any] = {
        "replay": replay,
        "drift": [
            line | {"starts_on": date.fromisoformat(line["starts_on"])}
            for line in body["drift"]
        ],
        "frozen": body.get("frozen"),
    }
    if replay is None:
        return told
    missing = max(0, replay["minimum_closed"] - replay["closed"])
    return told | {
        "missing": missing,
        "verdicts": [] if missing else list(_verdicts(replay)),
        "lines": list(_lines(replay)),
        "chart": _chart(replay["reliability"]),
    }


def _verdicts(replay: Mapping[str, Any]) -> Iterator[Said]:
    for name, baseline in _in_order(replay["baselines"]):
        rival = str(RIVALS[name])
        yield Said(
            name=name,
            tone=TONES.get(baseline["verdict"], ""),
            title=_title(baseline["verdict"], rival),
            text=_sentence(replay, baseline, rival),
            n=baseline["n_compared"],
        )


def _in_order(
    baselines: Mapping[str, Mapping[str, Any]],
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return [(name, baselines[name]) for name in RIVALS if name in baselines]


def _title(verdict: str, rival: str) -> str:
    titles = {
        Verdict.BETTER: _("Better than %(rival)s"),
        Verdict.WORSE: _("Not better than %(rival)s: worse"),
        Verdict.UNDECIDED: _("Not told apart from %(rival)s"),
    }
    return titles[Verdict(verdict)] % {"rival": rival}


def _sentence(
    replay: Mapping[str, Any], baseline: Mapping[str, Any], rival: str
) -> str:
    """What was found, by how much, on how many; the interval never left out."""
    gap = baseline["readiness_minus_this"]
    sentences = {
        Verdict.BETTER: _(
            "On your %(closed)s closed deals the readiness forecast was better than"
            " %(rival)s: its Brier score is lower by %(by)s (95 %% interval %(low)s to"
            " %(high)s; %(n)s forecasts compared)."
        ),
        Verdict.WORSE: _(
            "On your %(closed)s closed deals the readiness forecast was not better than"
            " %(rival)s but worse: its Brier score is higher by %(by)s (95 %% interval"
            " %(low)s to %(high)s; %(n)s forecasts compared)."
        ),
        Verdict.UNDECIDED: _(
            "On your %(closed)s closed deals the readiness forecast could not be told"
            " apart from %(rival)s: the difference of the Brier scores is %(by)s (95 %%"
            " interval %(low)s to %(high)s; %(n)s forecasts compared)."
        ),
    }
    verdict = Verdict(baseline["verdict"])
    value, low, high = gap["value"], gap["low"], gap["high"]
    if verdict == Verdict.BETTER:
        value, low, high = -value, -high, -low
    return sentences[verdict] % {
        "closed": replay["closed"],
        "rival": rival,
        "by": _figure(value),
        "low": _figure(low),
        "high": _figure(high),
        "n": baseline["n_compared"],
    }


def _figure(value: float) -> str:
    return str(number_format(value, decimal_pos=3))


def _lines(replay: Mapping[str, Any]) -> Iterator[Line]:
    yield Line(str(OURS), is_ours=True, score=replay["readiness"])
    for name, baseline in _in_order(replay["baselines"]):
        yield Line(str(RIVALS[name]), is_ours=False, score=baseline)


def _chart(bins: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "bins": [
            [
                each["said"],
                each["happened"]["value"],
                each["happened"]["low"],
                each["happened"]["high"],
                each["n"],
            ]
            for each in bins
        ],
        "words": {
            "said": _("Said"),
            "happened": _("Won"),
            "perfect": _("As said"),
            "band": _("95 % band"),
            "bins": _("Forecasts of about the same chance"),
        },
    }
