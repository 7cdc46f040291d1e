"""A whole recompute of a deal with six people, beside its engine alone.

Run it against a database of your own: `python -m benchmarks.recompute`. It makes a
workspace, measures, and leaves nothing.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "buyreadiness.settings")
django.setup()

from uuid_utils.compat import uuid7  # noqa: E402

from accounts import tenancy  # noqa: E402
from accounts.actions.workspaces import create_workspace  # noqa: E402
from accounts.models import User, Workspace  # noqa: E402
from buyreadiness.recompute import recompute  # noqa: E402
from forecasting.queries.deal import deal_of  # noqa: E402
from forecasting.queries.forecasted import compute  # noqa: E402
from opportunities.actions import create_opportunity  # noqa: E402
from opportunities.models import Opportunity  # noqa: E402
from readiness.actions.interactions import (  # noqa: E402
    Contact,
    Said,
    Took,
    log_interaction,
)
from readiness.queries.models import active_model  # noqa: E402
from readiness.queries.reading import read_people  # noqa: E402
from stakeholders.actions.people import add_stakeholder, create_person  # noqa: E402
from stakeholders.models import Stakeholder  # noqa: E402

ROLES = ("economic_buyer", "champion", "finance", "user_buyer", "procurement", "coach")
CODES = ("B03", "B04", "B08", "B13", "B14", "B27")
TURNS = 15


class Undone(Exception):
    """Leave nothing behind."""


def measure() -> None:
    now, workspace_id = datetime.now(UTC), uuid7()
    user = User.objects.create_user(f"{workspace_id.hex}@example.com", uuid7().hex)
    try:
        with tenancy.workspace(workspace_id):
            member = create_workspace(
                id=workspace_id, name="Bench", user=user, now=now
            )
            tell(member.workspace, people(member, now), now=now)
            raise Undone
    except Undone:
        user.delete()


def people(member: object, now: datetime) -> list[Stakeholder]:
    day = now.date() - timedelta(days=90)
    said = {"by": member, "now": now}
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
        zone=UTC,
        by=None,
        now=now,
    )


def tell(workspace: Workspace, seats: list[Stakeholder], *, now: datetime) -> None:
    deal = Opportunity.objects.get(pk=seats[0].opportunity_id)
    for days, person in enumerate(seats * 5):
        code = CODES[days % len(CODES)]
        say(person, code, at=now - timedelta(days=40 - days), now=now)
    model = active_model()

    def again() -> None:
        recompute(opportunity=deal, now=now)

    def news() -> None:
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
    with_news = timed(news, before=before_news)
    unchanged = timed(again)
    print(f"engine, 6 people             {alone * 1000:6.1f} ms")
    print(f"recompute, rows and prompts  {with_news * 1000:6.1f} ms  "
          f"{with_news / alone:4.1f} x the engine")
    print(f"recompute, nothing new       {unchanged * 1000:6.1f} ms  "
          f"{unchanged / alone:4.1f} x the engine")


def timed(act: Callable[[], None], *, before: Callable[[], None] | None = None) -> float:
    """The median time of an act."""
    seconds = []
    for _turn in range(TURNS):
        if before:
            before()
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    return median(seconds)


if __name__ == "__main__":
    measure()
