"""Open the prompts that fit a deal now, close those that fit no longer, take an answer."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.models import Membership
from coaching.models import Play, Prompt, PromptAnswer
from coaching.queries.advice import Advice
from opportunities.models import Opportunity


@transaction.atomic
def refresh_prompts(
    *, opportunity: Opportunity, advice: Sequence[Advice], now: datetime
) -> None:
    """Make the open prompts of a deal those of `advice`.

    An answered prompt stays answered: its evidence gives no second one. One that was
    closed without an answer opens again when its evidence comes back.
    """
    plays = dict(Play.objects.values_list("code", "pk"))
    there = {
        (row.stakeholder_id, row.play_id, row.evidence_hash): row
        for row in Prompt.objects.filter(opportunity=opportunity)
    }
    wanted = {
        (each.stakeholder_id, plays[each.play], each.evidence_hash): each
        for each in advice
    }
    _close([row for key, row in there.items() if key not in wanted], now=now)
    _reopen([(there[key], wanted[key]) for key in wanted if key in there])
    Prompt.objects.bulk_create(
        [
            Prompt(
                opportunity=opportunity,
                stakeholder_id=each.stakeholder_id,
                play_id=plays[each.play],
                words=dict(each.words),
                evidence_hash=each.evidence_hash,
                opened_at=now,
                weight=each.weight,
            )
            for key, each in wanted.items()
            if key not in there
        ]
    )


@transaction.atomic
def close_prompts(*, opportunity: Opportunity, now: datetime) -> None:
    """A deal that ended needs no advice."""
    _close(list(Prompt.objects.filter(opportunity=opportunity)), now=now)


def _close(rows: Sequence[Prompt], *, now: datetime) -> None:
    open_ones = [row.pk for row in rows if row.closed_at is None]
    if open_ones:
        Prompt.objects.filter(pk__in=open_ones).update(closed_at=now)


def _reopen(pairs: Sequence[tuple[Prompt, Advice]]) -> None:
    """Put the figures right; open what was closed without an answer."""
    changed = []
    for row, advice in pairs:
        opens = row.closed_at is not None and not row.answer
        if opens or row.weight != advice.weight or row.words != dict(advice.words):
            row.closed_at = None if opens else row.closed_at
            row.weight, row.words = advice.weight, dict(advice.words)
            changed.append(row)
    if changed:
        Prompt.objects.bulk_update(changed, ["closed_at", "weight", "words"])


class PromptOver(Exception):
    """The prompt closed, because what it rested on changed."""


class ReturnsInThePast(Exception):
    """Something cannot be put off until a day that is over."""


class WhyNotNeeded(Exception):
    """Nobody learns from a prompt that is turned down without a word."""


@transaction.atomic
def answer_prompt(
    *,
    prompt: Prompt,
    answer: PromptAnswer,
    by: Membership,
    now: datetime,
    today: date,
    returns_on: date | None = None,
    reason: str = "",
) -> Prompt:
    """Take a prompt up, put it off until a day, or say why not.

    A prompt that was answered may be answered otherwise while it is open.

    :raises PromptOver: when it closed meanwhile.
    :raises ReturnsInThePast: when it is put off until today or before.
    :raises WhyNotNeeded: when it is turned down without a reason.
    """
    prompt = Prompt.objects.select_for_update().get(pk=prompt.pk)
    if prompt.closed_at is not None:
        raise PromptOver(_("What this rested on has changed, so it is closed."))
    if answer == PromptAnswer.SNOOZED and (returns_on is None or returns_on <= today):
        raise ReturnsInThePast(_("Choose a day that is still to come."))
    reason = reason.strip()
    if answer == PromptAnswer.DISMISSED and not reason:
        raise WhyNotNeeded(_("Say in a few words why not."))
    new = {
        "answer": answer,
        "answered_at": now,
        "answered_by": by,
        "returns_on": returns_on if answer == PromptAnswer.SNOOZED else None,
        "reason": reason if answer == PromptAnswer.DISMISSED else "",
    }
    before, after = differences(prompt, new)
    for name, value in new.items():
        setattr(prompt, name, value)
    prompt.save(update_fields=list(new))
    record(
        verb="prompt.answered",
        subject=prompt.opportunity,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    return prompt
