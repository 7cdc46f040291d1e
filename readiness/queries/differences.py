"""What one version of the phase model changes against another, in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import in_words
from readiness.models import EvidenceClass, PhaseModel
from readiness.queries.pack import pack_of

Row = Mapping[str, Any]

TEXTS = {
    "name": gettext_lazy("Name"),
    "definition": gettext_lazy("What it is"),
    "example": gettext_lazy("Example"),
    "cues": gettext_lazy("Typical cues"),
    "moves_on": gettext_lazy("Moves on"),
    "pushes_back": gettext_lazy("Pushes back"),
    "do": pgettext_lazy("advice", "Do"),
    "do_not": pgettext_lazy("advice", "Do not"),
    "look_for": gettext_lazy("What to look for"),
}

PARAMETERS = {
    "importance_factor": gettext_lazy("Pace by the size of the deal"),
    "buying_class_factor": gettext_lazy("Pace by the buying class"),
    "straight_rebuy_prior": gettext_lazy("Where people start in a straight rebuy"),
    "stance_tilt": gettext_lazy("How far a signal tells who is for us"),
    "stance_fading_days": gettext_lazy("Days until it has faded to a third"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: of what, what of it, before and after."""

    of: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Differences:
    """All that differs; empty lists where nothing does."""

    phases: list[Change]
    signals: list[Change]
    actions: list[Change]
    parameters: list[Change]

    @property
    def count(self) -> int:
        """How many things differ."""
        parts = (self.phases, self.signals, self.actions, self.parameters)
        return sum(map(len, parts))


def differences_between(old: PhaseModel, new: PhaseModel) -> Differences:
    """What `new` changes against `old`, by the codes of both; six queries."""
    before, after = pack_of(old), pack_of(new)
    names = _Phases(before["phases"], after["phases"])
    return Differences(
        phases=list(_phases(before["phases"], after["phases"], names)),
        signals=list(_signals(before["signals"], after["signals"], names)),
        actions=list(_actions(before["actions"], after["actions"], names)),
        parameters=list(_parameters(before["parameters"], after["parameters"], names)),
    )


class _Phases:
    """Which phase of the old version each of the new one is, or was made of.

    A phase with another code is compared with the first of its anchor, the gone ones
    before those that are still there: a split and a merge keep the anchor.
    """

    def __init__(self, old: Sequence[Row], new: Sequence[Row]) -> None:
        codes = {row["code"] for row in new}
        place = {row["code"]: n for n, row in enumerate(old)}
        there_first = sorted(
            old, key=lambda row: (row["code"] not in codes, -place[row["code"]])
        )
        of_anchor = {row["anchor"]: place[row["code"]] for row in there_first}
        self.old_names = [in_words(row["texts"], "name") for row in old]
        self.new_names = [in_words(row["texts"], "name") for row in new]
        self.origins = [
            (place.get(row["code"], of_anchor[row["anchor"]]), n, self.new_names[n])
            for n, row in enumerate(new)
        ]

    def steps(
        self, old: Sequence[Any], new: Sequence[Any]
    ) -> Iterator[tuple[str, ...]]:
        """Numbers by phase that differ from those of the phase it is made of."""
        for was, is_now, name in self.origins:
            if old[was] != new[is_now]:
                yield name, _number(old[was]), _number(new[is_now])


def _phases(old: Sequence[Row], new: Sequence[Row], names: _Phases) -> Iterator[Change]:
    codes = {row["code"] for row in new}
    for row, name in zip(old, names.old_names, strict=True):
        if row["code"] not in codes:
            yield Change(name, _("Phase"), name, _("gone"))
    for was, is_now, name in names.origins:
        before, after = old[was], new[is_now]
        if before["code"] != after["code"]:
            yield Change(name, _("Phase"), names.old_names[was], _("new"))
            before, after = _unnamed(before), _unnamed(after)
        yield from _texts(name, before, after)
        for key, label in (
            ("prior_probability", _("People start here")),
            ("mean_dwell_days", _("Mean stay")),
        ):
            if not _same(before[key], after[key]):
                show = _share if key == "prior_probability" else _days
                yield Change(name, label, show(before[key]), show(after[key]))
        goes = (
            _goes(before, was, names.old_names),
            _goes(after, is_now, names.new_names),
        )
        if goes[0] != goes[1]:
            yield Change(name, _("From here to"), *goes)


