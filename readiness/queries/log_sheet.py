"""What the log form offers: the people of a deal, the signals, our own steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from opportunities.models import Opportunity
from readiness.models import EvidenceClass
from readiness.queries.catalogue import ActionKindText, SignalKindText, catalogue_of
from readiness.queries.models import LoadedModel, active_model
from stakeholders.models import Stakeholder

SAID = (EvidenceClass.STATEMENT,)
DID = (EvidenceClass.OBSERVED, EvidenceClass.ARTEFACT)


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody who can be named in the form."""

    stakeholder: Stakeholder

    @property
    def id(self) -> UUID:
        return self.stakeholder.pk

    @property
    def name(self) -> str:
        return str(self.stakeholder.person)


@dataclass(frozen=True, slots=True, eq=False)
class LogSheet:
    """Everything there is to choose from; neutral: by name, never by what we would like."""

    opportunity: Opportunity
    sitters: tuple[Sitter, ...]
    signals: tuple[SignalKindText, ...]
    actions: tuple[ActionKindText, ...]
    model: LoadedModel

    @property
    def said(self) -> list[SignalKindText]:
        """What people say: the first helper question."""
        return self._of(SAID)

    @property
    def done(self) -> list[SignalKindText]:
        """What people do or hand over: the second."""
        return self._of(DID)

    @property
    def noticed(self) -> list[SignalKindText]:
        """What one only senses or sees from afar: the third."""
        return self._of((EvidenceClass.IMPRESSION,))

    def _of(self, classes: Sequence[str]) -> list[SignalKindText]:
        return [each for each in self.signals if each.evidence_class in classes]

    def stakeholder(self, pk: str) -> Stakeholder | None:
        for sitter in self.sitters:
            if str(sitter.id) == pk:
                return sitter.stakeholder
        return None

    def people(self) -> list[tuple[str, str]]:
        return [(str(sitter.id), sitter.name) for sitter in self.sitters]


def log_sheet(
    opportunity: Opportunity,
    *,
    today: date,
    also: Iterable[UUID] = (),
) -> LogSheet:
    """The sheet of a deal: who is active in it today, and `also` those; two queries."""
    model = active_model()
    catalogue = catalogue_of(model)
    kept = set(also)
    people = [
        person
        for person in Stakeholder.objects.filter(opportunity=opportunity)
        .select_related("person")
        .order_by("person__name", "pk")
        if person.left_on is None or person.left_on > today or person.pk in kept
    ]
    return LogSheet(
        opportunity=opportunity,
        sitters=tuple(map(Sitter, people)),
        signals=tuple(sorted(catalogue.signals.values(), key=str)),
        actions=tuple(sorted(catalogue.actions.values(), key=str)),
        model=model,
    )
