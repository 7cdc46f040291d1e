"""How well one member reads, for that member and their coach alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from coaching.engine.reading_skill import FEWEST, Read, Skill, skill_of


@dataclass(frozen=True, slots=True, eq=False)
class SkillPage:
    """A skill with the names of the phases; without one while the cases are too few."""

    n: int
    fewest: int
    names: tuple[str, ...]
    skill: Skill | None

    @property
    def confusion(self) -> list[tuple[str, tuple[int, ...], int]]:
        """A row for each phase that was a key: what was read there, and how many."""
        if self.skill is None:
            return []
        rows = zip(self.names, self.skill.confusion, strict=True)
        return [(name, row, sum(row)) for name, row in rows if sum(row)]


def skill_page(reads: Sequence[Read], *, names: tuple[str, ...]) -> SkillPage:
    return SkillPage(len(reads), FEWEST, names, skill_of(reads))
