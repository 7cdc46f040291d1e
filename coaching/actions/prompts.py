"""Open the prompts that fit a deal now, close those that fit no longer."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from coaching.models import Play, Prompt
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
