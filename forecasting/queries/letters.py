"""The weekly review as a letter, in the words of whoever gets it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership, MembershipStatus, Workspace
from accounts.permissions import permissions_of
from accounts.queries import visible_owners
from forecasting.models import PeriodReview, ReviewSubscription
from forecasting.queries.periods import Span, periods_shown
from forecasting.queries.reviews import Line, Scope, reviewed_scopes, reviews_of


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom, and what it says."""

    email: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Told:
    """The last review of one period, of the widest sum the member sees."""

    span: Span
    scope: Scope
    line: Line


def week_of(workspace: Workspace) -> date | None:
    """The Monday of the last week that was frozen."""
    rows = PeriodReview.objects.filter(workspace_id=workspace.pk)
    last: date | None = rows.aggregate(last=Max("week_starts_on"))["last"]
    return last


def letter_for(
    subscription: ReviewSubscription, *, workspace: Workspace, week: date
) -> Letter | None:
    """The letter about a week's reviews; None for who may not see any, or can't sign in."""
    member = subscription.member
    if member.user is None or not _may_read(member):
        return None
    seen = visible_owners(member)
    told = []
    for span in periods_shown(week, workspace=workspace):
        scope = next(iter(reviewed_scopes(span, seen=seen)), None)
        with translation.override(_language(member, workspace)):
            lines = reviews_of(span, scope) if scope else []
        if scope and lines and lines[0].review.week_starts_on == week:
            told.append(Told(span, scope, lines[0]))
    if not told:
        return None
    words = {"workspace": workspace, "periods": told, "address": subscription.address}
    with translation.override(_language(member, workspace)):
        subject = _("The weekly review of %(workspace)s") % {
            "workspace": workspace.name
        }
        body = render_to_string("forecasting/mail/review.txt", words)
    # A line break in a name would forge mail headers.
    return Letter(member.user.email, " ".join(subject.split()), body)


def _language(member: Membership, workspace: Workspace) -> str:
    spoken = member.user.language if member.user else ""
    return spoken or str(workspace.languages[0])


def _may_read(member: Membership) -> bool:
    is_here = member.status == MembershipStatus.ACTIVE
    return is_here and "forecast.see" in permissions_of(member)
