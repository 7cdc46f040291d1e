"""How closely each rep reads, beside what became of their deals."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Membership, Role, Workspace
from coaching.engine.winning import FEWEST_DEALS, FEWEST_REPS, Rep, halves_of
from coaching.models import ReadingAndWinning
from coaching.queries.skill import skill
from coaching.queries.timed import ENDED
from opportunities.models import Opportunity, Outcome
from readiness.models import PhaseOverride
from stakeholders.models import ReviewedPhase

SEEN_BY = frozenset({Role.MANAGER, Role.COACH, Role.ADMIN})


def reading_and_winning(*, workspace: Workspace, now: datetime) -> dict[str, Any]:
    """What is kept of it, ready for JSON; some queries for each member with a reading.

    How closely somebody reads is their mean log score minus the model's in the same
    cases: a buyer who is about to sign is easy to read, for the model too. Withdrawn
    deals are apart.
    """
    reps = _reps(workspace=workspace, now=now)
    halves = halves_of(reps)
    found = None if halves is None else asdict(halves) | {"verdict": halves.verdict}
    return {
        "reps": sum(bool(rep.deals) for rep in reps),
        "deals": sum(len(rep.deals) for rep in reps),
        "minimum_reps": FEWEST_REPS,
        "minimum_deals": FEWEST_DEALS,
        "halves": found,
    }


def _reps(*, workspace: Workspace, now: datetime) -> list[Rep]:
    deals = Opportunity.objects.standing()
    ended: Mapping[UUID, list[tuple[str, bool]]] = defaultdict(list)
    rows = deals.filter(outcome__in=ENDED).order_by("pk")
    for owner, name, outcome in rows.values_list("owner", "buying_class", "outcome"):
        ended[owner].append((name, outcome == Outcome.WON))
    reps = []
    for member in Membership.objects.filter(pk__in=_readers() & ended.keys()):
        score = skill(member, deals=deals, workspace=workspace, now=now).score
        if score is not None:
            reps.append(Rep(score.gap.value, tuple(ended[member.pk])))
    return reps


def _readers() -> set[UUID]:
    """Who ever put down a reading of their own."""
    overrides = PhaseOverride.objects.filter(logged_by__isnull=False)
    reviews = ReviewedPhase.objects.filter(review__logged_by__isnull=False)
    return {
        *overrides.values_list("logged_by", flat=True).distinct(),
        *reviews.values_list("review__logged_by", flat=True).distinct(),
    }


def winning_for(membership: Membership) -> ReadingAndWinning | None:
    """What is kept, for who may see it; one query, none for others."""
    if not SEEN_BY & set(membership.roles):
        return None
    return ReadingAndWinning.objects.first()
