"""The queue of a manager, and of one rep, with 5,000 open prompts in a workspace."""

import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import create_workspace
from accounts.models import Membership, User
from coaching.models import Play, Prompt, Situation
from opportunities.models import Company, Opportunity
from stakeholders.models import Person, Stakeholder

DEALS, PEOPLE_A_DEAL, PROMPTS = 1_250, 4, 5_000
TURNS = 15


def run() -> dict[str, float]:
    now, workspace_id = datetime.now(UTC), uuid7()
    user = User.objects.create_user(f"{workspace_id.hex}@example.com", uuid7().hex)
    with tenancy.workspace(workspace_id):
        member = create_workspace(id=workspace_id, name="Bench", user=user, now=now)
        fill(member, now=now)
        last = Prompt.objects.select_related("play").order_by("weight", "-pk")[0]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(user)
    home = f"/w/{member.workspace.slug}/coaching"
    figures: dict[str, float] = {"open prompts": PROMPTS}
    with override_settings(ALLOWED_HOSTS=["*"]):
        for name, url in {
            "everybody's": home,
            "one rep's": f"{home}?owner_id={member.pk}",
            "one situation": f"{home}?play={last.play.situation}",
            "the last of ten pages": page(client, home, pages=10),
        }.items():
            figures |= measure(client, name, url)
    return figures


def page(client: Client, home: str, *, pages: int) -> str:
    """Where the link to the next page leads after so many."""
    url = home
    for _turn in range(pages - 1):
        (following,) = re.findall(r'href="(\?[^"]*after=[^"]+)"', client.get(url).text)
        url = home + unescape(following)
    return url


def measure(client: Client, name: str, url: str) -> dict[str, float]:
    client.get(url)
    seconds, own = [], []
    for _turn in range(TURNS):
        start, cpu = time.perf_counter(), time.process_time()
        assert client.get(url).status_code == 200  # noqa: S101 -- else nothing is measured
        seconds.append(time.perf_counter() - start)
        own.append(time.process_time() - cpu)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return {
        f"{name}, ms": median(seconds) * 1000,
        f"{name}, least ms": min(seconds) * 1000,
        f"{name}, the process's own ms": median(own) * 1000,
        f"{name}, statements": len(queries),
    }


def fill(member: Membership, *, now: datetime) -> None:
    day, here = now.date(), {"workspace_id": member.workspace_id}
    plays = list(
        Play.objects.filter(situation__in=[Situation.HEARD, Situation.UNHEARD])
        .filter(role="")
        .order_by("code")
    )
    company = Company.objects.create(name="Delta")
    deals = Opportunity.objects.bulk_create(
        Opportunity(
            name=f"Deal {n}", company=company, owner=member, opened_on=day, **here
        )
        for n in range(DEALS)
    )
    people = Person.objects.bulk_create(
        Person(name=f"Person {n}", company=company, **here) for n in range(PROMPTS)
    )
    seats = Stakeholder.objects.bulk_create(
        Stakeholder(opportunity=deals[n % DEALS], person=person, joined_on=day, **here)
        for n, person in enumerate(people)
    )
    words: dict[str, Any] = {
        "joined_on": str(day),
        "probability": 0.6,
        "last_heard_at": now.timestamp(),
        "signals": ["B04", "B13"],
        "signal_count": 2,
    }
    Prompt.objects.bulk_create(
        Prompt(
            opportunity_id=seat.opportunity_id,
            stakeholder=seat,
            play=plays[n % len(plays)],
            words=words | {"anchor": plays[n % len(plays)].anchor},
            evidence_hash=f"{n:064x}",
            opened_at=now - timedelta(hours=n % 300),
            weight=(n * 7919 % PROMPTS) / PROMPTS,
            **here,
        )
        for n, seat in enumerate(seats)
    )
