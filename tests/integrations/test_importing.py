"""What an import does with what is there."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AuditEvent, Membership, SearchToken, Workspace
from integrations.importing import Order, ReadElsewhere
from integrations.importing.staging import Progress, _begun, stage
from integrations.models import ImportRow, ImportRun, ImportStatus
from opportunities.models import Company, Opportunity, RecomputeRequest
from readiness.models import Signal
from stakeholders.models import (
    DecisionDate,
    Interaction,
    OutcomeEvent,
    RoleHeld,
    Stakeholder,
)
from tests.factories import NOW
from tests.integrations.files import (
    BRUSSELS,
    COMPANY,
    DEAL,
    PERSON,
    SEAT,
    SMALL,
    TALK,
    Line,
    furnish,
    importing,
    write_bundle,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(tmp_path: Path) -> Any:
    """Import lines as one and the same file, which may change."""
    furnish()

    def run(lines: list[Line], **order: Any) -> Any:
        return importing(write_bundle(tmp_path / "crm.jsonl", lines), **order)

    return run


def counts(report: Any) -> dict[str, tuple[int, int, int]]:
    verdicts = ("made", "changed", "unchanged")
    return {kind: tuple(c[v] for v in verdicts) for kind, c in report.counts.items()}


def test_a_dry_run_reports_the_same_and_keeps_nothing(imported: Any):
    would = imported(SMALL, is_dry_run=True)
    kept = Opportunity.objects.count()

    does = imported(SMALL)

    assert kept == 0
    assert counts(would) == counts(does)
    assert Opportunity.objects.count() == 1


def test_rows_are_known_by_the_name_of_their_file(imported: Any):
    imported(SMALL)

    deal = Opportunity.objects.get()
    assert (deal.source, deal.external_id) == ("crm.jsonl", "o1")


def test_a_source_line_says_whose_ids_these_are(imported: Any):
    imported([*SMALL, {"type": "source", "name": "Old CRM"}])

    assert Opportunity.objects.get().source == "Old CRM"


def test_a_changed_company_is_edited_in_place(imported: Any):
    imported(SMALL)

    report = imported([COMPANY | {"name": "Delta Works"}, *SMALL[1:]])

    company = Company.objects.get()
    assert (company.name, company.version) == ("Delta Works", 2)
    assert counts(report)["company"] == (0, 1, 0)
    assert counts(report)["opportunity"] == (0, 0, 1)
    words = SearchToken.objects.filter(object_id=company.pk)
    assert set(words.values_list("token", flat=True)) == {"delta", "works"}


def test_a_changed_interaction_is_a_new_row_of_its_lineage(imported: Any):
    heard = {"signals": [{"stakeholder": "s1", "code": "B01"}]}
    imported([*SMALL[:-1], TALK | heard])

    report = imported([*SMALL[:-1], TALK | heard | {"summary": "more"}])

    assert counts(report)["interaction"] == (0, 1, 0)
    old, new = Interaction.objects.order_by("revision")
    assert (old.lineage_id, old.retracted_at) == (new.lineage_id, NOW)
    assert (new.summary, new.revision, new.logged_at) == ("more", 2, NOW)
    assert Signal.objects.standing().get().interaction == new


def test_a_changed_interaction_again_changes_nothing(imported: Any):
    imported(SMALL)
    changed = [*SMALL[:-1], TALK | {"summary": "more"}]
    imported(changed)

    report = imported(changed)

    assert counts(report)["interaction"] == (0, 0, 1)


def test_a_changed_fact_without_an_id_is_a_new_row_of_its_lineage(imported: Any):
    fact = {
        "type": "decision_date",
        "opportunity": "o1",
        "set_at": "2026-02-02T09:00:00Z",
        "decision_on": "2026-06-30",
    }
    imported([*SMALL, fact])

    report = imported([*SMALL, fact | {"decision_on": "2026-07-30"}])

    assert counts(report)["decision_date"] == (0, 1, 0)
    standing = DecisionDate.objects.standing().get()
    assert (str(standing.decision_on), standing.revision) == ("2026-07-30", 2)


def test_changed_roles_replace_those_held_since_joining(imported: Any):
    dated = {"type": "role", "stakeholder": "s1", "role": "coach", "from": "2026-02-01"}
    imported([*SMALL[:3], SEAT | {"roles": ["champion", "finance"]}, dated])

    imported([*SMALL[:3], SEAT | {"roles": ["finance"]}, dated])

    assert set(RoleHeld.objects.values_list("role", flat=True)) == {"finance", "coach"}


def test_a_deal_that_was_closed_gets_its_event(imported: Any):
    imported(SMALL)

    imported(
        [
            *SMALL[:2],
            DEAL | {"outcome": "lost", "closed_on": "2026-03-01"},
            *SMALL[3:],
        ]
    )

    event = OutcomeEvent.objects.standing().get()
    assert (event.outcome, str(event.happened_on)) == ("lost", "2026-03-01")


def test_facts_count_from_when_they_were_logged(imported: Any):
    late = TALK | {"id": "i2", "logged_at": "2026-03-03T09:00:00Z"}
    fact = {
        "type": "purchase_file_item",
        "opportunity": "o1",
        "item": 1,
        "state": "claimed",
        "as_of": "2026-03-01",
    }
    imported([*SMALL, late, fact])

    logged = dict(Interaction.objects.values_list("external_id", "logged_at"))
    item = Opportunity.objects.get().file_items.get()
    assert logged == {
        "i1": datetime(2026, 2, 2, 9, tzinfo=UTC),
        "i2": datetime(2026, 3, 3, 9, tzinfo=UTC),
    }
    assert item.logged_at == datetime(
        2026, 3, 1, 23, tzinfo=UTC
    )  # midnight in Brussels


def test_an_owner_who_is_no_member_becomes_a_seat(imported: Any):
    deals = [
        DEAL | {"owner_email": "Rep@Ours.example", "owner_name": "Rep"},
        DEAL | {"id": "o2", "owner_name": "Jan"},
        DEAL | {"id": "o3"},
    ]

    report = imported(deals)

    seats = Membership.objects.order_by("name")
    assert [(seat.name, seat.email, seat.is_seat) for seat in seats] == [
        ("Jan", "", True),
        ("No owner", "", True),
        ("Rep", "rep@ours.example", True),
    ]
    assert counts(report)["seat"] == (3, 0, 0)


def test_an_owner_who_is_a_member_is_found(imported: Any, alice: Membership):
    imported([DEAL | {"owner_email": "Alice@Example.com"}])

    assert Opportunity.objects.get().owner == alice


def test_only_open_deals_are_computed_again(imported: Any, ours: Workspace):
    closed = DEAL | {"id": "o2", "outcome": "lost", "closed_on": "2026-03-01"}

    imported([*SMALL, closed])

    request = RecomputeRequest.objects.get()
    assert request.workspace_id == ours.pk
    assert request.opportunity_id == Opportunity.objects.get(external_id="o1").pk


def test_an_unchanged_import_asks_for_nothing(imported: Any):
    imported(SMALL)
    RecomputeRequest.objects.all().delete()
    AuditEvent.objects.count()

    imported(SMALL)

    assert not RecomputeRequest.objects.exists()
    assert AuditEvent.objects.filter(verb="import.committed").count() == 1


def test_an_import_is_one_audit_event(imported: Any, alice: Membership):
    imported([DEAL | {"owner_email": alice.email}, COMPANY], by=alice)

    event = AuditEvent.objects.get()
    assert (event.verb, event.actor) == ("import.committed", alice)
    assert event.after["opportunity"] == {"made": 1, "changed": 0, "unchanged": 0}


def test_what_people_do_here_is_not_touched_by_rows_that_are_gone(imported: Any):
    imported(SMALL)

    imported([COMPANY, PERSON, DEAL])

    assert Stakeholder.objects.count() == 1
    assert Interaction.objects.standing().count() == 1


def test_a_reading_cut_short_goes_on_where_it_stopped(tmp_path: Path):
    furnish()
    lines = [COMPANY | {"id": f"c{n}"} for n in range(2_500)]
    path = write_bundle(tmp_path / "crm.jsonl", lines)
    order = Order(path=path, zone=BRUSSELS, now=NOW)
    with pytest.raises(KeyboardInterrupt):
        stage(
            _begun(order),
            order.reading(),
            door=nullcontext,
            progress=Progress(staged=interrupt),
        )
    staged = ImportRow.objects.count()

    report = importing(path, now=NOW + timedelta(minutes=5))

    assert staged == 2_000
    assert counts(report)["company"] == (2_500, 0, 0)
    assert ImportRun.objects.get().status == ImportStatus.COMMITTED


def interrupt(rows: int) -> None:
    raise KeyboardInterrupt


def test_two_who_read_the_same_file_do_not_mix(tmp_path: Path):
    furnish()
    order = Order(
        path=write_bundle(tmp_path / "f.jsonl", SMALL), zone=BRUSSELS, now=NOW
    )
    mine, other = _begun(order), _begun(order)
    stage(mine, order.reading(), door=nullcontext, progress=Progress())

    with pytest.raises(ReadElsewhere):
        stage(other, order.reading(), door=nullcontext, progress=Progress())
