"""What was learned, in rows of words: a report as a page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import in_words
from opportunities.models import Importance
from readiness.models import Basis, LearningRun
from readiness.queries.catalogue import Catalogue
from stakeholders.models import RoleType

SIGNALS_SHOWN = 12

TRIALS = {
    "numbers": gettext_lazy("All numbers, against the expert defaults"),
    "erlang": gettext_lazy(
        "Stays with a typical length (Erlang-2), against exponential ones"
    ),
    "stance": gettext_lazy(
        "For or against by what is unusual in a phase, against phases alone"
    ),
    "entry": gettext_lazy("Where people of each role start, against all alike"),
    "tempo": gettext_lazy("How long people of each role take, against all alike"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One number in words: what it is, its value beside the default, what it rests on."""

    label: str
    group: str
    value: float
    default: float
    low: float | None
    high: float | None
    n: float
    weight: float
    standing: str

    @property
    def standing_label(self) -> str:
        return str(Basis(self.standing).label)


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial on the deals held out, in words."""

    label: str
    deals: int
    signals: int
    before: float
    after: float
    gain: float
    low: float
    high: float
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What one calculation found."""

    deals: int
    learned_from: int
    judged_by: int
    trials: list[Trial]
    dwells: list[Line]
    jumps: list[Line]
    entries: list[Line]
    tempos: list[Line]
    leaning: Line | None
    fading: Line | None
    signals: list[Line]


def report_of(run: LearningRun, *, catalogue: Catalogue) -> Report | None:
    """The report of a finished calculation; one query, for the names of roles."""
    told = run.report
    if not told.get("numbers"):
        return None
    names = _Names(catalogue)
    lines: dict[str, list[Line]] = {}
    for number in told["numbers"]:
        lines.setdefault(number["topic"], []).append(names.line(number))
    signals = sorted(lines.get("signal", []), key=_changed, reverse=True)
    return Report(
        deals=told["deals"],
        learned_from=told["learned_from"],
        judged_by=told["judged_by"],
        trials=[_trial(trial) for trial in told["trials"]],
        dwells=lines.get("dwell", []),
        jumps=lines.get("jump", []),
        entries=lines.get("entry", []),
        tempos=lines.get("tempo", []),
        leaning=_learned(lines.get("leaning", [])),
        fading=_learned(lines.get("fading", [])),
        signals=signals[:SIGNALS_SHOWN],
    )


def _learned(lines: list[Line]) -> Line | None:
    """The one line there is, when it was learned."""
    return next((line for line in lines if line.low is not None), None)


def _changed(line: Line) -> float:
    ratio = line.value / line.default if line.default else 1.0
    return max(ratio, 1 / ratio) if ratio else 1.0


def _trial(told: Mapping[str, Any]) -> Trial:
    margin = 1.96 * told["error"]
    return Trial(
        label=str(TRIALS[told["name"]]),
        deals=told["deals"],
        signals=told["signals"],
        before=told["before"],
        after=told["loss"],
        gain=told["gain"],
        low=told["gain"] - margin,
        high=told["gain"] + margin,
        is_accepted=told["is_accepted"],
    )


class _Names:
    """Words for the keys of numbers."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.order = list(dict.fromkeys(catalogue.anchors))
        self.phases: dict[str, str] = {}
        for anchor, name in zip(catalogue.anchors, catalogue.phase_names, strict=True):
            self.phases.setdefault(anchor, name)
        self.roles = {
            row.code: in_words(row.texts, "name") for row in RoleType.objects.all()
        }
        self.sizes = {str(code): str(label) for code, label in Importance.choices}

    def line(self, number: Mapping[str, Any]) -> Line:
        label, group = self._words(number["topic"], number["key"])
        fields = ("value", "default", "low", "high", "n", "weight", "standing")
        return Line(label=label, group=group, **{name: number[name] for name in fields})

    def _words(self, topic: str, key: list[str]) -> tuple[str, str]:
        if topic == "dwell":
            return self.phases.get(key[0], key[0]), self.sizes.get(key[1], key[1])
        if topic == "jump":
            return self._jump(*key)
        if topic == "entry":
            role = self.roles.get(key[1], key[1]) if len(key) > 1 else _("everybody")
            return role, self.phases.get(key[0], key[0])
        if topic in ("leaning", "fading"):
            return "", ""
        if topic == "signal":
            return self.catalogue.signal(key[0]), self.phases.get(key[1], key[1])
        return (self.roles if topic == "tempo" else self.sizes).get(key[0], key[0]), ""

    def _jump(self, start: str, end: str) -> tuple[str, str]:
        steps = self.order.index(end) - self.order.index(start)
        if steps < 0:
            kind = _("a step back")
        else:
            kind = _("the next phase") if steps == 1 else _("a phase skipped")
        ends = (self.phases.get(start, start), self.phases.get(end, end))
        return " → ".join(ends), kind
