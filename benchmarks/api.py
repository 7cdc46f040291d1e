"""The API's list beside a bare view with the same bytes; its last page beside its first."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.http.request import Refusals
from accounts.models import Membership, Role, User, Workspace
from accounts.rest.columns import money_of
from accounts.rest.rendering import OPTIONS
from accounts.rest.views import CreatingView, ListView
from forecasting.api.opportunities import OPPORTUNITIES
from forecasting.models import Outlook
from opportunities.api import COMPANIES
from opportunities.models import Company, Opportunity
from stakeholders.models import ANCHORS

DEALS, COMPANY_ROWS, ROUNDS = 5_000, 100_000, 60
MOMENT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def build() -> Membership:
    """A workspace with deals, each with its outlook, and many companies."""
    workspace = Workspace.objects.create(slug=uuid7().hex, name="x", created_at=MOMENT)
    user = User.objects.create(email="bench@example.com", name="Bench")
    with tenancy.workspace(workspace):
        member = Membership.objects.create(
            workspace=workspace,
            user=user,
            name="Bench",
            roles=[str(Role.ADMIN)],
            created_at=MOMENT,
        )
        companies = Company.objects.bulk_create(
            [Company(name=f"Company {n}") for n in range(COMPANY_ROWS)],
            batch_size=5_000,
        )
        deals = Opportunity.objects.bulk_create(
            [
                Opportunity(
                    name=f"Deal {n}",
                    company=companies[n],
                    owner=member,
                    opened_on=date(2026, 1, 1),
                    amount=1_000 + n,
                    currency="EUR",
                )
                for n in range(DEALS)
            ],
            batch_size=5_000,
        )
        Outlook.objects.bulk_create([outlook(deal) for deal in deals])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return member


def outlook(deal: Opportunity) -> Outlook:
    return Outlook(
        opportunity=deal,
        refreshed_at=MOMENT,
        computed_at=MOMENT,
        target_on=date(2026, 6, 30),
        target_basis="period",
        won_by_target_probability=0.31,
        constraint_kind="veto",
        phase_mix=[0.1, 0.2, 0.3, 0.1, 0.1, 0.1, 0.1],
        coverage=0.5,
        people_count=6,
        heard_count=3,
        symptoms="1 3",
    )


def bare(request: HttpRequest) -> HttpResponse:
    """The least a Django view can do for the same bytes."""
    member: Membership = request.membership  # type: ignore[attr-defined]
    columns = OPPORTUNITIES.columns
    names = {
        source: name
        for name, column in columns.items()
        for source in column.sources
        if column.make is None
    }
    rows = Opportunity.objects.visible_to(member).order_by("pk")
    sources = {source for column in columns.values() for source in column.sources}
    made = []
    for row in rows.values(*sources)[:51]:
        answer = {name: row[source] for source, name in names.items()}
        answer["amount"] = money_of(row["amount"], row["currency"])
        answer["won_amount"] = money_of(row["won_amount"], row["currency"])
        mix = row["outlooks__phase_mix"]
        answer["phase_mix"] = (
            None if mix is None else dict(zip(ANCHORS, mix, strict=True))
        )
        answer["symptoms"] = (row["outlooks__symptoms"] or "").split()
        for name in TEXTS:
            answer[name] = row[columns[name].sources[0]] or None
        made.append({name: answer[name] for name in columns})
    body = {"results": made[:50], "next": "x" * CURSOR}
    return HttpResponse(orjson.dumps(body, option=OPTIONS), "application/json")


TEXTS = (
    *("importance", "buying_class", "lost_to", "external_id", "target_basis"),
    "constraint",
)
CURSOR = 120


def listing(base: type[ListView], resource: Any) -> Callable[..., Any]:
    given = {
        "resource": resource,
        "permission": resource.permission,
        "scope": "bench:read",
    }
    view: Any = type("Listed", (base,), given)
    answer: Callable[..., Any] = view.as_view()
    return answer


def asked(member: Membership, query: str = "") -> Any:
    """A request as the door leaves it behind."""
    request: Any = RequestFactory().get(f"/api/v1/x{query}")
    request.workspace, request.membership = member.workspace, member
    request.program, request.allowance = None, None
    request.refusals, request.user = Refusals(), member.user
    return request


def answered(view: Callable[..., Any], member: Membership, query: str = "") -> Any:
    response = view(asked(member, query))
    if hasattr(response, "render"):
        response.render()
    if response.status_code != 200:
        raise RuntimeError(f"answered {response.status_code}")
    return response


def seconds(*works: Callable[[], Any]) -> list[float]:
    """The median of each, taken in turns: what else the machine does hits all alike."""
    times: list[list[float]] = [[] for _work in works]
    for _round in range(ROUNDS):
        for work, own in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            own.append(time.perf_counter() - start)
    return [sorted(own)[ROUNDS // 2] for own in times]


def run() -> dict[str, float]:
    """Both views in one process, in one open workspace; ratios are what counts."""
    member = build()
    deals = listing(CreatingView, OPPORTUNITIES)
    companies = listing(CreatingView, COMPANIES)
    with tenancy.workspace(member.workspace), timezone.override("UTC"):
        ours = orjson.loads(answered(deals, member).content)["results"]
        theirs = orjson.loads(answered(bare, member).content)["results"]
        if ours != theirs:
            raise RuntimeError("the two views answer different rows")
        plain, list_ = seconds(
            lambda: answered(bare, member), lambda: answered(deals, member)
        )
        first, last = seconds(
            lambda: answered(companies, member),
            _page(companies, member, number=1_000),
        )
    return {
        "bare view, 50 deals, ms": plain * 1e3,
        "API, 50 deals, ms": list_ * 1e3,
        "throughput of the API, share of the bare view's": plain / list_,
        "first page of 50 companies, ms": first * 1e3,
        "page 1,000 of 50 companies, ms": last * 1e3,
        "page 1,000 beside page 1": last / first,
    }


def _page(
    view: Callable[..., Any], member: Membership, *, number: int
) -> Callable[[], Any]:
    query = ""
    for _step in range(number - 1):
        cursor = orjson.loads(answered(view, member, query).content)["next"]
        query = f"?cursor={cursor}"
    return lambda: answered(view, member, query)
