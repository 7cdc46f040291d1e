"""What an act would be logged as, in words: the rules, and what is proposed right now."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from readiness.queries.catalogue import Catalogue, catalogue_of
from readiness.queries.models import active_model
from readiness.queries.proposals import (
    EXPLAINED,
    FIRST_PUSH,
    QUOTE_SIGNALS,
    REPEATED_PUSH,
)
from stakeholders.models import QuoteChange, Stakeholder


@dataclass(frozen=True, slots=True)
class Proposal:
    """The signal an act would be logged with, and whose; without either, none is."""

    code: str | None
    stakeholder: Stakeholder | None


@dataclass(frozen=True, slots=True)
class Rule:
    """When which signal is proposed; `then` is empty where it is none."""

    when: str
    then: str


@dataclass(frozen=True, slots=True)
class ProposalWords:
    """All that a form about an act says of signals."""

    rules: list[Rule]
    said: str


def words_for_date(
    proposal: Proposal | None, *, previous: date | None, pushes: int
) -> ProposalWords:
    catalogue = catalogue_of(active_model())
    pushed = REPEATED_PUSH if pushes else FIRST_PUSH
    rules = [
        Rule(_("later than until now"), _named(catalogue, pushed)),
        Rule(_("later, tied to an event of theirs"), _named(catalogue, EXPLAINED)),
        Rule(_("the same day or an earlier one"), ""),
    ]
    return ProposalWords(rules if previous else [], _said(catalogue, proposal))


def words_for_quote(proposal: Proposal | None) -> ProposalWords:
    catalogue = catalogue_of(active_model())
    rules = [
        Rule(str(QuoteChange(change).label), _named(catalogue, code))
        for change, code in QUOTE_SIGNALS.items()
    ]
    return ProposalWords(rules, _said(catalogue, proposal))


def _said(catalogue: Catalogue, proposal: Proposal | None) -> str:
    if proposal is None:
        return ""
    name = _named(catalogue, proposal.code or "")
    if not name:
        return _("As it stands, this proposes no signal.")
    if proposal.stakeholder is None:
        return _("“%(signal)s”, once you say of whom.") % {"signal": name}
    return _("As it stands: “%(signal)s”, of %(name)s.") % {
        "signal": name,
        "name": proposal.stakeholder,
    }


def _named(catalogue: Catalogue, code: str) -> str:
    """What the model calls a signal; empty when it has none of that code."""
    return catalogue.signal(code) if code in catalogue.signals else ""
