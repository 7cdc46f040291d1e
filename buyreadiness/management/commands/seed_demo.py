"""`manage.py seed_demo`: a made-up workspace, eighty deals of a synthetic world in it."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.members import add_seat
from accounts.actions.teams import attach_coach, create_team, place_member
from accounts.actions.workspaces import create_workspace
from accounts.models import Membership, Role, User, Workspace
from buyreadiness.worlds import (
    fits_of_actions,
    import_lines,
    recompute_open,
    shipped_words,
)
from forecasting.actions.accuracy import ask_for_accuracy
from forecasting.actions.periods import refresh_periods
from forecasting.actions.reviews import freeze_review
from forecasting.actions.snapshots import freeze_past_night
from forecasting.actions.targets import add_target
from forecasting.engine.world.bundle import Owner, Writer
from forecasting.engine.world.parameters import Talk, WorldParameters
from forecasting.engine.world.picking import tell_demo
from forecasting.engine.world.story import make_world
from forecasting.models import PeriodOutlook
from forecasting.queries.periods import Span
from integrations.models import OutboxEntry
from opportunities.actions import set_rate
from opportunities.models import RecomputeRequest, ScheduleSlot
from readiness.queries.as_of import AsOf
from readiness.queries.models import active_model

SLUG = "demo"
PEOPLE = {
    "admin@demo.example": ("Sara Maes", [Role.ADMIN]),
    "manager@demo.example": ("Lena Peters", [Role.MANAGER]),
    "coach@demo.example": ("Youssef El Amrani", [Role.COACH]),
    "rep@demo.example": ("Noor Jansen", [Role.REP]),
}
ADMIN, MANAGER, COACH, REP = PEOPLE
SEATS = ("Tom Willems", "Inès Dubois")
SEED = 13  # of six tried, the one whose chances are spread most widely
# A larger world is drawn than is told: deals are chosen that show what there is to see.
DRAWN, TOLD, EACH_SYMPTOM = 2_500, 80, 2
TALK = Talk(contact_days=9.0, signals_a_contact=1.2, perturbation=0.3)
NIGHTS = (*range(56, 0, -7), 1, 0)  # days ago: weekly, then the last ones
RATES = {"USD": "0.92", "GBP": "1.17"}
OWNERS = (Owner(PEOPLE[REP][0], REP), *(Owner(name) for name in SEATS))


class Command(BaseCommand):
    help = "Make the demo workspace, or take it away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing when there is a workspace already",
        )
        parser.add_argument(
            "--remove", action="store_true", help="take the demo away, its users too"
        )

    def handle(self, **options: Any) -> None:
        if options["remove"]:
            self.stdout.write(remove_demo())
            return
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("DEMO_PASSWORD is not set: the demo's users need one.")
        # Without its end a demo was interrupted while it was made: it is made again.
        if Workspace.objects.filter(slug=SLUG, is_demo=True, prepared_at=None).exists():
            remove_demo()
        if options["if_empty"] and Workspace.objects.exists():
            return
        if Workspace.objects.filter(slug=SLUG).exists():
            raise CommandError(
                "The demo workspace is there already; --remove takes it away."
            )
        make_demo(password=password, now=timezone.now())
        self.stdout.write(f"The demo workspace is at /w/{SLUG}/")


def make_demo(*, password: str, now: datetime) -> None:
    """Make it in steps: people can sign in, and read "preparing", after the first."""
    ws_id = uuid7()
    with tenancy.workspace(ws_id, through="command"):
        users = {email: make_user(email, password) for email in PEOPLE}
        admin = create_workspace(
            id=ws_id, name="Demo", slug=SLUG, user=users[ADMIN], is_demo=True, now=now
        )
        Membership.objects.filter(pk=admin.pk).update(roles=PEOPLE[ADMIN][1])
        members = {ADMIN: admin} | {
            email: join(admin, users[email], now=now) for email in (MANAGER, COACH, REP)
        }
    with tenancy.workspace(ws_id, through="command"):
        fill(admin, members, now=now)
    tell_world(admin, now=now)
    with tenancy.workspace(ws_id, through="command"):
        price(admin, now=now)
    keep_nights(admin, now=now)
    with tenancy.workspace(ws_id, through="command"):
        aim(admin, now=now)
    with tenancy.workspace(ws_id, through="command"):
        Workspace.objects.filter(pk=ws_id).update(prepared_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_user(email: str, password: str) -> User:
    name = PEOPLE[email][0]
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name)
    else:
        user.set_password(password)
        user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def join(admin: Membership, user: User, *, now: datetime) -> Membership:
    """A seat that is taken at once: nobody waits for a letter in a demo."""
    name, roles = PEOPLE[user.email]
    seat = add_seat(
        workspace=admin.workspace,
        name=name,
        roles=roles,
        email=user.email,
        by=admin,
        now=now,
    )
    seat.user = user
    seat.save(update_fields=["user"])
    return seat


def fill(admin: Membership, members: dict[str, Membership], *, now: datetime) -> None:
    told: dict[str, Any] = {"by": admin, "now": now}
    seats = [
        add_seat(workspace=admin.workspace, name=name, roles=[Role.REP], **told)
        for name in SEATS
    ]
    benelux = create_team(name="Benelux", parent=None, **told)
    flanders = create_team(name="Flanders", parent=benelux, **told)
    netherlands = create_team(name="Netherlands", parent=benelux, **told)
    place_member(team=benelux, membership=members[MANAGER], **told)
    place_member(team=flanders, membership=members[REP], **told)
    place_member(team=flanders, membership=seats[0], **told)
    place_member(team=netherlands, membership=seats[1], **told)
    attach_coach(team=flanders, membership=members[COACH], **told)


def tell_world(admin: Membership, *, now: datetime) -> None:
    """The deals, by the import that everybody uses, then computed as if a worker had."""
    workspace, rng = admin.workspace, np.random.default_rng(SEED)
    with tenancy.workspace(workspace, through="command"):
        world = make_world(
            WorldParameters(deals=DRAWN, talk=TALK),
            catalogue=active_model().engine.catalogue,
            fits=fits_of_actions(),
            rng=rng,
        )
    stories = tell_demo(world, deals=TOLD, each_symptom=EACH_SYMPTOM, rng=rng)
    writer = Writer(
        wording=shipped_words(), now=now, zone=workspace.zone, owners=OWNERS, rng=rng
    )
    import_lines(
        writer.lines(stories, source="demo world"),
        workspace_id=workspace.pk,
        zone=workspace.zone,
        by=admin,
        now=now,
    )
    recompute_open(workspace_id=workspace.pk, now=now)


def price(admin: Membership, *, now: datetime) -> None:
    """Rates from before the first night that is kept."""
    day = admin.workspace.today(now) - timedelta(days=NIGHTS[0] + 7)
    base: str = admin.workspace.base_currency
    told: dict[str, Any] = {"by": admin, "now": now}
    for currency, rate in RATES.items():
        set_rate(currency=currency, base=base, valid_on=day, rate=Decimal(rate), **told)


def keep_nights(admin: Membership, *, now: datetime) -> None:
    """The nights that would have been frozen had the made-up world been lived in."""
    tonight = now.astimezone(admin.workspace.zone).replace(
        hour=2, minute=0, second=0, microsecond=0
    )
    for days in NIGHTS:
        at = tonight - timedelta(days=days)
        if at > now:
            continue
        with tenancy.workspace(admin.workspace, through="command"):
            when = AsOf.of(admin.workspace, at=at, now=now)
            freeze_past_night(when, model=active_model())
            freeze_review(when)


def aim(admin: Membership, *, now: datetime) -> None:
    """The sums of the periods, and targets a little above what they say."""
    told: dict[str, Any] = {"by": admin, "now": now}
    refresh_periods(workspace=admin.workspace, now=now)
    ask_for_accuracy(workspace=admin.workspace, now=now)
    for row in PeriodOutlook.objects.all():
        add_target(
            team=row.team,
            owner=row.owner,
            span=Span(row.starts_on, row.ends_on),
            amount=(row.mean * Decimal("1.1")).quantize(Decimal("1E4")) + 10_000,
            currency=row.currency,
            **told,
        )


def remove_demo() -> str:
    """Take the workspace away with all that is in it, and users who are nowhere else."""
    demo = Workspace.objects.filter(slug=SLUG, is_demo=True).first()
    if demo is None:
        return "There is no demo workspace."
    with (
        tenancy.workspace(demo, through="command"),
        tenancy.erasing("the demo is taken away"),
    ):
        for waiting in (RecomputeRequest, ScheduleSlot, OutboxEntry):
            waiting._default_manager.filter(workspace_id=demo.pk).delete()
        demo.delete()
    with transaction.atomic():
        for user in demo_users():
            user.delete()
    return "The demo workspace is gone."


def demo_users() -> Iterator[User]:
    for user in User.objects.filter(email__in=PEOPLE):
        if not Membership.objects.filter(user=user).exists():
            yield user
