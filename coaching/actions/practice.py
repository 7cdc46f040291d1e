"""Answer a practice case; write one, take one off the list."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from coaching.engine.reading_skill import probabilities_of
from coaching.models import PracticeAnswer, PracticeCase
from coaching.queries.practice import Case, CaseRead, Shown


class AnsweredBefore(Exception):
    """Who has seen the key cannot read the case again."""


class NoWeights(Exception):
    """A reading gives at least one phase something."""


class NothingShown(Exception):
    """A case without signals cannot be read by the engine."""


@transaction.atomic
def answer_case(
    *,
    case: Case,
    weights: Sequence[float],
    model: CaseRead,
    by: Membership,
    now: datetime,
) -> PracticeAnswer:
    """Keep where a member puts the buyer of a case; `weights` need not sum to anything.

    :raises AnsweredBefore: when they answered it already.
    :raises NoWeights: when no phase gets anything.
    """
    try:
        said = probabilities_of(weights)
    except ValueError as error:
        raise NoWeights(_("Give at least one phase a number above zero.")) from error
    try:
        with transaction.atomic():
            return PracticeAnswer.objects.create(
                member=by,
                shipped=case.code,
                case=case.row,
                probabilities=list(said),
                model_probabilities=list(model.probabilities),
                anchor=case.anchor,
                answered_at=now,
            )
    except IntegrityError as error:
        raise AnsweredBefore(
            _("You answered this case before; the first answer counts.")
        ) from error


@transaction.atomic
def write_case(
    *,
    title: str,
    language: str,
    story: str,
    anchor: str,
    why: str,
    signals: Sequence[Shown],
    by: Membership,
    now: datetime,
    industry: str = "",
) -> PracticeCase:
    """Put a case on the workspace's list.

    :raises NothingShown: without a signal.
    """
    if not signals:
        raise NothingShown(_("Name at least one signal: the engine reads those."))
    case = PracticeCase.objects.create(
        title=title,
        language=language,
        industry=industry,
        story=story,
        anchor=anchor,
        why=why,
        signals=[
            {"code": each.code, "days_ago": each.days_ago}
            for each in sorted(signals, key=lambda each: -each.days_ago)
        ],
        written_by=by,
        written_at=now,
    )
    record(verb="practice_case.written", subject=case, by=by, at=now)
    return case


@transaction.atomic
def withdraw_case(*, case: PracticeCase, by: Membership, now: datetime) -> PracticeCase:
    """Take a case off the list; its answers and their scores stay."""
    case = PracticeCase.objects.select_for_update().get(pk=case.pk)
    if case.withdrawn_at is None:
        case.withdrawn_at = now
        case.save(update_fields=["withdrawn_at"])
        record(verb="practice_case.withdrawn", subject=case, by=by, at=now)
    return case
