"""The weekly review by mail: put down when it is frozen, sent by a worker, once."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail

from accounts.models import Workspace
from accounts.tenancy.tasks import Door
from forecasting.models import ReviewSubscription
from forecasting.queries.letters import Letter, letter_for, week_of
from integrations.models import OutboxEntry, OutboxKind

logger = logging.getLogger(__name__)

AGAIN = timedelta(minutes=15)  # after a letter that could not leave
NEWS = timedelta(days=7)  # then the next review is there

Now = Callable[[], datetime]


def post_reviews(*, workspace: Workspace, now: datetime) -> None:
    """Have this week's review sent to all who asked, to each after their quiet hours."""
    for row in ReviewSubscription.objects.select_related("member__user").order_by("pk"):
        user = row.member.user
        if user is not None:
            _put(row, due_at=user.undisturbed_at(now, zone=workspace.zone))


def send_review(*, subscription_id: UUID, door: Door, now: Now) -> None:
    """Send one letter. A worker that dies before it is noted down has it sent again."""
    with door():
        seen, letter = _take(subscription_id)
    is_done = letter is None or _leaves(letter)
    with door():
        _note(subscription_id, seen=seen, is_done=is_done, now=now())


def _take(subscription_id: UUID) -> tuple[Sequence[UUID], Letter | None]:
    """The entries that ask for it, and what is to be told; None: nothing, or to nobody."""
    entries = OutboxEntry.objects.of(OutboxKind.REVIEW, subscription_id)
    seen = list(entries.values_list("pk", flat=True))
    rows = ReviewSubscription.objects.select_related(
        "member__user", "member__workspace"
    )
    row = rows.filter(pk=subscription_id).first()
    if row is None:
        return seen, None
    workspace = Workspace.objects.get(pk=row.workspace_id)
    week = week_of(workspace)
    if week is None or row.told_week_on == week:
        return seen, None
    return seen, letter_for(row, workspace=workspace, week=week)


def _leaves(letter: Letter) -> bool:
    sender = settings.DEFAULT_FROM_EMAIL
    try:
        send_mail(letter.subject, letter.body, sender, [letter.email])
    except OSError:  # smtplib's errors are OSErrors
        logger.exception("Could not send a weekly review")
        return False
    return True


def _note(
    subscription_id: UUID, *, seen: Sequence[UUID], is_done: bool, now: datetime
) -> None:
    OutboxEntry.objects.filter(pk__in=seen).delete()
    row = ReviewSubscription.objects.filter(pk=subscription_id).first()
    if row is None:
        return
    workspace = Workspace.objects.get(pk=row.workspace_id)
    week = week_of(workspace)
    is_old = week is None or workspace.today(now) >= week + NEWS
    if is_done or is_old:
        row.told_week_on = week
        row.save(update_fields=["told_week_on"])
    else:
        _put(row, due_at=now + AGAIN)


def _put(row: ReviewSubscription, *, due_at: datetime) -> None:
    OutboxEntry.objects.put(
        kind=OutboxKind.REVIEW,
        workspace_id=row.workspace_id,
        object_id=row.pk,
        due_at=due_at,
    )