def _signals(
    old: Sequence[Row], new: Sequence[Row], names: _Phases
) -> Iterator[Change]:
    yield from _come_and_gone(old, new)
    for before, after in _pairs(old, new):
        name = in_words(after["texts"], "name")
        yield from _texts(name, before, after)
        for phase, was, is_now in names.steps(before["steps"], after["steps"]):
            yield Change(name, _("Step in %(phase)s") % {"phase": phase}, was, is_now)
        if before["evidence_class"] != after["evidence_class"]:
            classes = [EvidenceClass(row["evidence_class"]) for row in (before, after)]
            yield Change(name, _("Evidence"), *(str(each.label) for each in classes))
        for key, label in (
            ("stance_effect", _("Effect on stance")),
            ("symptoms", _("Symptoms")),
        ):
            if before[key] != after[key]:
                yield Change(name, label, _number(before[key]), _number(after[key]))
        if before["is_retired"] != after["is_retired"]:
            words = {False: _("yes"), True: _("no")}
            yield Change(
                name,
                _("Offered in the log form"),
                words[before["is_retired"]],
                words[after["is_retired"]],
            )


def _actions(
    old: Sequence[Row], new: Sequence[Row], names: _Phases
) -> Iterator[Change]:
    yield from _come_and_gone(old, new)
    for before, after in _pairs(old, new):
        name = in_words(after["texts"], "name")
        yield from _texts(name, before, after)
        for phase, was, is_now in names.steps(before["fits"], after["fits"]):
            yield Change(name, _("Fit in %(phase)s") % {"phase": phase}, was, is_now)


def _parameters(old: Row, new: Row, names: _Phases) -> Iterator[Change]:
    by_phase = ("straight_rebuy_prior",)
    for key in sorted({*old, *new} - {"chances", *by_phase}):
        if not _same(old.get(key), new.get(key)):
            label = str(PARAMETERS.get(key, key))
            yield Change(label, "", _number(old.get(key)), _number(new.get(key)))
    for key in by_phase:
        for phase, was, is_now in names.steps(old[key], new[key]):
            yield Change(str(PARAMETERS[key]), phase, was, is_now)
    learned, now = old.get("chances", {}), new.get("chances", {})
    for code in sorted({*learned, *now}):
        if code in learned and code in now:
            for phase, was, is_now in names.steps(learned[code], now[code]):
                yield Change(
                    code, _("Chance in %(phase)s") % {"phase": phase}, was, is_now
                )
        else:
            words = {False: _("by its steps"), True: _("as learned")}
            yield Change(code, _("Chance"), words[code in learned], words[code in now])


def _come_and_gone(old: Sequence[Row], new: Sequence[Row]) -> Iterator[Change]:
    was, is_now = ({row["code"] for row in rows} for rows in (old, new))
    for row in old:
        if row["code"] not in is_now:
            yield Change(in_words(row["texts"], "name"), row["code"], "", _("gone"))
    for row in new:
        if row["code"] not in was:
            yield Change(in_words(row["texts"], "name"), row["code"], "", _("new"))


def _pairs(old: Sequence[Row], new: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    was = {row["code"]: row for row in old}
    return ((was[row["code"]], row) for row in new if row["code"] in was)


def _texts(name: str, before: Row, after: Row) -> Iterator[Change]:
    for key, label in TEXTS.items():
        old, new = before["texts"].get(key, {}), after["texts"].get(key, {})
        for language in sorted({*old, *new}):
            words = [_told(texts.get(language)) for texts in (old, new)]
            if words[0] != words[1]:
                yield Change(name, f"{label} ({language})", *words)


def _unnamed(row: Row) -> Row:
    """Of a phase that is new the name is no change."""
    return {**row, "texts": {**row["texts"], "name": {}}}


def _goes(row: Row, place: int, names: Sequence[str]) -> str:
    jumps = sorted(row["jumps"].items(), key=lambda jump: -jump[1])
    return ", ".join(f"{names[place + int(to)]} {_share(share)}" for to, share in jumps)


def _told(words: Any) -> str:
    return " · ".join(words) if isinstance(words, list) else words or ""


def _same(old: Any, new: Any) -> bool:
    """Alike but for the rounding of a split and a merge."""
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) <= 1e-9 * max(1.0, abs(old))
    return bool(old == new)


def _number(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_number(each)}" for key, each in value.items())
    if isinstance(value, float):
        return _rounded(value, 4)
    return "" if value is None else str(value)


def _share(share: float) -> str:
    return _("%(number)s %%") % {"number": _rounded(100 * share, 2)}


def _days(days: float) -> str:
    return _("%(days)s days") % {"days": _rounded(days, 2)}


def _rounded(number: float, digits: int) -> str:
    """Without a zero behind the point that says nothing."""
    rounded = round(number, digits)
    return number_format(int(rounded) if rounded == int(rounded) else rounded)
