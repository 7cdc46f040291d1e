"""What another version of the phase model would say of the open deals. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Workspace
from forecasting.queries.deal import entered_about, replayed_deal
from forecasting.queries.forecasted import compute
from opportunities.models import Opportunity
from readiness.engine.records import Reading
from readiness.queries.models import LoadedModel
from readiness.queries.reading import read_people

DEALS_AT_MOST = 200
VISIBLE = 0.0005  # a change that one decimal of a percent shows


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody who would stand in another phase.

    `before` and `after` are the likeliest anchors, each with its chance then; `shift` is
    the part of the probability that moves to other anchors.
    """

    name: str
    deal: Opportunity
    before: str
    after: str
    before_chance: float
    after_chance: float
    shift: float


@dataclass(frozen=True, slots=True)
class DealChange:
    """A deal and its chance to be won by its target, under both versions."""

    deal: Opportunity
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Preview:
    """`deals` of `all_deals` looked at; those who move most come first.

    `shift` is the mean part of a person's probability that moves, among the `heard`.
    """

    all_deals: int
    heard: int
    shift: float
    movers: list[Mover]
    deals: list[DealChange]

    @property
    def before(self) -> float | None:
        return _mean([each.before for each in self.deals])

    @property
    def after(self) -> float | None:
        return _mean([each.after for each in self.deals])

    @property
    def change(self) -> float:
        return (self.after or 0.0) - (self.before or 0.0)

    @property
    def changed(self) -> list[DealChange]:
        """The deals whose chance changes visibly, those that change most first."""
        changed = (each for each in self.deals if abs(each.change) >= VISIBLE)
        return sorted(changed, key=lambda each: -abs(each.change))


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
    people = []
    for deal in deals:
        for pk, person in before[deal.pk].items():
            if person.reading.is_unknown or person.stakeholder.left_on is not None:
                continue
            stood = _anchors(person.reading, old)
            stands = _anchors(after[deal.pk][pk].reading, new)
            name = person.stakeholder.person.name
            people.append(_mover(name, deal, stood=stood, stands=stands))
    movers = [each for each in people if each.before != each.after]
    return Preview(
        all_deals=rows.count(),
        heard=len(people),
        shift=_mean([each.shift for each in people]) or 0.0,
        movers=sorted(movers, key=lambda each: -each.shift),
        deals=[
            DealChange(deal, before=float(was), after=float(is_now))
            for deal, was, is_now in zip(deals, old_chances, new_chances, strict=True)
        ],
    )


def _mover(
    name: str,
    deal: Opportunity,
    *,
    stood: dict[str, float],
    stands: dict[str, float],
) -> Mover:
    before = max(stood, key=stood.__getitem__)
    after = max(stands, key=stands.__getitem__)
    anchors = {*stood, *stands}
    apart = sum(abs(stood.get(a, 0.0) - stands.get(a, 0.0)) for a in sorted(anchors))
    return Mover(
        name=name,
        deal=deal,
        before=before,
        after=after,
        before_chance=stood[before],
        after_chance=stands[after],
        shift=apart / 2,
    )


def _anchors(reading: Reading, model: LoadedModel) -> dict[str, float]:
    """The chance of each anchor, its phases taken together."""
    return model.engine.anchor_chances([float(each) for each in reading.probabilities])


def _mean(chances: list[float]) -> float | None:
    return sum(chances) / len(chances) if chances else None
