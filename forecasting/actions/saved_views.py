"""Keep the filters of the list of deals under a name, and share them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.models import Membership, Team
from accounts.models.base import replace_version
from accounts.permissions import permissions_of
from accounts.queries import teams_around
from forecasting.models import SavedView
from forecasting.queries.saved_views import may_change
from opportunities.actions import STALE

MOST_VIEWS = 50


class ViewNameTaken(Exception):
    """The owner has another view of this name."""


class TooManyViews(Exception):
    """More than anybody finds their way in."""


class MayNotShare(Exception):
    """With everybody share managers and administrators; with a team who has to do with it."""


class NotYourView(Exception):
    """The view is somebody else's."""


@transaction.atomic
def save_view(
    *,
    name: str,
    query: str,
    by: Membership,
    now: datetime,
    team: Team | None = None,
    is_for_all: bool = False,
) -> SavedView:
    """Keep what the list is asked; `query` is as its form writes it.

    :raises ViewNameTaken: when the member has a view of this name.
    :raises TooManyViews: when they have as many as one can have.
    :raises MayNotShare: when they may not share it so far.
    """
    _hold(by)
    _refuse_sharing(by, team=team, is_for_all=is_for_all)
    _refuse_taken_name(name, owner=by)
    if SavedView.objects.filter(owner=by).count() >= MOST_VIEWS:
        raise TooManyViews(
            _("You have %(count)s views. Remove one you do not use.")
            % {"count": MOST_VIEWS}
        )
    view = SavedView.objects.create(
        owner=by, name=name.strip(), query=query, team=team, is_for_all=is_for_all
    )
    after = {"query": view.query, "shared": _reach(view)}
    record(verb="view.saved", subject=view, by=by, at=now, after=after)
    return view


@transaction.atomic
def change_view(
    *,
    view: SavedView,
    values: dict[str, Any],
    version: int,
    by: Membership,
    now: datetime,
) -> SavedView:
    """Rename a view, let it ask something else, or share it with others.

    :raises NotYourView: when it is not theirs to change.
    :raises ViewNameTaken: when its owner has another view of this name.
    :raises MayNotShare: when they may not share it so far.
    :raises StaleVersion: when somebody else changed it since `version`.
    """
    _refuse_strangers(view, by)
    values = values | ({"name": values["name"].strip()} if "name" in values else {})
    before, after = differences(view, values)
    if not after:
        return view
    changed = {name: values[name] for name in after}
    if "name" in changed:
        _hold(view.owner)
        _refuse_taken_name(changed["name"], owner=view.owner, but=view)
    _refuse_sharing(
        by, team=changed.get("team"), is_for_all=changed.get("is_for_all", False)
    )
    was = _reach(view)
    replace_version(view, version=version, fields=changed, stale=_(STALE))
    # The trail is read by people: with whom, as it was called then.
    for told, reach in ((before, was), (after, _reach(view))):
        for name in told.keys() & {"team", "is_for_all"}:
            del told[name]
            told["shared"] = reach
    record(verb="view.changed", subject=view, by=by, at=now, before=before, after=after)
    return view


@transaction.atomic
def remove_view(*, view: SavedView, by: Membership, now: datetime) -> None:
    """Take a view away; the deals in it stay what they are.

    :raises NotYourView: when it is not theirs to remove.
    """
    _refuse_strangers(view, by)
    before = {"query": view.query, "shared": _reach(view)}
    record(verb="view.removed", subject=view, by=by, at=now, before=before)
    view.delete()


def pass_views_on(
    *, of: Membership, heir: Membership | None, by: Membership, now: datetime
) -> None:
    """A member goes: what others use too is the heir's, the rest goes with them."""
    views = SavedView.objects.filter(owner=of)
    if heir is not None:
        taken = set(SavedView.objects.filter(owner=heir).values_list("name", flat=True))
        for view in views.exclude(team__isnull=True, is_for_all=False):
            view.owner, view.name = heir, _free_name(view.name, taken)
            view.version += 1
            view.save(update_fields=["owner", "name", "version"])
            taken.add(view.name)
            after = {"owner": heir.name}
            record(verb="view.passed_on", subject=view, by=by, at=now, after=after)
    views.delete()


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        tail = f" ({number})"
        free = name[: 80 - len(tail)] + tail
    return free


def _hold(owner: Membership) -> None:
    """Two views of one name at once would meet in the database only."""
    Membership.objects.select_for_update(of=("self",)).get(pk=owner.pk)


def _refuse_strangers(view: SavedView, by: Membership) -> None:
    if not may_change(view, by):
        raise NotYourView(
            _("This view is of %(name)s. Save one of your own.")
            % {"name": view.owner.name}
        )


def _refuse_taken_name(
    name: str, *, owner: Membership, but: SavedView | None = None
) -> None:
    same = SavedView.objects.filter(owner=owner, name=name.strip())
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise ViewNameTaken(
            _("There is a view “%(name)s” already.") % {"name": name.strip()}
        )


def _refuse_sharing(by: Membership, *, team: Team | None, is_for_all: bool) -> None:
    if is_for_all and "view.share" not in permissions_of(by):
        raise MayNotShare(_("Managers and administrators share views with everybody."))
    if team is None:
        return
    teams = teams_around(by)
    if teams is not None and team.pk not in teams:
        raise MayNotShare(
            _("You have nothing to do with the team “%(team)s”.") % {"team": team.name}
        )


def _reach(view: SavedView) -> str:
    return view.team.name if view.team else str(view.reach)
