"""What the log form offers: the people of a deal, the signals, our own steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from opportunities.models import Opportunity
from readiness.models import EvidenceClass
from readiness.queries.catalogue import (
    ActionKindText,
    Catalogue,
    SignalKindText,
    catalogue_of,
)
from readiness.queries.models import LoadedModel, active_model
from readiness.queries.timing import StepNow, steps_for_people
from stakeholders.models import Stakeholder

SAID = (EvidenceClass.STATEMENT,)
DID = (EvidenceClass.OBSERVED, EvidenceClass.IMPRESSION)
GAVE = (EvidenceClass.ARTEFACT,)


@dataclass(frozen=True, eq=False)
class LogSheet:
    """Everything there is to choose from; neutral: by name, never by what we would like."""

    opportunity: Opportunity
    sitters: tuple[Stakeholder, ...]
    catalogue: Catalogue
    model: LoadedModel

    @cached_property
    def signals(self) -> list[SignalKindText]:
        """Those that are offered, in the order of the reader's alphabet."""
        offered = (s for s in self.catalogue.signals.values() if not s.is_retired)
        return sorted(offered, key=str)

    @cached_property
    def actions(self) -> list[ActionKindText]:
        return sorted(self.catalogue.actions.values(), key=str)

    @cached_property
    def kinds(self) -> list[tuple[str, str]]:
        """With the retired ones last: where one was logged it must stay choosable."""
        retired = [s for s in self.catalogue.signals.values() if s.is_retired]
        return [
            *((each.code, str(each)) for each in self.signals),
            *(
                (each.code, _("%(name)s (no longer used)") % {"name": each})
                for each in sorted(retired, key=str)
            ),
        ]

    @property
    def said(self) -> list[SignalKindText]:
        """What people say: the first helper question."""
        return self._of(SAID)

    @property
    def done(self) -> list[SignalKindText]:
        """What people do, seen or sensed: the second."""
        return self._of(DID)

    @property
    def given(self) -> list[SignalKindText]:
        """What people put on paper: the third."""
        return self._of(GAVE)

    def _of(self, classes: Sequence[str]) -> list[SignalKindText]:
        return [each for each in self.signals if each.evidence_class in classes]

    def stakeholder(self, pk: str) -> Stakeholder | None:
        return next((each for each in self.sitters if str(each.pk) == pk), None)

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        return [(str(each.pk), _called(each)) for each in self.sitters]


def log_sheet(opportunity: Opportunity) -> LogSheet:
    """The sheet of a deal: who sits in it, last those who left; few queries, always as many.

    Who left can still be heard of: a talk is often logged after its day.
    """
    people = (
        Stakeholder.objects.filter(opportunity=opportunity)
        .select_related("person")
        .order_by(F("left_on").desc(nulls_first=True), "person__name", "pk")
    )
    model = active_model()
    return LogSheet(
        opportunity=opportunity,
        sitters=tuple(people),
        catalogue=catalogue_of(model),
        model=model,
    )


def steps_for(sheet: LogSheet, *, now: datetime) -> list[StepNow]:
    """Which steps of ours would suit or harm whom now; one query."""
    here = [each for each in sheet.sitters if each.left_on is None]
    return steps_for_people(here, model=sheet.model, now=now)


def _called(stakeholder: Stakeholder) -> str:
    if stakeholder.left_on is None:
        return str(stakeholder.person)
    return _("%(name)s (left on %(day)s)") % {
        "name": stakeholder.person,
        "day": date_format(stakeholder.left_on, "SHORT_DATE_FORMAT"),
    }
