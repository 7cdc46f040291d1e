"""How far a human's reading of somebody lies from the model's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What the model gives a human's reading, and how many phases lie between.

    `apart` counts from the model's expected phase: above zero the human is ahead.
    `likeliest` is the anchor the model holds most likely.
    """

    chance: float
    likeliest: str
    likeliest_chance: float
    apart: float

    @property
    def is_same(self) -> bool:
        """Whether both mean the same phase most."""
        return self.chance == self.likeliest_chance


def disagreement(
    chances: Mapping[str, float], human: str, *, order: Sequence[str]
) -> Disagreement:
    """Return where the human stands against P(anchor); `order` counts the phases.

    :raises ValueError: if the human's anchor is not one of the order.
    """
    if human not in order:
        raise ValueError(f"There is no anchor {human!r}.")
    likeliest = max(chances, key=lambda anchor: chances[anchor])
    expected = sum(order.index(anchor) * chance for anchor, chance in chances.items())
    return Disagreement(
        chance=chances.get(human, 0.0),
        likeliest=likeliest,
        likeliest_chance=chances[likeliest],
        apart=order.index(human) - expected,
    )
