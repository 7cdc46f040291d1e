"""Open the symptoms that a deal shows now, close those it shows no longer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from coaching.engine.symptoms import Finding
from coaching.engine.symptoms import Symptom as Kind
from coaching.models import Symptom
from coaching.signals import symptoms_detected
from forecasting.actions.outlooks import mark_symptoms
from forecasting.models import ListedSymptom
from opportunities.models import Opportunity

# Shown by a person; the others are of the deal, whoever they speak of.
OF_A_PERSON = frozenset(
    {Kind.PROBING_DODGED, Kind.HAPPY_EARS, Kind.STANCE_WITHOUT_PHASE, Kind.STALE}
)


@transaction.atomic(savepoint=False)  # always within a recompute
def refresh_symptoms(
    *,
    opportunity: Opportunity,
    findings: Sequence[Finding],
    rows: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> None:
    """Make the open symptoms of a deal those of `findings`; what stays keeps its day.

    `rows` names what the findings rest on, by key.
    """
    there = {
        (row.code, row.stakeholder_id): row
        for row in Symptom.objects.filter(
            opportunity=opportunity, closed_at__isnull=True
        )
    }
    wanted = {
        key: {
            "reading": finding.reading,
            "people": list(finding.people),
            "rows": [dict(rows[each]) for each in finding.rows if each in rows],
        }
        for finding in findings
        for key in [(str(finding.symptom), _whose(finding))]
    }
    _close([row for key, row in there.items() if key not in wanted], now=now)
    _change([(row, wanted[key]) for key, row in there.items() if key in wanted])
    new = Symptom.objects.bulk_create(
        [
            Symptom(
                opportunity=opportunity,
                code=code,
                stakeholder_id=whose,
                opened_at=now,
                **told,
            )
            for (code, whose), told in wanted.items()
            if (code, whose) not in there
        ]
    )
    if new:
        symptoms_detected.send(sender=Symptom, symptoms=new, now=now)
    shown = {code for code, _whose in wanted}
    mark_symptoms(
        opportunity, codes=[code for code in ListedSymptom.values if code in shown]
    )


@transaction.atomic(savepoint=False)  # always within a recompute
def close_symptoms(*, opportunity: Opportunity, now: datetime) -> None:
    """A deal that ended stalls no more."""
    Symptom.objects.filter(opportunity=opportunity, closed_at__isnull=True).update(
        closed_at=now
    )


def _whose(finding: Finding) -> UUID | None:
    return UUID(finding.people[0]) if finding.symptom in OF_A_PERSON else None


def _close(rows: Sequence[Symptom], *, now: datetime) -> None:
    if rows:
        Symptom.objects.filter(pk__in=[row.pk for row in rows]).update(closed_at=now)


def _change(pairs: Sequence[tuple[Symptom, Mapping[str, Any]]]) -> None:
    changed = []
    for row, told in pairs:
        if any(getattr(row, name) != value for name, value in told.items()):
            for name, value in told.items():
                setattr(row, name, value)
            changed.append(row)
    if changed:
        Symptom.objects.bulk_update(changed, ["reading", "people", "rows"])
