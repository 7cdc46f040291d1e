"""Things to test with: keyword-only functions, and only what matters is passed."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.models import Membership, Role, Team, User, Workspace
from coaching.actions.plays import copy_default_plays
from opportunities.models import Company, Opportunity
from readiness.actions.phase_models import copy_default_model
from stakeholders.actions.defaults import copy_default_roles

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = date(2026, 5, 4)
PASSWORD = "correct horse battery"


def create_workspace(*, slug: str = "ours", name: str = "", **fields: Any) -> Workspace:
    fields = {"created_at": NOW, "prepared_at": NOW} | fields
    return Workspace.objects.create(slug=slug, name=name or slug.title(), **fields)


def create_user(*, email: str = "alice@example.com", name: str = "Alice") -> User:
    return User.objects.create(email=email, name=name, password=_hash())


@cache
def _hash() -> str:
    """Made once: argon2id is meant to be slow."""
    return make_password(PASSWORD)


def create_membership(
    *,
    workspace: Workspace | None = None,
    user: User | None = None,
    roles: tuple[str, ...] = (Role.REP,),
    name: str = "",
    **fields: Any,
) -> Membership:
    """A member of the workspace, of the open one by default; without `user` a seat."""
    name = name or (user.name if user else f"Seat {uuid7().hex[-6:]}")
    return Membership.objects.create(
        workspace=workspace or Workspace.objects.get(pk=tenancy.current(connection)),
        user=user,
        name=name,
        email=fields.pop("email", user.email if user else ""),
        roles=[str(role) for role in roles],
        created_at=NOW,
        **fields,
    )


def create_team(*, name: str = "Benelux", parent: Team | None = None) -> Team:
    return Team.objects.create(name=name, parent=parent)


def create_company(*, name: str = "Delta Metalworks") -> Company:
    return Company.objects.create(name=name)


def create_opportunity(
    *, owner: Membership, name: str = "Planning system", **fields: Any
) -> Opportunity:
    return Opportunity.objects.create(
        owner=owner, name=name, **{"opened_on": DAY} | fields
    )


def give_defaults() -> None:
    """What a new workspace gets: phase model, roles, plays."""
    copy_default_model(now=NOW)
    copy_default_roles()
    copy_default_plays()
