"""Which views of the list of deals somebody finds, and which they may change."""

from collections.abc import Sequence

from django.db.models import Case, Q, QuerySet, When

from accounts.models import Membership
from accounts.permissions import permissions_of
from accounts.queries import teams_around
from forecasting.models import SavedView

MOST_OFFERED = 20


def views_seen_by(member: Membership) -> QuerySet[SavedView]:
    """One's own, those of the teams one has to do with, and those for everybody.

    One query more for who does not see all teams.
    """
    teams = teams_around(member)
    of_teams = Q(team__isnull=False) if teams is None else Q(team__in=teams)
    return SavedView.objects.filter(Q(owner=member) | Q(is_for_all=True) | of_teams)


def in_their_order(
    views: QuerySet[SavedView], member: Membership
) -> QuerySet[SavedView]:
    """One's own first, then by name."""
    own_first = Case(When(owner=member, then=0), default=1)
    return views.select_related("owner", "team").order_by(own_first, "name", "pk")


def offered_to(member: Membership) -> Sequence[SavedView]:
    """Those the list of deals itself offers; another page has the others."""
    return list(in_their_order(views_seen_by(member), member)[:MOST_OFFERED])


def may_change(view: SavedView, member: Membership) -> bool:
    """Its owner; what everybody finds also who may share so."""
    if view.owner_id == member.pk:
        return True
    return view.is_for_all and "view.share" in permissions_of(member)
