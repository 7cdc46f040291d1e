"""An import of what was merged here, and of what looks like something that is."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from integrations.models import ImportRun
from opportunities.actions import create_company
from opportunities.models import Company
from readiness.models import Signal
from stakeholders.actions.merging import merge_companies, merge_people
from stakeholders.actions.people import create_person
from stakeholders.models import Person, Stakeholder
from tests.factories import NOW
from tests.integrations.files import (
    COMPANY,
    DEAL,
    PERSON,
    SEAT,
    TALK,
    Line,
    furnish,
    importing,
    write_bundle,
)
from tests.integrations.pages import IMPORT, commit, try_it, upload, work_off

pytestmark = pytest.mark.django_db

TWICE: list[Line] = [
    COMPANY,
    {"type": "company", "id": "c2", "name": "Delta Metalworks NV"},
    PERSON | {"company": "c1"},
    {"type": "person", "id": "p2", "name": "A. Peeters", "company": "c2"},
    {"type": "person", "id": "p3", "name": "Mia Nolf", "company": "c2"},
    DEAL | {"company": "c2"},
    SEAT,
    SEAT | {"id": "s2", "person": "p2"},
    SEAT | {"id": "s3", "person": "p3"},
    {"type": "influence", "from": "s1", "to": "s3", "strength": "low"},
    {"type": "influence", "from": "s2", "to": "s3", "strength": "high"},
    TALK
    | {
        "participants": ["s1", "s2", "s3"],
        "signals": [{"stakeholder": "s2", "code": "B03"}],
        "actions": [{"code": "A01", "stakeholders": ["s1", "s2"]}],
    },
    {
        "type": "outcome_review",
        "opportunity": "o1",
        "reviewed_on": "2026-03-01",
        "phases": [
            {"stakeholder": "s1", "phase": "criteria"},
            {"stakeholder": "s2", "phase": "criteria"},
        ],
    },
    {
        "type": "task",
        "id": "t1",
        "opportunity": "o1",
        "title": "Call",
        "stakeholder": "s2",
    },
]


def row(model: Any, id: str) -> Any:
    return model.objects.get(external_id=id)


def merge_all(by: Membership, *, turned: bool = False) -> None:
    """Of c1 and c2, and of p1 and p2, one stays."""
    ids = [("c1", "c2"), ("p1", "p2")]
    companies, people = [pair[::-1] if turned else pair for pair in ids]
    kept, gone = (row(Company, id) for id in companies)
    merge_companies(kept=kept, gone=gone, values={}, by=by, now=NOW)
    kept, gone = (row(Person, id) for id in people)
    merge_people(kept=kept, gone=gone, values={}, by=by, now=NOW)


@pytest.mark.parametrize("turned", [False, True])
def test_the_same_file_again_finds_both_names_and_changes_nothing(
    alice: Membership, tmp_path: Path, turned: bool
):
    furnish()
    path = write_bundle(tmp_path / "crm.jsonl", TWICE)
    assert importing(path).refused == []
    merge_all(alice, turned=turned)

    report = importing(path)

    assert report.refused == []
    changed = {
        kind: counts
        for kind, counts in report.counts.items()
        if counts["made"] or counts["changed"]
    }
    assert changed == {}
    assert "4 lines are about what was merged here" in report.notes[-1]
    assert (Company.objects.count(), Person.objects.count()) == (1, 2)


def test_what_is_new_of_the_other_name_hangs_on_the_one_that_stays(
    alice: Membership, tmp_path: Path
):
    furnish()
    path = tmp_path / "crm.jsonl"
    importing(write_bundle(path, TWICE))
    merge_all(alice)
    talk = TALK | {
        "id": "i2",
        "participants": ["s2"],
        "signals": [{"stakeholder": "s2", "code": "B05"}],
    }

    report = importing(write_bundle(path, [*TWICE, talk]))

    assert report.refused == []
    assert Signal.objects.get(code="B05").stakeholder.external_id == "s1"


def test_a_file_that_knows_only_the_other_name_finds_the_one_that_stays(
    alice: Membership, tmp_path: Path
):
    furnish()
    path = tmp_path / "crm.jsonl"
    importing(write_bundle(path, TWICE))
    merge_all(alice)
    deal = {"id": "o2", "company": "c2"}
    seat = {"id": "s9", "person": "p2", "opportunity": "o2"}
    only = [TWICE[1], TWICE[3], DEAL | deal, SEAT | seat]

    report = importing(write_bundle(path, only))

    assert report.refused == []
    made = Stakeholder.objects.get(external_id="s9")
    assert made.person.external_id == "p1"
    assert made.opportunity.company.external_id == "c1"


def test_names_of_two_sources_lead_to_one(alice: Membership, tmp_path: Path):
    furnish()
    importing(write_bundle(tmp_path / "a.jsonl", [COMPANY, PERSON]))
    importing(write_bundle(tmp_path / "b.jsonl", [COMPANY, PERSON, DEAL, SEAT]))
    kept, gone = Person.objects.order_by("pk")
    merge_people(kept=kept, gone=gone, values={}, by=alice, now=NOW)

    report = importing(tmp_path / "b.jsonl")

    assert report.refused == []
    assert report.total("made") == report.total("changed") == 0


@pytest.mark.parametrize("is_dry_run", [True, False])
def test_who_looks_like_somebody_here_is_told_with_the_line(
    alice: Membership, tmp_path: Path, is_dry_run: bool
):
    furnish()
    there = create_person(name="Anna", email="a@delta.be", by=alice, now=NOW)
    delta = create_company(name="delta metalworks", by=alice, now=NOW)
    lines = [COMPANY, PERSON | {"email": "A@delta.be"}, PERSON | {"id": "p2"}]

    report = importing(
        write_bundle(tmp_path / "crm.jsonl", lines), is_dry_run=is_dry_run
    )

    assert [
        (each["line"], each["twin"], each["reasons"]) for each in report.likely
    ] == [
        (1, str(delta.pk), ["name"]),
        (2, str(there.pk), ["email"]),
    ]
    assert report.likely_count == 2


def test_the_page_of_an_import_leads_to_the_comparison(
    as_alice: Client, alice: Membership
):
    furnish()
    delta = create_company(name="Delta", by=alice, now=NOW)
    upload(
        as_alice,
        b"id,name,opened_on,owner_name,company\no1,Planning,2026-01-05,Dora,Delta NV\n",
    )
    run = ImportRun.objects.get()
    try_it(as_alice, run)
    work_off()

    before = as_alice.get(f"{IMPORT}/{run.pk}").content.decode()
    commit(as_alice, run)
    work_off()
    after = as_alice.get(f"{IMPORT}/{run.pk}").content.decode()

    assert "1 row looks like one that is here" in before
    assert "same name" in before
    assert "/merge?with=" not in before
    made = Company.objects.get(name="Delta NV")
    assert f"/companies/{delta.pk}/merge?with={made.pk}" in after
    assert Company.objects.count() == 2
