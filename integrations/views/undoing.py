"""What taking an import back does, in words."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from integrations.importing.undoing import CHANGED, MERGED, STANDS
from integrations.models import ImportRun

SHOWN = 20
WHY = {
    CHANGED: _("changed since"),
    MERGED: _("merged since"),
    STANDS: _("stands on what was imported"),
}


@dataclass(frozen=True, slots=True)
class UndoShown:
    """Rows by kind that go and come back, and what stands in the way."""

    counts: list[tuple[str, int, int]]
    obstacles: list[tuple[str, str, Any]]
    obstacle_count: int
    has_failed: bool

    @property
    def left_count(self) -> int:
        return self.obstacle_count - len(self.obstacles)


def undo_shown(run: ImportRun) -> UndoShown | None:
    """None before anybody asked what an undo would do."""
    told: dict[str, Any] = run.undo
    if not told:
        return None
    gone, back = told.get("gone", {}), told.get("back", {})
    return UndoShown(
        counts=[
            (_kind(label), gone.get(label, 0), back.get(label, 0))
            for label in dict.fromkeys([*reversed(gone), *reversed(back)])
        ],
        obstacles=[
            (_kind(label), name, WHY[why])
            for why, label, name in told.get("obstacles", [])[:SHOWN]
        ],
        obstacle_count=told.get("obstacle_count", 0),
        has_failed=told.get("has_failed", False),
    )


def _kind(label: str) -> str:
    return str(apps.get_model(label)._meta.verbose_name)
