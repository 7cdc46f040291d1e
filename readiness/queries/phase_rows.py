"""The phases of a version with where people go from each, in words."""

from dataclasses import dataclass

from readiness.models import Phase, PhaseModel


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """A phase, and where people go from it: names with their shares, the likeliest first.

    `can_merge`: the next one stands for the same default phase.
    """

    phase: Phase
    jumps: list[tuple[str, float]]
    can_merge: bool


def phase_rows(model: PhaseModel) -> list[PhaseRow]:
    """In their order; one query."""
    phases = list(Phase.objects.filter(model=model).order_by("position"))
    return [
        PhaseRow(
            phase,
            [
                (str(phases[place + int(step)]), share)
                for step, share in sorted(
                    phase.jumps.items(), key=lambda item: -item[1]
                )
            ],
            can_merge=phase.anchor in [each.anchor for each in phases[place + 1 :][:1]],
        )
        for place, phase in enumerate(phases)
    ]
