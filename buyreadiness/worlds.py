"""A synthetic world in a workspace: the shipped defaults, by the import everyone uses."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts import tenancy
from accounts.models import Membership
from buyreadiness.recompute import recompute
from forecasting.engine.world.wording import Wording, wording_of
from integrations.importing import Order, Report, import_file
from opportunities.models import Opportunity, RecomputeRequest
from readiness.models import ActionType
from readiness.queries.models import active_model

AT_ONCE = 10
Told = Callable[[int], None]


class WorldRefused(Exception):
    """The import refused lines that were made here: an error of ours, not of a file."""


def shipped_words() -> Wording:
    """The names, companies and notes of `integrations/defaults`."""
    notes, companies, people = map(_shipped, ("notes", "companies", "people"))
    return wording_of(notes=notes, companies=companies, people=people)


def fits_of_actions() -> Mapping[str, Sequence[int]]:
    """The fit of every action of the active model in each phase. Workspace open."""
    active = ActionType.objects.filter(model_id=active_model().pk)
    return dict(active.order_by("code").values_list("code", "fits"))


def import_lines(
    lines: Iterable[Mapping[str, Any]],
    *,
    workspace_id: UUID,
    zone: ZoneInfo,
    by: Membership | None,
    now: datetime,
) -> Report:
    """Import lines of a bundle; what is then to be computed is left to `recompute_open`.

    :raises WorldRefused: with the first sentences of the report.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        order = Order(path=path, zone=zone, now=now, by=by)
        report = import_file(order, door=lambda: _quiet_door(workspace_id))
    if not report.is_clean:
        refused = (f"{row.line}: {row.sentence}" for row in report.refused[:5])
        raise WorldRefused(" ".join(refused))
    return report


def recompute_open(
    *, workspace_id: UUID, now: datetime, told: Told | None = None
) -> int:
    """Read, forecast and advise on every open deal, a few in each transaction."""
    with tenancy.workspace(workspace_id, through="command"):
        pks = list(Opportunity.objects.still_open().values_list("pk", flat=True))
    for first in range(0, len(pks), AT_ONCE):
        some = pks[first : first + AT_ONCE]
        with tenancy.workspace(workspace_id, through="command"):
            rows = Opportunity.objects.select_for_update(of=("self",)).filter(
                pk__in=some
            )
            for opportunity in rows.order_by("pk"):
                recompute(opportunity=opportunity, now=now)
        if told is not None:
            told(len(some))
    return len(pks)


@contextmanager
def _quiet_door(workspace_id: UUID) -> Iterator[None]:
    """No worker learns of what is computed here anyway: the requests never commit."""
    with tenancy.workspace(workspace_id, through="command"):
        yield
        RecomputeRequest.objects.filter(workspace_id=workspace_id).delete()


def _shipped(name: str) -> Any:
    file = resources.files("integrations.defaults").joinpath(f"demo_{name}.json")
    return json.loads(file.read_text(encoding="utf-8"))
