"""`manage.py recompute`: everything of a workspace again from its facts; same digits."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import Workspace
from buyreadiness.management.moments import opened, workspace_named
from buyreadiness.recompute import recompute
from coaching.models import Prompt
from forecasting.actions.periods import refresh_periods
from forecasting.models import Forecast
from opportunities.models import Opportunity
from readiness.models import PhaseReading

DEALS_AT_ONCE = 50


class Command(BaseCommand):
    help = (
        "Compute a workspace again from its facts. What nothing changed stays as it is."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", required=True, metavar="SLUG")

    def handle(self, **options: Any) -> None:
        workspace, now = workspace_named(options["workspace"]), timezone.now()
        with opened(workspace):
            before = _counts()
        deals = sum(_recompute_all(workspace, now=now))
        with opened(workspace):
            after = _counts()
            refusals = refresh_periods(workspace=workspace, now=now)
        made = {name: after[name] - before[name] for name in after}
        self.stdout.write(
            f"{deals} opportunities computed again: {made['readings']} new readings,"
            f" {made['forecasts']} new forecasts, {made['prompts']} new prompts."
        )
        for refusal in refusals:
            self.stdout.write(f"No sums: {refusal}")


def _counts() -> dict[str, int]:
    return {
        "readings": PhaseReading.objects.count(),
        "forecasts": Forecast.objects.count(),
        "prompts": Prompt.objects.count(),
    }


def _recompute_all(workspace: Workspace, *, now: datetime) -> Iterator[int]:
    """Some deals in each transaction: nobody waits for the whole."""
    last: UUID | None = None
    while True:
        with opened(workspace):
            # In the order of their ids, as a worker would lock them.
            rows = Opportunity.objects.select_for_update(of=("self",)).order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            some = list(rows[:DEALS_AT_ONCE])
            for deal in some:
                recompute(opportunity=deal, now=now)
        if not some:
            return
        last = some[-1].pk
        yield len(some)
