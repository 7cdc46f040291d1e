"""`manage.py readings`: where everybody stands, or stood, one line a person."""

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from buyreadiness.management.moments import (
    add_moment_arguments,
    instant_text,
    line,
    opened,
    when_of,
    workspace_named,
)
from readiness.queries.as_of import AsOf, Believed, beliefs, open_deals, stored_beliefs
from readiness.queries.models import active_model

DEALS_AT_ONCE = 200


class Command(BaseCommand):
    help = "Print the phase of everybody active in an open deal, as JSON lines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_moment_arguments(parser)

    def handle(self, **options: Any) -> None:
        workspace = workspace_named(options["workspace"])
        when = when_of(workspace, options["as_of"], now=timezone.now())
        believed = stored_beliefs if options["frozen"] else beliefs
        with opened(workspace):
            model, deals = active_model(), iter(open_deals(when))
            while some := list(islice(deals, DEALS_AT_ONCE)):
                for each in believed(some, when=when, model=model):
                    self.stdout.write(line(_values(each, when=when)))


def _values(each: Believed, *, when: AsOf) -> dict[str, Any]:
    person, reading = each.stakeholder, each.reading
    chances = each.model.engine.anchor_chances(reading.probabilities)
    phase = None if reading.is_unknown else max(chances, key=lambda name: chances[name])
    return {
        "stakeholder": str(person.pk),
        "external_id": person.external_id or None,
        "opportunity": str(person.opportunity_id),
        "as_of": instant_text(when.at),
        "phase": phase,
        "probabilities": chances,
        "stance": reading.stance,
        "signals": reading.signals,
        "override": each.override,
        "model": each.model.version,
    }
