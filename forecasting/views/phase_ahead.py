"""How phases foretold thirty days ahead turned out, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecasting.engine.phase_ahead import Beaten, Stander

STANDERS = {
    Stander.STILL: gettext_lazy("standing still"),
    Stander.USUAL: gettext_lazy("the usual shares"),
}
MEANT = {
    Stander.STILL: gettext_lazy("everybody stays where they are believed to be"),
    Stander.USUAL: gettext_lazy("everybody is as the people of the other deals were"),
}
TONES = {Beaten.BETTER: "good", Beaten.WORSE: "bad"}


def ahead_shown(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the page shows; None where the report is older than this part of it."""
    if told is None:
        return None
    shown = {**told, "unknown": told["foretold"] - told["n"]}
    found = told["found"]
    if found is None:
        return shown
    lines = [_line(rival, found[rival]) for rival in Stander]
    return shown | {
        "verdict": _verdict(found),
        "tone": _tone(lines),
        "lines": lines,
    }


def _line(rival: Stander, against: Mapping[str, Any]) -> dict[str, Any]:
    titles = {
        Beaten.BETTER: _("beaten"),
        Beaten.WORSE: _("not beaten: the model was worse"),
        Beaten.UNDECIDED: _("not told apart"),
    }
    return {
        "name": STANDERS[rival],
        "meant": MEANT[rival],
        "score": against["score"],
        "gap": against["gap"],
        "verdict": titles[Beaten(against["verdict"])],
        "tone": TONES.get(Beaten(against["verdict"]), ""),
    }


def _tone(lines: list[dict[str, Any]]) -> str:
    tones = {line["tone"] for line in lines}
    if "bad" in tones:
        return "bad"
    return "good" if tones == {"good"} else ""


def _verdict(found: Mapping[str, Any]) -> str:
    """Whether it beat both, one or neither, and on how many."""
    still, usual = (found[rival]["verdict"] == Beaten.BETTER for rival in Stander)
    sentences = {
        (True, True): _("It beat both standing still and the usual shares"),
        (True, False): _("It beat standing still, not the usual shares"),
        (False, True): _("It beat the usual shares, not standing still"),
        (False, False): _("It beat neither standing still nor the usual shares"),
    }
    return _("%(verdict)s, on your n = %(n)s of %(deals)s deals.") % {
        "verdict": sentences[still, usual],
        "n": number_format(found["n"]),
        "deals": number_format(found["deals"]),
    }
