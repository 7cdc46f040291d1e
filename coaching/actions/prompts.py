"""Open the prompts that fit a deal now, close those that fit no longer, take an answer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.models import Membership
from coaching.models import Play, Prompt, PromptAnswer
from coaching.queries.advice import Advice
from coaching.signals import prompts_opened
from opportunities.models import Opportunity

# The plays that may be said, by their code and the role they are for.
Plays: TypeAlias = Mapping[tuple[str, str], UUID]


@transaction.atomic(savepoint=False)  # always within a recompute
def refresh_prompts(
    *, opportunity: Opportunity, advice: Sequence[Advice], now: datetime
) -> None:
    """Make the open prompts of a deal those of `advice`.

    An answered prompt stays answered: its evidence gives no second one, in whichever
    words of the play. One that was closed without an answer opens again when its evidence
    comes back. A play that is off says nothing.
    """
    plays = _plays_that_are_on()
    there = {
        (row.stakeholder_id, row.evidence_hash): row
        for row in Prompt.objects.filter(opportunity=opportunity).order_by("pk")
    }
    wanted: dict[tuple[UUID | None, str], tuple[UUID, Advice]] = {}
    for each in advice:
        said = _to_say(each, plays=plays, there=there)
        if said is not None:
            wanted[_key(said)] = (_play_for(said, plays), said)
    _close([row for key, row in there.items() if key not in wanted], now=now)
    back = _reopen([(there[key], *wanted[key]) for key in wanted if key in there])
    new = Prompt.objects.bulk_create(
        [
            Prompt(
                opportunity=opportunity,
                stakeholder_id=each.stakeholder_id,
                play_id=play,
                words=dict(each.words),
                evidence_hash=each.evidence_hash,
                opened_at=now,
                weight=each.weight,
            )
            for key, (play, each) in wanted.items()
            if key not in there
        ]
    )
    if new or back:
        prompts_opened.send(sender=Prompt, prompts=[*new, *back], now=now)


def _plays_that_are_on() -> Plays:
    rows = Play.objects.filter(is_on=True).values_list("code", "role", "pk")
    return {(code, role): pk for code, role, pk in rows}


def _key(advice: Advice) -> tuple[UUID | None, str]:
    return advice.stakeholder_id, advice.evidence_hash


def _to_say(
    advice: Advice | None,
    *,
    plays: Plays,
    there: Mapping[tuple[UUID | None, str], Prompt],
) -> Advice | None:
    """The first piece that may be said: one that was turned down gives way to the next."""
    while advice is not None:
        row = there.get(_key(advice))
        is_dismissed = row is not None and row.answer == PromptAnswer.DISMISSED
        gives_way = is_dismissed and advice.otherwise is not None
        if _can_be_said(advice, plays) and not gives_way:
            return advice
        advice = advice.otherwise
    return None


def _can_be_said(advice: Advice, plays: Plays) -> bool:
    return (advice.play, advice.role) in plays or (advice.play, "") in plays


def _play_for(advice: Advice, plays: Plays) -> UUID:
    """The words for the person's role, else those for everybody."""
    own = plays.get((advice.play, advice.role))
    return own if own is not None else plays[advice.play, ""]


@transaction.atomic(savepoint=False)
def close_prompts(*, opportunity: Opportunity, now: datetime) -> None:
    """A deal that ended needs no advice."""
    _close(list(Prompt.objects.filter(opportunity=opportunity)), now=now)


def _close(rows: Sequence[Prompt], *, now: datetime) -> None:
    open_ones = [row.pk for row in rows if row.closed_at is None]
    if open_ones:
        Prompt.objects.filter(pk__in=open_ones).update(closed_at=now)


def _reopen(rows: Sequence[tuple[Prompt, UUID, Advice]]) -> list[Prompt]:
    """Put the figures right; open what was closed without an answer, and return that."""
    changed, opened = [], []
    for row, play, advice in rows:
        opens = row.closed_at is not None and not row.answer
        new = {"play_id": play, "weight": advice.weight, "words": dict(advice.words)}
        if opens or any(getattr(row, name) != value for name, value in new.items()):
            row.closed_at = None if opens else row.closed_at
            row.play_id, row.weight, row.words = play, advice.weight, dict(advice.words)
            changed.append(row)
            opened += [row] * opens
    if changed:
        Prompt.objects.bulk_create(  # an update of them all, made far more cheaply
            changed,
            update_conflicts=True,
            unique_fields=["workspace", "id"],
            update_fields=["closed_at", "play", "weight", "words"],
        )
    return opened


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
