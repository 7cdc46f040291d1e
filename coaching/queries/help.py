"""Questions for help that concern a member: their own, and those of whom they coach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from accounts.models import Membership
from accounts.queries import places_coached_by
from coaching.models import HelpRequest
from opportunities.models import Opportunity
from stakeholders.models import Stakeholder

LATELY = timedelta(days=7)
SHOWN = 8


@dataclass(frozen=True, slots=True)
class HelpShown:
    """A question, and whether the reader may answer it."""

    request: HelpRequest
    may_answer: bool


def help_seen_by(membership: Membership) -> QuerySet[HelpRequest]:
    """What they asked, and what those they coach asked, about deals they may see."""
    coached = places_coached_by(membership).values("membership_id")
    return HelpRequest.objects.filter(
        Q(asked_by=membership) | Q(asked_by__in=coached),
        opportunity__in=Opportunity.objects.visible_to(membership),
    )


def help_about(
    subject: Opportunity | Stakeholder, *, membership: Membership
) -> list[HelpShown]:
    """The latest questions about a deal or about a person in it, the latest first."""
    rows = help_seen_by(membership)
    if isinstance(subject, Stakeholder):
        rows = rows.filter(stakeholder=subject)
    else:
        rows = rows.filter(opportunity=subject)
    return shown(_in_order(rows)[:SHOWN], membership=membership)


def help_today(membership: Membership, *, now: datetime) -> list[HelpShown]:
    """What waits for an answer, and what was answered these days."""
    rows = help_seen_by(membership).filter(
        Q(answered_at__isnull=True) | Q(answered_at__gte=now - LATELY)
    )
    return shown(_in_order(rows)[:SHOWN], membership=membership)


def help_of(member: Membership, *, reader: Membership) -> list[HelpShown]:
    """What one member asked, as far as the reader may see it; the open ones first."""
    rows = _in_order(help_seen_by(reader).filter(asked_by=member))
    return shown(rows[:SHOWN], membership=reader)


def shown(rows: Iterable[HelpRequest], *, membership: Membership) -> list[HelpShown]:
    return [
        HelpShown(
            request=row,
            may_answer=row.answered_at is None and row.asked_by_id != membership.pk,
        )
        for row in rows
    ]


def _in_order(rows: QuerySet[HelpRequest]) -> QuerySet[HelpRequest]:
    """The open ones first, then by day; with the names the page shows."""
    return rows.select_related(
        "opportunity", "stakeholder__person", "asked_by", "answered_by"
    ).order_by(F("answered_at").desc(nulls_first=True), "-asked_at", "-pk")
