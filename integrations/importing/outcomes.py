"""How a deal ended, by what its row tells: marks of its own, a status, or else its stage."""

import re
from typing import Any

from django.utils.translation import gettext as _

from integrations.importing.cells import Cells, is_yes
from integrations.importing.mappings import Mapping
from integrations.importing.refusal import Refusal
from integrations.importing.values import show
from opportunities.models import CLOSED_OUTCOMES, Outcome

# "Closed won (Sales Pipeline)": a stage with the pipeline it lies in.
_PIPELINE = re.compile(r"\s*\([^()]*\)$")


def outcome_of(told: dict[str, str], mapping: Mapping) -> str:
    """Empty where nothing tells it: the row's own word stands then.

    :raises Refusal: for a stage the mapping says nothing of.
    """
    if is_yes(told.get("is_won", "")):
        return Outcome.WON.value
    if "is_closed" in told or "is_lost" in told:
        lost = is_yes(told.get("is_lost", "")) or is_yes(told.get("is_closed", ""))
        return Outcome.LOST.value if lost else Outcome.OPEN.value
    if not mapping.outcomes:
        return ""
    word = told.get("status", "") or told.get("stage", "")
    ended = _ended(word, mapping)
    if not ended:
        raise Refusal(
            _("The mapping does not say how a deal in stage %(stage)s ended.")
            % {"stage": show(word)}
        )
    return ended


def _ended(word: str, mapping: Mapping) -> str:
    if not mapping.is_export:
        return mapping.outcomes.get(word, mapping.outcome_otherwise)
    by_word = {stage.casefold(): ended for stage, ended in mapping.outcomes.items()}
    bare = _PIPELINE.sub("", word).casefold()
    return by_word.get(word.casefold()) or by_word.get(bare, mapping.outcome_otherwise)


def close(raw: dict[str, Any], told: dict[str, str], cells: Cells) -> bool:
    """Say when a deal closed; an export's one day of closing is a guess while it is open.

    True when it was entered only after it had closed, and so counts as opened that day.
    """
    if raw.get("outcome") not in CLOSED_OUTCOMES:
        return False
    own = "won_on" if raw["outcome"] == Outcome.WON else "lost_on"
    found = told.get(own) or told.get("close_on")
    if "closed_on" not in raw and found:
        raw["closed_on"] = cells.day(found)
        if raw.get("opened_on", "") > raw["closed_on"]:
            raw |= {"opened_on": raw["closed_on"], "opened_on_assumed": True}
            return True
    return False
