"""`manage.py seed_benchmark`: synthetic worlds of any size, to measure with."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, cast
from uuid import UUID

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.members import add_seat
from accounts.actions.workspaces import create_workspace, free_slug
from accounts.models import Membership, Role, User
from buyreadiness.worlds import (
    fits_of_actions,
    import_lines,
    recompute_open,
    shipped_words,
)
from forecasting.engine.world.bundle import Owner, Writer
from forecasting.engine.world.parameters import Talk, WorldParameters
from forecasting.engine.world.picking import tell_all
from forecasting.engine.world.story import make_world
from readiness.queries.models import active_model

EMAIL = "benchmark@demo.example"
DEALS_AT_ONCE = 1_000  # one import each: one transaction, some 30 MB
DEALS_OF_AN_OWNER = 200
TALK = Talk(perturbation=0.3)


class Command(BaseCommand):
    help = "Make workspaces full of synthetic deals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--opportunities", type=int, default=1_000, help="in each workspace"
        )
        parser.add_argument("--workspaces", type=int, default=1)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, **options: Any) -> None:
        deals, workspaces = options["opportunities"], options["workspaces"]
        if deals < 1 or workspaces < 1:
            raise CommandError("At least one opportunity and one workspace are needed.")
        now, rng = timezone.now(), np.random.default_rng(options["seed"])
        console = Console(file=cast(IO[str], self.stderr))
        with Progress(console=console) as progress:
            written = progress.add_task("Deals", total=deals * workspaces)
            computed = progress.add_task("Open deals computed", total=None)
            for _ in range(workspaces):
                admin = make_workspace(deals, now=now)
                for done in fill(admin, deals, rng=rng, now=now):
                    progress.advance(written, done)
                recompute_open(
                    workspace_id=admin.workspace.pk,
                    now=now,
                    told=lambda some: progress.advance(computed, some),
                )
                progress.console.print(f"/w/{admin.workspace.slug}/")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def make_workspace(deals: int, *, now: datetime) -> Membership:
    """A workspace with seats enough, whose administrator can't sign in."""
    ws_id = uuid7()
    with tenancy.workspace(ws_id, through="command"):
        user = User.objects.filter(email=EMAIL).first()
        if user is None:
            user = User.objects.create_user(EMAIL, None, name="Benchmark")
        admin = create_workspace(
            id=ws_id, name="Benchmark", slug=free_slug("Benchmark"), user=user, now=now
        )
        for number in range(max(1, deals // DEALS_OF_AN_OWNER)):
            add_seat(
                workspace=admin.workspace,
                name=f"Seat {number + 1}",
                roles=[Role.REP],
                by=admin,
                now=now,
            )
    return admin


def fill(
    admin: Membership, deals: int, *, rng: np.random.Generator, now: datetime
) -> Iterator[int]:
    """Write the deals, so many at once; say how many each time."""
    workspace = admin.workspace
    with tenancy.workspace(workspace, through="command"):
        fits, catalogue = fits_of_actions(), active_model().engine.catalogue
        owners = owners_of(workspace.pk)
    for first in range(0, deals, DEALS_AT_ONCE):
        count = min(DEALS_AT_ONCE, deals - first)
        world = make_world(
            WorldParameters(deals=count, talk=TALK),
            catalogue=catalogue,
            fits=fits,
            rng=rng,
        )
        writer = Writer(
            wording=shipped_words(),
            now=now,
            zone=workspace.zone,
            owners=owners,
            rng=rng,
            prefix=f"{first // DEALS_AT_ONCE}-",
        )
        import_lines(
            writer.lines(list(tell_all(world, rng=rng)), source="benchmark"),
            workspace_id=workspace.pk,
            zone=workspace.zone,
            by=admin,
            now=now,
        )
        yield count


def owners_of(workspace_id: UUID) -> list[Owner]:
    seats = Membership.objects.filter(workspace_id=workspace_id, user=None)
    return [Owner(name) for name in seats.order_by("pk").values_list("name", flat=True)]
