"""The calibration map in force in the open workspace, ready to compute with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from forecasting.engine.calibration import (
    Calibration,
    CalibrationMap,
    HorizonMaps,
    mapped_chance,
)
from forecasting.engine.purchase_file import file_factor
from forecasting.models import CalibrationVersion, MapStatus

EXAMPLES = (0.1, 0.3, 0.5, 0.8)
DOUBTED_FILE = 0.25  # P(file) of the example


@dataclass(frozen=True, slots=True)
class LoadedMap:
    """A map, what it is called, and the last day whose ends it has seen."""

    pk: UUID | None
    version: str
    calibration: Calibration
    last_seen_on: date | None = None

    def at(self, horizon: int) -> CalibrationMap:
        """The map of one horizon."""
        if isinstance(self.calibration, CalibrationMap):
            return self.calibration
        return dict(self.calibration.knots)[float(horizon)]

    def before(self, day: date) -> "LoadedMap":
        """What may foretell from a day on: itself, or the experts' if it saw later ends."""
        is_innocent = self.last_seen_on is None or self.last_seen_on < day
        return self if is_innocent else EXPERT_MAP


EXPERT_MAP = LoadedMap(None, "expert-map-1", CalibrationMap())


def active_map() -> LoadedMap:
    """The map in force; one query."""
    row = CalibrationVersion.objects.filter(status=MapStatus.ACTIVE).first()
    return EXPERT_MAP if row is None else loaded_map(row)


def loaded_map(row: CalibrationVersion) -> LoadedMap:
    """A version of the map, whether in force or not."""
    return LoadedMap(
        pk=row.pk,
        version=row.version,
        calibration=HorizonMaps(
            tuple(
                (
                    float(knot["days"]),
                    CalibrationMap(
                        knot["intercept"],
                        knot["slope"],
                        row.floor,
                        knot.get("file_weight", EXPERT_MAP.at(0).file_weight),
                    ),
                )
                for knot in row.knots
            )
        ),
        last_seen_on=row.last_seen_on,
    )


@dataclass(frozen=True, slots=True)
class Example:
    """What the maps make of one chance of the model, by horizon."""

    model: float
    told: tuple[float, ...]


def examples(loaded: LoadedMap, *, horizons: Sequence[int]) -> list[Example]:
    """A few chances as the model has them, and as they are told."""
    return [
        Example(
            chance,
            tuple(
                float(mapped_chance(chance, calibration=loaded.at(horizon)))
                for horizon in horizons
            ),
        )
        for chance in EXAMPLES
    ]


def kept_despite_the_file(loaded: LoadedMap, *, horizons: Sequence[int]) -> list[float]:
    """What is left of a chance, by horizon, where a purchase file is unlikely."""
    factor = file_factor(DOUBTED_FILE)
    return [factor ** loaded.at(horizon).file_weight for horizon in horizons]
