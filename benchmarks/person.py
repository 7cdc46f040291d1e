"""The page of a person in a workspace of 100,000 signals, and a deal as of another day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import create_workspace
from accounts.models import Membership, User
from benchmarks.day import timed
from buyreadiness.recompute import recompute
from opportunities.models import Opportunity
from readiness.models import Signal, SignalType
from stakeholders.models import Interaction, Participation, Person, Stakeholder

DEALS, PEOPLE, TALKS, A_TALK = 1_000, 5, 4, 5
TALKATIVE = 250  # signals of the one person who is heard most


def run() -> dict[str, float]:
    now, workspace_id = datetime.now(UTC), uuid7()
    user = User.objects.create_user(f"{workspace_id.hex}@example.com", uuid7().hex)
    with tenancy.workspace(workspace_id):
        member = create_workspace(id=workspace_id, name="Bench", user=user, now=now)
        seats = fill(member, now=now)
        for seat in (seats[0], seats[PEOPLE]):
            recompute(opportunity=seat.opportunity, now=now)
        signals = Signal.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client, home = Client(), f"/w/{member.workspace.slug}"
    client.force_login(user)
    then = f"as_of={(now - timedelta(days=60)).date()}"
    much = f"{home}/stakeholders/{seats[0].pk}"
    usual = f"{home}/stakeholders/{seats[PEOPLE].pk}"
    deal = f"{home}/opportunities/{seats[PEOPLE].opportunity_id}"
    pages = {
        f"person with {TALKS * A_TALK} signals": usual,
        f"person with {TALKATIVE} signals": much,
        f"person with {TALKATIVE} signals, as of 60 days ago": f"{much}?{then}",
        f"deal with {PEOPLE} people": deal,
        f"deal with {PEOPLE} people, as of 60 days ago": f"{deal}?{then}",
    }
    figures = {"signals in the workspace": float(signals)}
    with override_settings(ALLOWED_HOSTS=["*"]):
        for name, page in pages.items():
            if client.get(page).status_code != 200:
                raise RuntimeError(f"{page} is no page")
            took, statements = timed(partial(client.get, page))
            figures |= {f"{name}, ms": took * 1000, f"{name}, statements": statements}
    return figures


def fill(member: Membership, *, now: datetime) -> list[Stakeholder]:
    """Deals with people, each heard a few times; the first person much more."""
    day = now.date() - timedelta(days=300)
    own: dict[str, Any] = {"workspace_id": member.workspace_id}
    deals = kept(
        Opportunity(name=f"Deal {n}", owner=member, opened_on=day, **own)
        for n in range(DEALS)
    )
    people = kept(Person(name=f"Person {n}", **own) for n in range(DEALS * PEOPLE))
    seats = kept(
        Stakeholder(opportunity=deals[n // PEOPLE], person=person, joined_on=day, **own)
        for n, person in enumerate(people)
    )
    more = TALKATIVE // A_TALK - TALKS
    talkers = [seat for seat in seats for _talk in range(TALKS)] + [seats[0]] * more
    step = timedelta(days=290) / (len(talkers) - 1)
    talks = kept(
        Interaction(
            opportunity=seat.opportunity,
            # Two that stand side by side are far apart in time.
            occurred_at=now - step * (n * 7_919 % len(talkers)),
            channel="call",
            logged_at=now - step * (n * 7_919 % len(talkers)),
            logged_by=member,
            **own,
        )
        for n, seat in enumerate(talkers)
    )
    kept(
        Participation(interaction=talk, stakeholder=seat, **own)
        for talk, seat in zip(talks, talkers, strict=True)
    )
    codes = list(SignalType.objects.order_by("code").values_list("code", flat=True))
    kept(
        Signal(
            interaction=talk,
            stakeholder=seat,
            code=codes[(n * A_TALK + place * 11) % len(codes)],
            occurred_at=talk.occurred_at,
            quotation="We lose hours on this." if place else "",
            logged_at=talk.occurred_at,
            logged_by=member,
            **own,
        )
        for n, (talk, seat) in enumerate(zip(talks, talkers, strict=True))
        for place in range(A_TALK)
    )
    return seats


def kept(rows: Any) -> list[Any]:
    many: Sequence[Any] = list(rows)
    return list(type(many[0]).objects.bulk_create(many, batch_size=5_000))
