"""Note, promise, ask for help and answer: between a rep and who coaches them."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership
from coaching.models import CoachingNote, Commitment, HelpRequest
from opportunities.models import Opportunity
from stakeholders.actions.acts import NotInThisDeal
from stakeholders.models import Stakeholder


class DueInThePast(Exception):
    """Nobody promises something until a day that is over."""


class NothingSaid(Exception):
    """A note, a question or an answer needs words."""


class AnsweredAlready(Exception):
    """Somebody answered in the meantime."""


class NotYourNote(Exception):
    """A note is taken back by who wrote it."""


# None of these is audited: the trail is read by administrators, and this is not theirs.


@transaction.atomic
def write_note(
    *, member: Membership, text: str, by: Membership, now: datetime
) -> CoachingNote:
    """:raises NothingSaid: without words."""
    return CoachingNote.objects.create(
        member=member, text=_words(text), written_by=by, written_at=now
    )


@transaction.atomic
def retract_note(*, note: CoachingNote, by: Membership, now: datetime) -> CoachingNote:
    """:raises NotYourNote: unless they wrote it."""
    if note.written_by_id != by.pk:
        raise NotYourNote(_("Only who wrote a note can take it back."))
    note.retracted_at = note.retracted_at or now
    note.save(update_fields=["retracted_at"])
    return note


@transaction.atomic
def commit_to(
    *,
    member: Membership,
    text: str,
    due_on: date,
    today: date,
    by: Membership,
    now: datetime,
) -> Commitment:
    """Write down what a rep will do, until a day.

    :raises DueInThePast: for a day that is over.
    :raises NothingSaid: without words.
    """
    if due_on < today:
        raise DueInThePast(_("Choose today or a day that is still to come."))
    return Commitment.objects.create(
        member=member, text=_words(text), due_on=due_on, made_by=by, made_at=now
    )


@transaction.atomic
def keep(*, commitment: Commitment, by: Membership, now: datetime) -> Commitment:
    """Say that it was done; the first time counts, and on time or not is the clock's."""
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if commitment.kept_at is None:
        commitment.kept_at, commitment.kept_by = now, by
        commitment.save(update_fields=["kept_at", "kept_by"])
    return commitment


@transaction.atomic
def ask_for_help(
    *,
    opportunity: Opportunity,
    question: str,
    by: Membership,
    now: datetime,
    stakeholder: Stakeholder | None = None,
) -> HelpRequest:
    """Ask whoever coaches one about a deal, or somebody in it.

    :raises NothingSaid: without words.
    :raises NotInThisDeal: for somebody of another deal.
    """
    if stakeholder is not None and stakeholder.opportunity_id != opportunity.pk:
        raise NotInThisDeal(_("Choose somebody of this deal."))
    return HelpRequest.objects.create(
        opportunity=opportunity,
        stakeholder=stakeholder,
        question=_words(question),
        asked_by=by,
        asked_at=now,
    )


@transaction.atomic
def answer_help(
    *, request: HelpRequest, answer: str, by: Membership, now: datetime
) -> HelpRequest:
    """:raises AnsweredAlready: when somebody was first.
    :raises NothingSaid: without words.
    """
    words = _words(answer)
    request = HelpRequest.objects.select_for_update().get(pk=request.pk)
    if request.answered_at is not None:
        raise AnsweredAlready(
            _("%(name)s answered this already.") % {"name": request.answered_by}
        )
    request.answer, request.answered_by, request.answered_at = words, by, now
    request.save(update_fields=["answer", "answered_by", "answered_at"])
    return request


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise NothingSaid(_("Write a few words."))
    return words
