"""What another version of the phase model would say of the open deals. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Workspace
from forecasting.queries.deal import entered_about, replayed_deal
from forecasting.queries.forecasted import compute
from opportunities.models import Opportunity
from readiness.engine.records import Reading
from readiness.queries.models import LoadedModel
from readiness.queries.reading import read_people

DEALS_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody who would stand in another phase."""

    name: str
    deal: Opportunity
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`deals` of `all_deals` looked at; mean chances to win by the target, 0..1."""

    deals: int
    all_deals: int
    heard: int
    movers: list[Mover]
    before: float | None
    after: float | None

    @property
    def change(self) -> float:
        return (self.after or 0.0) - (self.before or 0.0)


def preview(
    *, old: LoadedModel, new: LoadedModel, workspace: Workspace, now: datetime
) -> Preview:
    """Replay the open deals under both versions: eleven queries, whatever their number."""
    rows = Opportunity.objects.still_open()
    deals = list(rows.order_by("pk")[:DEALS_AT_MOST])
    entered = entered_about(deals, workspace=workspace, now=now)
    sides = []
    for model in (old, new):
        read = read_people(deals, model=model, zone=workspace.zone, now=now)
        chances = [
            compute(
                replayed_deal(deal, read=read[deal.pk], model=model, entered=entered),
                model=model,
            ).forecast.won_by_target
            for deal in deals
        ]
        sides.append((read, chances))
    (before, old_chances), (after, new_chances) = sides
    movers, heard = [], 0
    for deal in deals:
        for pk, person in before[deal.pk].items():
            if person.reading.is_unknown or person.stakeholder.left_on is not None:
                continue
            heard += 1
            stood = _anchor(person.reading, old)
            stands = _anchor(after[deal.pk][pk].reading, new)
            if stood != stands:
                name = person.stakeholder.person.name
                movers.append(Mover(name, deal, before=stood, after=stands))
    return Preview(
        deals=len(deals),
        all_deals=rows.count(),
        heard=heard,
        movers=movers,
        before=_mean(old_chances),
        after=_mean(new_chances),
    )


def _anchor(reading: Reading, model: LoadedModel) -> str:
    """The likeliest anchor, the phases of each taken together."""
    chances = dict.fromkeys(model.anchors, 0.0)
    for anchor, chance in zip(model.anchors, reading.probabilities, strict=True):
        chances[anchor] += float(chance)
    return max(chances, key=chances.__getitem__)


def _mean(chances: list[Any]) -> float | None:
    return float(sum(chances) / len(chances)) if chances else None
