"""Every signal that was logged must be one the active version can read."""

from django.utils.translation import ngettext

from readiness.models import PhaseModel
from readiness.queries.logged_codes import unread_codes

NAMED_AT_MOST = 5


class LacksLoggedSignals(Exception):
    """The version lacks a signal that was logged: whoever gave it could not be read."""


def refuse_lacking(model: PhaseModel) -> None:
    """Refuse a version that could not read what was logged.

    :raises LacksLoggedSignals: for codes that were logged.
    """
    if words := lacking_words(model):
        raise LacksLoggedSignals(words)


def lacking_words(model: PhaseModel) -> str:
    """Why a version can't read the workspace's deals; empty when it can."""
    missing = unread_codes(model)
    if not missing:
        return ""
    count = sum(missing.values())
    return ngettext(
        "This version lacks %(codes)s, logged %(n)s time: nobody who gave that signal"
        " could be read. Add it to a draft of this version first.",
        "This version lacks %(codes)s, logged %(n)s times: nobody who gave those signals"
        " could be read. Add them to a draft of this version first.",
        count,
    ) % {"codes": _listed(list(missing)), "n": count}


def _listed(codes: list[str]) -> str:
    """The first few, in the order they are given."""
    shown = ", ".join(codes[:NAMED_AT_MOST])
    return f"{shown} …" if len(codes) > NAMED_AT_MOST else shown
