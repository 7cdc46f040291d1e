"""What an application asks for, said to a human being."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RESOURCES: dict[str, str | Promise] = {
    "action_types": _("the catalogue of what we do"),
    "api_keys": _("API keys"),
    "audit_events": _("the audit trail"),
    "calls": _("what managers expect"),
    "coaching_notes": _("notes of one-to-ones"),
    "commitments": _("what was agreed in one-to-ones"),
    "companies": _("companies"),
    "confirmations": _("confirmed phases"),
    "decision_dates": _("decision dates"),
    "duplicate_companies": _("companies that look like one"),
    "duplicate_people": _("people who look like one"),
    "exchange_rates": _("exchange rates"),
    "exports": _("files of what is here"),
    "forecasts": _("forecasts of opportunities"),
    "held_roles": _("who holds which role"),
    "help_requests": _("questions to coaches"),
    "imports": _("files that come in"),
    "influence": _("who influences whom"),
    "interactions": _("conversations, with what was signalled"),
    "me": _("your name, address and roles"),
    "members": _("members of the workspace"),
    "one_to_ones": _("what to speak about in one-to-ones"),
    "opportunities": _("opportunities"),
    "outcome_reviews": _("looks back at ended opportunities"),
    "outcomes": _("how opportunities ended"),
    "overrides": _("phases as sellers read them"),
    "people": _("people at companies"),
    "period_reviews": _("weekly reviews, as frozen"),
    "phase_models": _("phase models"),
    "phases": _("the phases of phase models"),
    "portfolio_forecasts": _("forecasts of a period"),
    "practice_answers": _("answers to practice cases"),
    "prompts": _("advice"),
    "purchase_file": _("purchase files"),
    "quotes": _("quotes"),
    "readings": _("where each person stands"),
    "roles": _("roles in a decision"),
    "search": _("search results"),
    "signal_types": _("the catalogue of signals"),
    "signals": _("signals"),
    "snapshots": _("forecasts, as frozen by night"),
    "stakeholders": _("people in opportunities"),
    "symptoms": _("symptoms of opportunities"),
    "targets": _("targets of periods"),
    "tasks": _("tasks"),
    "teams": _("teams"),
    "views": _("saved views of the list of opportunities"),
    "webhook_deliveries": _("what was sent to webhooks"),
    "webhooks": _("webhooks: where news is sent"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What an application wants to read, and what to make and change."""

    reads: list[str]
    writes: list[str]


def in_words(scopes: Collection[str]) -> Wish:
    """Scopes by what they open, in the order of the alphabet of the reader."""
    return Wish(reads=_named(scopes, "read"), writes=_named(scopes, "write"))


def _named(scopes: Collection[str], action: str) -> list[str]:
    names = [scope.partition(":") for scope in scopes]
    return sorted(
        str(RESOURCES.get(resource, resource))
        for resource, _colon, does in names
        if does == action
    )
