"""The list of 50 deals beside a bare page of the same rows, through the same door."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.test import Client
from django.test.utils import override_settings
from django.urls import include, path
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import create_workspace
from accounts.http.guards import member as guard
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership, User
from forecasting.models import Outlook
from opportunities.models import Company, Opportunity

SMALL, LARGE, TURNS = 1_000, 20_000, 25
BARE = engines["django"].from_string(
    "{{ count }}<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>"
    "{% endfor %}</tr>{% endfor %}</table>"
)
CELLS = (
    *("name", "company__name", "owner__name"),
    *(
        f"outlooks__{name}"
        for name in (
            *("won_by_target_probability", "target_on", "amount", "currency"),
            *("decision_early_on", "decision_median_on", "decision_late_on"),
            *("constraint_kind", "heard_count", "people_count", "last_heard_at"),
        )
    ),
)


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
        fill(member, deals, now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client, home = Client(), f"/w/{member.workspace.slug}"
    client.force_login(user)
    rows = {"HX-Request": "true"}
    with override_settings(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__):
        page = client.get(f"{home}/opportunities", headers=rows)
        listed = timed(lambda: client.get(f"{home}/opportunities", headers=rows))
        bare = timed(lambda: client.get(f"{home}/bare"))
    return {
        f"{deals} deals: rows alone, kB": len(page.content) / 1000,
        f"{deals} deals: list, ms": listed * 1000,
        f"{deals} deals: bare template, ms": bare * 1000,
        f"{deals} deals: … times the bare one": listed / bare,
    }


def fill(member: Membership, count: int, *, now: datetime) -> None:
    company = Company.objects.create(name="Delta")
    day = now.date()
    deals = Opportunity.objects.bulk_create(
        [
            Opportunity(
                name=f"Deal {n}",
                company=company,
                owner=member,
                opened_on=day,
                workspace_id=member.workspace_id,
            )
            for n in range(count)
        ],
        batch_size=5_000,
    )
    told: dict[str, Any] = {
        "refreshed_at": now,
        "computed_at": now,
        "target_on": day,
        "target_basis": "period",
        "decision_early_on": day,
        "decision_median_on": day,
        "decision_late_on": day,
        "constraint_kind": "quorum",
        "amount": Decimal(1000),
        "amount_sort": 1000.0,
        "currency": "EUR",
        "phase_mix": [0.1, 0.1, 0.2, 0.2, 0.2, 0.1, 0.1],
        "heard_count": 3,
        "people_count": 6,
        "seat_count": 6,
    }
    Outlook.objects.bulk_create(
        [
            Outlook(
                opportunity=deal,
                workspace_id=member.workspace_id,
                won_by_target_probability=n / count,
                last_heard_at=now - timedelta(hours=n % 900),
                **told,
            )
            for n, deal in enumerate(deals)
        ],
        batch_size=5_000,
    )


@guard("deal.see")
def bare(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The same rows and how many there are, by the plainest template there is."""
    rows = Opportunity.objects.visible_to(request.membership).still_open()
    page = rows.order_by("-outlooks__won_by_target_probability", "pk")
    context = {"rows": list(page.values_list(*CELLS)[:50]), "count": rows.count()}
    return HttpResponse(BARE.render(context, request))


urlpatterns = [path("w/<slug:slug>/bare", bare), path("", include("buyreadiness.urls"))]


def timed(act: Callable[[], Any]) -> float:
    seconds = []
    for _turn in range(TURNS):
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    return median(seconds)
