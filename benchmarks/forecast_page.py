"""The forecast of 10,000 open deals: its page, what changed, what if, and the sums behind."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import create_workspace
from accounts.models import Membership, User, Workspace
from forecasting.actions.periods import refresh_periods
from forecasting.models import Forecast, Outlook, Snapshot
from opportunities.models import Opportunity

SMALL, LARGE, OWNERS, TURNS = 1_000, 10_000, 20, 7
WEEKS = np.arange(79)


def run() -> dict[str, float]:
    figures: dict[str, float] = {}
    for deals in (SMALL, LARGE):
        figures |= measure(deals)
    return figures


def measure(deals: int) -> dict[str, float]:
    now, workspace_id = datetime.now(UTC), uuid7()
    user = User.objects.create_user(f"{workspace_id.hex}@example.com", uuid7().hex)
    with tenancy.workspace(workspace_id):
        member = create_workspace(id=workspace_id, name="Bench", user=user, now=now)
        rows = fill(member, deals, now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    start = time.perf_counter()
    with tenancy.workspace(workspace_id):
        workspace = Workspace.objects.get(pk=workspace_id)
        refresh_periods(workspace=workspace, now=now)
    summed = time.perf_counter() - start
    client, home = Client(), f"/w/{member.workspace.slug}/forecast"
    client.force_login(user)
    figures = {f"{deals} deals: all sums of two periods, s": summed}
    with override_settings(ALLOWED_HOSTS=["*"]):
        for name, path in {
            "page": home,
            "what changed": f"{home}/changes",
            "meeting": f"{home}/meeting",
            "what if": f"{home}/what-if?deal={rows[0].pk}&days-x=1",
        }.items():
            # The first look warms caches of templates and tables.
            client.get(path)
            asked: list[str] = []
            with connection.execute_wrapper(noted(asked)):
                answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answers {answer.status_code}.")
            wall, own = timed(partial(client.get, path))
            figures[f"{deals} deals: {name}, ms"] = 1000 * wall
            figures[f"{deals} deals: {name}, ms of CPU"] = 1000 * own
            figures[f"{deals} deals: {name}, queries"] = len(asked)
    return figures


def fill(member: Membership, count: int, *, now: datetime) -> list[Opportunity]:
    """Deals with a forecast each, and two nights of all of them."""
    rng = np.random.default_rng(7)
    told: dict[str, Any] = {"workspace_id": member.workspace_id}
    owners = [member] + [
        Membership(
            workspace_id=member.workspace_id,
            name=f"Rep {n}",
            roles=["rep"],
            created_at=now,
        )
        for n in range(OWNERS - 1)
    ]
    Membership.objects.bulk_create(owners[1:])
    amounts = rng.lognormal(10, 1, count)
    deals = [
        Opportunity(
            name=f"Deal {n}",
            owner=owners[n % OWNERS],
            opened_on=now.date() - timedelta(days=90),
            amount=Decimal(round(amounts[n])),
            currency="EUR",
            **told,
        )
        for n in range(count)
    ]
    Opportunity.objects.bulk_create(deals, batch_size=5_000)
    finals = rng.beta(1, 3, count)
    said = [curves(final) for final in finals]
    versions = {"model_version": "default-1", "map_version": "expert-map-1"}
    ago = now - timedelta(hours=3)
    Forecast.objects.bulk_create(
        [
            Forecast(
                opportunity=deal,
                computed_at=ago,
                starts_at=ago,
                target_on=now.date(),
                target_basis="period",
                won_by_target_probability=finals[n],
                decided_probability=0.5,
                constraint_kind="quorum",
                constraint_gain=0.1,
                engine_version="1",
                inputs_hash=f"{n}",
                **said[n],
                **versions,
                **told,
            )
            for n, deal in enumerate(deals)
        ],
        batch_size=1_000,
    )
    for days in (7, 0):
        night = now - timedelta(days=days, hours=5)
        Snapshot.objects.bulk_create(
            [
                Snapshot(
                    opportunity=deal,
                    taken_on=night.date(),
                    starts_at=night,
                    owner=deal.owner,
                    outcome="open",
                    amount=deal.amount,
                    currency="EUR",
                    amount_spread=0.4,
                    rate_to_base=1,
                    # One deal in three has had news since.
                    inputs_hash=f"{n if n % 3 else -n}",
                    **said[n],
                    **versions,
                    **told,
                )
                for n, deal in enumerate(deals)
            ],
            batch_size=1_000,
        )
    Outlook.objects.bulk_create(
        [
            Outlook(
                opportunity=deal,
                refreshed_at=now,
                computed_at=now,
                amount=deal.amount,
                amount_sort=float(deal.amount or 0),
                currency="EUR",
                constraint_kind="quorum",
                **told,
            )
            for deal in deals
        ],
        batch_size=2_000,
    )
    return deals


def curves(final: float) -> dict[str, list[float]]:
    """Won rises to its end; of the rest half goes to the other two ends."""
    rising = 1 - np.exp(-WEEKS / 30)
    return {
        "won": (final * rising).tolist(),
        "lost": ((1 - final) * 0.2 * rising).tolist(),
        "no_decision": ((1 - final) * 0.3 * rising).tolist(),
    }


def noted(asked: list[str]) -> Callable[..., Any]:
    """Note every statement; Django's own log is emptied when a request begins."""

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    return note


def timed(act: Callable[[], Any]) -> tuple[float, float]:
    """The least of some turns, on the clock and of this process alone."""
    turns = []
    for _turn in range(TURNS):
        start, own = time.perf_counter(), time.process_time()
        act()
        turns.append((time.perf_counter() - start, time.process_time() - own))
    return min(turn[0] for turn in turns), min(turn[1] for turn in turns)
