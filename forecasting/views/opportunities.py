"""The list of deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership, Team, TeamMember, TeamPart
from accounts.permissions import permissions_of
from accounts.queries import visible_owners, with_all_below
from forecasting.forms.opportunities import SORTS, OpportunitiesFilter
from forecasting.models import SavedView
from forecasting.queries.listed import (
    Group,
    Listed,
    Totals,
    groups_of,
    labels_by_anchor,
    listed,
    totals_of,
)
from forecasting.queries.saved_views import may_change, offered_to, views_seen_by
from opportunities.models import Opportunity
from opportunities.queries import waiting_for

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Band:
    """Lines of one group on one page; without a group all lines."""

    rows: Sequence[Listed]
    group: Group | None = None
    goes_on: bool = False  # it began on a page before


@dataclass(frozen=True, slots=True)
class Opened:
    """The view the address says it began with."""

    view: SavedView | None  # None: it is gone, or nobody shares it any more
    is_changed: bool = False
    may_change: bool = False


@require_safe
@member("deal.see")
def opportunities(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now, workspace = timezone.now(), request.workspace
    labels = labels_by_anchor()
    seen = visible_owners(request.membership)
    form = OpportunitiesFilter(
        request.GET, owners=_owners(request, seen), phases=list(labels.items())
    )
    deals = Opportunity.objects.standing()
    if seen is not None:
        deals = deals.filter(owner__in=seen)
    team, members = _team(form)
    matches = form.narrow(deals, now=now, owners=members)
    groups, totals = _totals(form, matches, base=workspace.base_currency)
    field = SORTS[form.sorting.removeprefix("-")]
    # Which they are is found first: what a line shows is joined to these alone.
    shown = form.order(matches).values("pk")[: PAGE_SIZE + 1]
    page = listed(
        form.sorted(Opportunity.objects.filter(pk__in=shown)),
        now=now,
        sort_by=field,
        labels=labels,
    )
    views = offered_to(request.membership)
    context = {
        "form": form,
        "views": views,
        "opened": _opened(form, views, request.membership),
        "rows": page[:PAGE_SIZE],
        "bands": _bands(form, page[:PAGE_SIZE], groups),
        "totals": totals,
        "team": team,
        "sees_all": seen is None,
        "columns": _columns(form),
        "labels": list(labels.values()),
        "next": _address(form, after=_cursor(form, page[PAGE_SIZE - 1]))
        if len(page) > PAGE_SIZE
        else "",
        "first": _address(form) if form.asked.get("after") else "",
        "waiting": waiting_for(workspace_id=workspace.pk, now=now),
        "clear": request.path,
        "computed_at": min(
            (row.computed_at for row in page if row.computed_at), default=None
        ),
        "may_write": "deal.write" in permissions_of(request.membership),
    }
    return render_page(
        request,
        "forecasting/opportunities.html",
        context,
        partial="rows",
        status=200 if form.is_valid() else 422,
    )


def _owners(
    request: WorkspaceRequest, seen: frozenset[UUID] | None
) -> Sequence[Membership]:
    owners = Membership.objects.of(request.workspace).only("pk", "name")
    return list(owners if seen is None else owners.filter(pk__in=seen))


def _team(form: OpportunitiesFilter) -> tuple[Team | None, list[UUID] | None]:
    """The team asked for, and who belongs to it or to a team below it."""
    pk = form.asked.get("team")
    if not pk:
        return None, None
    teams = {team.pk: team for team in Team.objects.all()}
    if pk not in teams:
        raise Http404
    parents = {team.pk: team.parent_id for team in teams.values()}
    below = with_all_below({pk}, parents)
    places = TeamMember.objects.filter(team__in=below, part=TeamPart.MEMBER)
    return teams[pk], list(places.values_list("membership_id", flat=True))


def _opened(
    form: OpportunitiesFilter, views: Sequence[SavedView], by: Membership
) -> Opened | None:
    pk = form.asked.get("view")
    if not pk:
        return None
    view = next((view for view in views if view.pk == pk), None)
    view = view or views_seen_by(by).select_related("owner").filter(pk=pk).first()
    if view is None:
        return Opened(None)
    return Opened(view, view.query != form.query, may_change(view, by))


def _totals(
    form: OpportunitiesFilter, matches: QuerySet[Opportunity], *, base: str
) -> tuple[list[Group], Totals]:
    """One query, with groups or without."""
    if form.is_grouped:
        return groups_of(matches, base=base)
    return [], totals_of(matches, is_open=form.is_open, base=base)


def _bands(
    form: OpportunitiesFilter, rows: Sequence[Listed], groups: Sequence[Group]
) -> list[Band]:
    if not form.is_grouped:
        return [Band(rows)]
    known = {group.kind: group for group in groups}
    return [
        Band(list(some), known.get(kind), goes_on=kind == form.last_group)
        for kind, some in groupby(rows, key=lambda row: row.group)
    ]


def _columns(form: OpportunitiesFilter) -> dict[str, dict[str, str]]:
    """Where each heading leads, and how the list is sorted now."""
    now, columns = form.sorting, {}
    for name in SORTS:
        is_here = now.removeprefix("-") == name
        down = not now.startswith("-") if is_here else name in _LARGEST_FIRST
        columns[name] = {
            "href": _address(form, sort=f"-{name}" if down else name),
            "sorted": ("descending" if now.startswith("-") else "ascending")
            if is_here
            else "",
        }
    return columns


_LARGEST_FIRST = {"chance", "amount", "heard", "closed"}


def _address(form: OpportunitiesFilter, **more: str) -> str:
    kept = {
        name: form.data[name]
        for name in form.fields
        if name != "after" and form.data.get(name)
    }
    return "?" + urlencode(kept | more)


def _cursor(form: OpportunitiesFilter, last: Listed) -> str:
    value: Any = last.sort_value
    said = value.isoformat() if hasattr(value, "isoformat") else value
    group = f"{last.group}," if form.is_grouped else ""
    return f"{group}{'' if said is None else said},{last.id}"
