"""A whole recompute of a deal with six people, beside its engine alone."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import create_workspace
from accounts.models import Membership, User, Workspace
from buyreadiness.recompute import recompute
from forecasting.queries.deal import deal_of
from forecasting.queries.forecasted import compute
from opportunities.actions import create_opportunity
from opportunities.models import Opportunity
from readiness.actions.interactions import Contact, Said, Took, log_interaction
from readiness.queries.models import active_model
from readiness.queries.reading import read_people
from stakeholders.actions.people import add_stakeholder, create_person
from stakeholders.models import Stakeholder

ROLES = ("economic_buyer", "champion", "finance", "user_buyer", "procurement", "coach")
CODES = ("B03", "B04", "B08", "B13", "B14", "B27")
TURNS = 15


def run() -> dict[str, float]:
    connection.ensure_connection()
    now, workspace_id = datetime.now(UTC), uuid7()
    user = User.objects.create_user(f"{workspace_id.hex}@example.com", uuid7().hex)
    with tenancy.workspace(workspace_id):
        member = create_workspace(id=workspace_id, name="Bench", user=user, now=now)
        return figures(member.workspace, people(member, now), now=now)


def people(member: Membership, now: datetime) -> list[Stakeholder]:
    day = now.date() - timedelta(days=90)
    said: dict[str, Any] = {"by": member, "now": now}
    deal = create_opportunity(name="Plan", owner=member, opened_on=day, **said)
    return [
        add_stakeholder(
            opportunity=deal,
            person=create_person(name=name, **said),
            joined_on=day,
            roles=[name],
            **said,
        )
        for name in ROLES
    ]


def say(person: Stakeholder, code: str, *, at: datetime, now: datetime) -> None:
    log_interaction(
        opportunity=person.opportunity,
        contact=Contact(
            occurred_at=at, channel="call", parts=[Took(person, [Said(code)])]
        ),
        zone=ZoneInfo("UTC"),
        by=None,
        now=now,
    )


def figures(
    workspace: Workspace, seats: list[Stakeholder], *, now: datetime
) -> dict[str, float]:
    deal = Opportunity.objects.get(pk=seats[0].opportunity_id)
    for days, person in enumerate(seats * 5):
        code = CODES[days % len(CODES)]
        say(person, code, at=now - timedelta(days=40 - days), now=now)
    model = active_model()

    def again() -> None:
        recompute(opportunity=deal, now=now)

    def before_news() -> None:
        say(seats[0], "B05", at=now - timedelta(hours=1), now=now)

    def engine_alone() -> None:
        compute(gathered, model=model)

    again()
    read = read_people([deal], model=model, zone=workspace.zone, now=now)[deal.pk]
    gathered = deal_of(
        opportunity=deal, read=read, model=model, workspace=workspace, now=now
    )
    alone = timed(engine_alone)
    with_news = timed(again, before=before_news)
    unchanged = timed(again)
    return {
        "engine, 6 people, ms": alone * 1000,
        "recompute with rows and prompts, ms": with_news * 1000,
        "… times the engine": with_news / alone,
        "recompute, nothing new, ms": unchanged * 1000,
    }


def timed(
    act: Callable[[], None], *, before: Callable[[], None] | None = None
) -> float:
    """The median time of an act."""
    seconds = []
    for _turn in range(TURNS):
        if before:
            before()
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    return median(seconds)
