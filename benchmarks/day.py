"""The rep's day: a deal with twelve people opened, a conversation of three people logged."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import create_workspace
from accounts.models import Membership, User
from buyreadiness.recompute import recompute
from opportunities.actions import create_opportunity
from opportunities.models import Opportunity
from readiness.actions.interactions import Contact, Said, Took, log_interaction
from readiness.models import Signal
from stakeholders.actions.people import add_stakeholder, create_person
from stakeholders.models import Interaction, Participation, Stakeholder

PEOPLE, TALKS, TURNS = 12, 40, 25
CODES = ("B03", "B04", "B08", "B13", "B14")
ROLES = ("economic_buyer", "champion", "finance", "user_buyer", "procurement", "coach")


def run() -> dict[str, float]:
    now, workspace_id = datetime.now(UTC), uuid7()
    user = User.objects.create_user(f"{workspace_id.hex}@example.com", uuid7().hex)
    with tenancy.workspace(workspace_id):
        member = create_workspace(id=workspace_id, name="Bench", user=user, now=now)
        deal, people = fill(member, now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client, home = Client(), f"/w/{member.workspace.slug}"
    client.force_login(user)
    page, form = (
        f"{home}/opportunities/{deal.pk}",
        f"{home}/opportunities/{deal.pk}/log",
    )
    with override_settings(ALLOWED_HOSTS=["*"]):
        shown, statements = timed(lambda: client.get(page))
        today, _today_statements = timed(lambda: client.get(f"{home}/"))
        saved, saving = timed(lambda: client.post(form, told(people)))
    bare, _inserts = timed(lambda: insert(member, deal, people))
    return {
        "deal with 12 people, ms": shown * 1000,
        "… its statements, the door's included": statements,
        "Today, ms": today * 1000,
        "log of 3 people and 5 signals, ms": saved * 1000,
        "… statements of the log, the door's included": saving,
        "bare insert of the same, ms": bare * 1000,
        "log over the bare insert, ms": (saved - bare) * 1000,
    }


def fill(member: Membership, *, now: datetime) -> tuple[Opportunity, list[Stakeholder]]:
    """A deal with twelve people and forty conversations, computed."""
    day = now.date() - timedelta(days=200)
    by: dict[str, Any] = {"by": member, "now": now}
    deal = create_opportunity(name="Plan", owner=member, opened_on=day, **by)
    people = [
        add_stakeholder(
            opportunity=deal,
            person=create_person(name=f"Person {number}", **by),
            joined_on=day,
            roles=[ROLES[number % len(ROLES)]],
            **by,
        )
        for number in range(PEOPLE)
    ]
    for number in range(TALKS):
        log_interaction(
            opportunity=deal,
            contact=Contact(
                occurred_at=now - timedelta(days=180 - 4 * number),
                channel="call",
                parts=[
                    Took(people[number % PEOPLE], [Said(CODES[number % len(CODES)])])
                ],
            ),
            zone=member.workspace.zone,
            **by,
        )
    recompute(opportunity=deal, now=now)
    return deal, people


def told(people: list[Stakeholder]) -> dict[str, Any]:
    """What the form sends: three people, five signals."""
    who = [people[place % 3].pk for place in range(5)]
    rows = {
        f"signals-{place}-{name}": value
        for place, pk in enumerate(who)
        for name, value in (("who", pk), ("code", CODES[place]), ("quotation", ""))
    }
    return rows | {
        "signals-TOTAL_FORMS": 5,
        "signals-INITIAL_FORMS": 0,
        "occurred_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M"),
        "channel": "call",
    }


def insert(member: Membership, deal: Opportunity, people: list[Stakeholder]) -> None:
    """The rows alone, as the ORM writes them."""
    now = datetime.now(UTC)
    kept = {"logged_at": now, "logged_by": member}
    with tenancy.workspace(member.workspace), transaction.atomic():
        talk = Interaction.objects.create(
            opportunity=deal, occurred_at=now, channel="call", **kept
        )
        Participation.objects.bulk_create(
            [Participation(interaction=talk, stakeholder=who) for who in people[:3]]
        )
        Signal.objects.bulk_create(
            [
                Signal(
                    interaction=talk,
                    stakeholder=people[place % 3],
                    code=code,
                    occurred_at=now,
                    **kept,
                )
                for place, code in enumerate(CODES)
            ]
        )


def timed(work: Callable[[], Any]) -> tuple[float, int]:
    """The median seconds of a call, after a first one, and its statements."""
    work()
    sent: list[str] = []

    def count(execute: Any, sql: str, *args: Any) -> Any:
        sent.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(count):
        work()
    took = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    own = [
        sql for sql in sent if not sql.startswith(("SET LOCAL", "SAVEPOINT", "RELEASE"))
    ]
    return median(took), len(own)
