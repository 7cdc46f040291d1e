"""Where people are foretold to stand thirty days later."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.engine.phase_ahead import AHEAD_DAYS
from forecasting.engine.seats import Person
from forecasting.queries.anchored import by_anchor
from opportunities.models import Opportunity
from readiness.engine.arrays import Floats
from readiness.engine.dynamics import propagate
from readiness.queries.models import LoadedModel


@dataclass(frozen=True, slots=True)
class Stood:
    """Somebody heard by a day: P of the seven anchors then, and foretold."""

    who: str
    now: tuple[float, ...]
    ahead: tuple[float, ...]


def foretell(
    people: Sequence[Person], *, deal: Opportunity, model: LoadedModel
) -> tuple[Stood, ...]:
    """Where those who were heard stand, and are to stand after `AHEAD_DAYS` without news."""
    if not people:
        return ()
    pace = model.engine.pace(deal.importance or None, deal.buying_class or None)
    now = np.array([each.phases for each in people])
    days = np.full(len(people), AHEAD_DAYS / pace)
    ahead = propagate(model.engine.dynamics, now, days)
    return tuple(
        Stood(person.key, _rounded(stood), _rounded(foretold))
        for person, stood, foretold in zip(
            people,
            by_anchor(now, model.anchors),
            by_anchor(ahead, model.anchors),
            strict=True,
        )
    )


def _rounded(chances: Floats) -> tuple[float, ...]:
    return tuple(np.round(chances, 5).tolist())
