"""`manage.py backtest`: what the forecast would have said, beside what came true."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from buyreadiness.management.moments import opened, workspace_named
from buyreadiness.services.refused import Refused
from forecasting.engine.passage import HORIZON_DAYS
from forecasting.queries.accuracy import told
from forecasting.queries.backtest import (
    FEWEST_CLOSED,
    Backtest,
    NothingToReplay,
    Rival,
    Verdict,
    backtest,
)
from forecasting.queries.maps import active_map
from readiness.queries.models import active_model

NAMES: Mapping[Rival, str] = {
    Rival.BASE_RATE: "the base rate",
    Rival.STAGE: "your stages",
    Rival.SELLER: "the sellers' own percentages",
    Rival.ACTIVITY: "the number of contacts",
}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.BETTER: "was better than",
    Verdict.WORSE: "was worse than",
    Verdict.UNDECIDED: "could not be told apart from",
}


class Command(BaseCommand):
    help = "Replay forecasts as of past days and score them against the outcomes."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--horizon", type=int, default=90, metavar="DAYS")
        parser.add_argument("--every", type=int, default=30, metavar="DAYS")
        parser.add_argument("--format", choices=["json"], default="json")

    def handle(self, **options: Any) -> None:
        workspace = workspace_named(options["workspace"])
        horizon, every = options["horizon"], options["every"]
        if not 0 < horizon <= HORIZON_DAYS or every < 1:
            raise Refused(
                f"A horizon has 1 to {HORIZON_DAYS} days, a step at least one."
            )
        with opened(workspace):
            model = active_model()
            try:
                found = backtest(
                    workspace,
                    model=model,
                    horizon=horizon,
                    every=every,
                    now=timezone.now(),
                )
            except NothingToReplay as refusal:
                raise Refused(str(refusal)) from None
            calibration = active_map().before(found.days[-1])
        answer = {
            "workspace": workspace.slug,
            "horizon_days": horizon,
            "every_days": every,
            "model": model.version,
            "map": calibration.version,
            **told(found),
            "verdict": verdict_of(found),
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False))


def verdict_of(found: Backtest) -> str:
    """What came out, in words that promise nothing more."""
    if not found.is_enough:
        return (
            f"Not enough evidence: the end of {found.closed} deals was seen in time,"
            f" and {FEWEST_CLOSED} are the least to judge by."
        )
    sentences = []
    if found.unheard:
        sentences.append(
            f"In {found.unheard} of {found.rows} forecasts nobody on the buyer's side had"
            " been heard: there the readiness forecast has only priors."
        )
    sentences += [
        f"On your {found.deals} deals ({found.closed} of them closed in time) the"
        f" readiness forecast {VERDICTS[each.verdict]} {NAMES[rival]}:"
        f" Brier score {found.ours.brier:.3f} in all,"
        f" {each.gap.value:+.3f} ({each.gap.low:+.3f} to {each.gap.high:+.3f})"
        f" against it on {each.n} forecasts."
        for rival, each in found.against.items()
    ]
    return " ".join(sentences)
