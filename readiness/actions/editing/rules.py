"""What a version of the phase model must be, told in sentences that name the place."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice, pairwise
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from readiness.engine.arrays import SUM_TOLERANCE
from stakeholders.models.anchor import ANCHORS

REASONS_AT_MOST = 10
SHOWN = 60


class Malformed(Exception):
    """Not what a phase model is made of; `reasons` say where and why."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


def refuse_malformed(part: Any, *, kind: str = "") -> None:
    """Refuse a whole pack, or with `kind` one phase, signal or action of it.

    :raises Malformed: with the first reasons.
    """
    errors = _validator(kind).iter_errors(part)
    # What an object lacks is one error a name, and one sentence.
    if reasons := dict.fromkeys(map(_words, islice(errors, REASONS_AT_MOST))):
        raise Malformed(list(reasons))


def refuse_unfit(pack: Mapping[str, Any]) -> None:
    """Refuse a well-formed pack whose parts do not fit each other.

    :raises Malformed: with the first reasons.
    """
    if reasons := list(islice(_misfits(pack), REASONS_AT_MOST)):
        raise Malformed(reasons)


@cache
def _validator(kind: str) -> Draft202012Validator:
    schema = json.loads((files("readiness") / "defaults/pack.schema.json").read_text())
    if kind:
        schema = {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
    return Draft202012Validator(schema)


def _words(error: ValidationError) -> str:
    place, wanted = error.json_path.removeprefix("$."), error.validator_value
    at = {"place": _("The file") if place == "$" else brief(place)}
    if error.validator in ("minItems", "maxItems"):
        return _count(error, at)
    match error.validator:
        case "additionalProperties":
            sentence, what = (
                _("%(place)s: “%(what)s” is not known here."),
                _strange(error),
            )
        case "required":
            lacking = [name for name in wanted if name not in error.instance]
            sentence, what = _("%(place)s lacks “%(what)s”."), ", ".join(lacking)
        case "type":
            sentence, what = _("%(place)s must be of the kind “%(what)s”."), wanted
        case "maxLength":
            sentence = _("%(place)s is too long: at most %(what)s characters.")
            what = str(wanted)
        case _:
            sentence, what = _("%(place)s can't be “%(what)s”."), str(error.instance)
    return sentence % {**at, "what": brief(what)}


def _count(error: ValidationError, at: Mapping[str, str]) -> str:
    values = {**at, "n": len(error.instance), "limit": error.validator_value}
    if error.validator == "minItems":
        return _("%(place)s holds %(n)s; it takes at least %(limit)s.") % values
    return _("%(place)s holds %(n)s; at most %(limit)s are read.") % values


def _strange(error: ValidationError) -> str:
    """The first name that a JSON object should not have."""
    known = error.schema.get("properties", {})
    patterns = error.schema.get("patternProperties", {})
    return next(
        str(name)
        for name in error.instance
        if name not in known and not any(re.search(p, name) for p in patterns)
    )


def brief(words: str) -> str:
    """The beginning of what a file says, fit to be shown whatever it is."""
    shown = words[:SHOWN].encode("utf-8", "backslashreplace").decode()
    return shown if len(words) <= SHOWN else f"{shown}…"


def _misfits(pack: Mapping[str, Any]) -> Iterator[str]:
    phases, signals, actions = pack["phases"], pack["signals"], pack["actions"]
    yield from _anchors([phase["anchor"] for phase in phases])
    yield from _twice("phases", (phase["code"] for phase in phases))
    yield from _twice("signals, actions", (row["code"] for row in [*signals, *actions]))
    priors = [phase["prior_probability"] for phase in phases]
    yield from _sum("phases: prior_probability", priors)
    for place, phase in enumerate(phases):
        yield from _jumps(
            f"phases[{place}].jumps", phase["jumps"], range(-place, len(phases) - place)
        )
    for name, rows, numbers in (
        ("signals", signals, "steps"),
        ("actions", actions, "fits"),
    ):
        for place, row in enumerate(rows):
            yield from _length(f"{name}[{place}].{numbers}", row[numbers], len(phases))
    if not any(row["is_default"] for row in signals):
        yield _("signals: at least one must be of the default catalogue (is_default).")
    yield from _parameters(pack["parameters"], signals, len(phases))


def _parameters(
    parameters: Mapping[str, Any], signals: Sequence[Mapping[str, Any]], count: int
) -> Iterator[str]:
    name, prior = "parameters.straight_rebuy_prior", parameters["straight_rebuy_prior"]
    yield from _length(name, prior, count)
    yield from _sum(name, prior)
    known = {row["code"] for row in signals}
    for code, chances in parameters.get("chances", {}).items():
        place = f"parameters.chances.{brief(code)}"
        if code not in known:
            yield _("%(place)s: no signal has this code.") % {"place": place}
        yield from _length(place, chances, count)


def _anchors(anchors: Sequence[str]) -> Iterator[str]:
    missing = [anchor for anchor in ANCHORS if anchor not in anchors]
    if missing:
        yield _(
            "phases: no phase has the anchor %(what)s; each of the seven needs one."
        ) % {"what": ", ".join(missing)}
    places = [ANCHORS.index(anchor) for anchor in anchors]
    for place, (here, after) in enumerate(pairwise(places)):
        if after < here:
            yield _("phases[%(n)s].anchor: anchors come in their order.") % {
                "n": place + 1
            }


def _twice(place: str, codes: Iterable[str]) -> Iterator[str]:
    for code, count in Counter(codes).items():
        if count > 1:
            yield _("%(place)s: the code “%(what)s” stands twice.") % {
                "place": place,
                "what": code,
            }


def _sum(place: str, shares: Sequence[float]) -> Iterator[str]:
    total = sum(shares)
    if abs(total - 1) > SUM_TOLERANCE:
        yield _("%(place)s must add up to 1, not %(sum)s.") % {
            "place": place,
            "sum": f"{total:.10g}",
        }


def _length(place: str, numbers: Sequence[Any], count: int) -> Iterator[str]:
    if len(numbers) != count:
        yield _("%(place)s holds %(n)s numbers; there are %(count)s phases.") % {
            "place": place,
            "n": len(numbers),
            "count": count,
        }


def _jumps(place: str, jumps: Mapping[str, float], within: range) -> Iterator[str]:
    for distance in jumps:
        if int(distance) not in within:
            yield _("%(place)s: a jump of %(n)s leaves the phases.") % {
                "place": place,
                "n": distance,
            }
    if jumps:
        yield from _sum(place, list(jumps.values()))
