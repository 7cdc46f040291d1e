"""The API of one workspace while the others become a hundred times as many."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import create_workspace
from accounts.models import Membership, Role, User, Workspace
from benchmarks.api import MOMENT, outlook
from benchmarks.day import CODES, fill, timed
from forecasting.models import Outlook
from opportunities.models import Opportunity

FEW, MANY, DEALS, TURNS = 10, 1_000, 50, 100
ROOT = "/api/v1"


def run() -> dict[str, float]:
    now, workspace_id = datetime.now(UTC), uuid7()
    user = User.objects.create_user(f"{workspace_id.hex}@example.com", uuid7().hex)
    with tenancy.workspace(workspace_id):
        member = create_workspace(id=workspace_id, name="Bench", user=user, now=now)
        deal, people = fill(member, now=now)
        add_deals(member)
    api = signed_in(member)
    calls: dict[str, Callable[[], Any]] = {
        "list of 50": lambda: api("get", "opportunities?limit=50"),
        "one deal": lambda: api("get", f"opportunities/{deal.pk}"),
        "log of one person": lambda: api("post", "interactions", told(people[:1])),
        "log of 3 people, 5 signals": lambda: api("post", "interactions", told(people)),
    }
    with override_settings(ALLOWED_HOSTS=["*"], API_LIMIT_PER_CALLER=0):
        add_neighbours(FEW - 1)
        few = {name: least(call) for name, call in calls.items()}
        add_neighbours(MANY - FEW)
        many = {name: least(call) for name, call in calls.items()}
    figures: dict[str, float] = {}
    for name, (seconds, statements) in many.items():
        before, statements_before = few[name]
        if statements != statements_before:
            raise RuntimeError(f"{name}: {statements_before} statements became more")
        figures |= {
            f"{name}, {FEW} workspaces, ms": before * 1e3,
            f"{name}, {MANY} workspaces, ms": seconds * 1e3,
            f"… as a ratio ({name})": seconds / before,
            f"… its statements ({name}), the door's included": statements,
        }
    return figures


def least(call: Callable[[], Any]) -> tuple[float, int]:
    """The quietest of many, since the two to compare are minutes apart; and its statements."""
    _median, statements = timed(call)
    took = []
    for _turn in range(TURNS):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return min(took), statements


def signed_in(member: Membership) -> Callable[..., Any]:
    client, user = Client(), cast(User, member.user)
    client.force_login(user)
    headers = {"X-Workspace": member.workspace.slug}

    def call(method: str, path: str, body: Any = None) -> Any:
        more = {"data": body, "content_type": "application/json"} if body else {}
        answer = getattr(client, method)(f"{ROOT}/{path}", headers=headers, **more)
        if answer.status_code not in {200, 201}:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return answer

    return call


def told(people: list[Any]) -> dict[str, Any]:
    """A conversation with at most three people, five signals among them."""
    some = people[:3]
    return {
        "opportunity": str(some[0].opportunity_id),
        "occurred_at": datetime.now(UTC).isoformat(),
        "channel": "call",
        "participants": [
            {
                "stakeholder": str(who.pk),
                "signals": [{"code": code} for code in CODES[place :: len(some)]],
            }
            for place, who in enumerate(some)
        ],
    }


def add_neighbours(number: int) -> None:
    """Workspaces with deals of their own."""
    for _ in range(number):
        workspace = Workspace.objects.create(
            slug=uuid7().hex, name="x", created_at=MOMENT
        )
        with tenancy.workspace(workspace):
            add_deals(
                Membership.objects.create(
                    workspace=workspace,
                    name="Seat",
                    roles=[str(Role.REP)],
                    created_at=MOMENT,
                )
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def add_deals(owner: Membership) -> None:
    """Deals, each with its outlook."""
    deals = Opportunity.objects.bulk_create(
        Opportunity(
            name=f"Deal {number}",
            owner=owner,
            opened_on=MOMENT.date(),
            amount=1_000 + number,
            currency="EUR",
        )
        for number in range(DEALS)
    )
    Outlook.objects.bulk_create([outlook(deal) for deal in deals])
