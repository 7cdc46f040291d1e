"""Each bad line is a clear sentence with its number, and nothing is written."""

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AuditEvent, Membership, Workspace
from integrations.importing import Report
from integrations.models import ImportRow, ImportRun, ImportStatus
from opportunities.models import Company, Opportunity, RecomputeRequest
from stakeholders.models import Person, Stakeholder
from tests.integrations.files import (
    COMPANY,
    DEAL,
    PERSON,
    SEAT,
    SMALL,
    TALK,
    Line,
    furnish,
    importing,
    refusals,
    write_bundle,
)

pytestmark = pytest.mark.django_db

OTHER_DEAL = DEAL | {"id": "o2"}
SECOND = {"type": "person", "id": "p2", "name": "Karel"}

# The line that is bad stands last, after five good ones.
BAD_LINES: dict[str, tuple[Line | str, str]] = {
    "not json": ("{nonsense", "This is not JSON"),
    "not an object": ("[1]", "A line of a bundle is an object."),
    "no type": ({"id": "x"}, "The field “type” is missing."),
    "unknown type": ({"type": "deal"}, "“deal” is not a type of a bundle."),
    "unknown field": (COMPANY | {"id": "c2", "colour": 1}, "no field “colour”"),
    "field twice": (
        '{"type": "company", "id": "c2", "id": "c3", "name": "x"}',
        "The field “id” stands there twice.",
    ),
    "missing field": ({"type": "company", "id": "c2"}, "The field “name” is missing."),
    "blank name": (COMPANY | {"id": "c2", "name": "  "}, "name: It is empty."),
    "id twice": (COMPANY, "“c1” stands in line 1 already."),
    "not text": (COMPANY | {"id": 7}, "id: “7” is not text."),
    "nul": (COMPANY | {"id": "c2", "name": "a\0b"}, "name: There are control"),
    "lone surrogate": (
        '{"type": "company", "id": "c2", "name": "\\ud800"}',
        "name: There are control characters in it.",
    ),
    "too long": (
        COMPANY | {"id": "c2", "name": "x" * 201},
        "name: It has 201 characters; at most 200 fit.",
    ),
    "country": (COMPANY | {"id": "c2", "country": "Belgium"}, "is not a country"),
    "email": (PERSON | {"id": "p2", "email": "nobody"}, "is not an e-mail address"),
    "reference": (
        PERSON | {"id": "p2", "company": "c9"},
        "There is no company “c9” in the file.",
    ),
    "day": (DEAL | {"id": "o2", "opened_on": "2026-02-30"}, "is not a day"),
    "year": (
        DEAL | {"id": "o2", "opened_on": "1899-12-31"},
        "The year 1899 is not between 1900 and 2200.",
    ),
    "bare amount": (
        DEAL | {"id": "o2", "amount": "12000"},
        "An amount needs a currency.",
    ),
    "negative amount": (
        DEAL | {"id": "o2", "amount": -1, "currency": "EUR"},
        "amount: An amount can't be negative.",
    ),
    "too many digits": (
        DEAL | {"id": "o2", "amount": "1.005", "currency": "EUR"},
        "amount: EUR has 2 digits behind the point.",
    ),
    "amount without end": (
        '{"type": "opportunity", "id": "o2", "name": "x", "opened_on": "2026-01-05",'
        ' "amount": 1e-999999999, "currency": "EUR"}',
        "is not a number.",
    ),
    "amount in words": (
        DEAL | {"id": "o2", "amount": "12k", "currency": "EUR"},
        "amount: “12k” is not a number.",
    ),
    "currency": (
        DEAL | {"id": "o2", "amount": "12", "currency": "EURO"},
        "currency: “EURO” is not a currency, written as EUR.",
    ),
    "closed without a day": (
        DEAL | {"id": "o2", "outcome": "won"},
        "The deal is closed (won): say when, in “closed_on”.",
    ),
    "open with a day": (
        DEAL | {"id": "o2", "closed_on": "2026-03-01"},
        "It has a closing day, but no outcome but “open”.",
    ),
    "closed before opened": (
        DEAL | {"id": "o2", "outcome": "lost", "closed_on": "2025-03-01"},
        "A deal can't close before it was opened.",
    ),
    "closed in the future": (
        DEAL | {"id": "o2", "outcome": "lost", "closed_on": "2026-05-05"},
        "closed_on: that lies in the future.",
    ),
    "amount won, but lost": (
        DEAL
        | {"id": "o2", "outcome": "lost", "closed_on": "2026-03-01"}
        | {"won_amount": 1, "currency": "EUR"},
        "There is an amount won, but the deal is not won.",
    ),
    "event of another outcome": (
        {"type": "outcome_event", "opportunity": "o1"}
        | {"outcome": "won", "on": "2026-03-01"},
        "The deal is open, its last event is won on 2026-03-01.",
    ),
    "opened although open": (
        {"type": "outcome_event", "opportunity": "o1"}
        | {"outcome": "open", "on": "2026-03-01"},
        "do not take turns: on 2026-03-01 it is open.",
    ),
    "two seats": (
        SEAT | {"id": "s2"},
        "“p1” has a seat in the deal “o1” already.",
    ),
    "unknown role": (
        SEAT | {"id": "s2", "roles": ["king"]},
        "“king” is not a role.",
    ),
    "unmapped is no role": (
        SEAT | {"id": "s2", "roles": ["unmapped"]},
        "“unmapped” is not a role.",
    ),
    "leaves before joining": (
        SEAT | {"id": "s2", "left_on": "2026-01-04"},
        "Nobody leaves before they joined.",
    ),
    "successor of one who stays": (
        SEAT | {"id": "s2", "replaced_by": "s1"},
        "A successor is named, but not when the person left.",
    ),
    "influences oneself": (
        {"type": "influence", "from": "s1", "to": "s1"},
        "Nobody influences themselves here.",
    ),
    "role that ends first": (
        {"type": "role", "stakeholder": "s1", "role": "champion"}
        | {"from": "2026-03-01", "to": "2026-02-01"},
        "The role ends before it begins.",
    ),
    "nobody took part": (TALK | {"id": "i2", "participants": []}, "Say who took part."),
    "no direction": (
        {k: v for k, v in TALK.items() if k != "direction"} | {"id": "i2"},
        "The field “direction” is missing.",
    ),
    "channel": (TALK | {"id": "i2", "channel": "fax"}, "“fax” is not one of call,"),
    "talk in the future": (
        TALK | {"id": "i2", "occurred_at": "2026-05-04T09:41:00Z"},
        "A conversation can't be logged before it took place.",
    ),
    "talk long before": (
        TALK | {"id": "i2", "occurred_at": "2024-01-01T09:41:00Z"},
        "this is more than 24 months before.",
    ),
    "moment": (TALK | {"id": "i2", "occurred_at": "yesterday"}, "is not a moment"),
    "unknown signal": (
        TALK | {"id": "i2", "signals": [{"stakeholder": "s1", "code": "B99"}]},
        "There is no signal “B99”.",
    ),
    "signal of somebody absent": (
        TALK | {"id": "i2", "signals": [{"stakeholder": "s7", "code": "B01"}]},
        "“s7” gave a signal, but did not take part.",
    ),
    "field within a signal": (
        TALK | {"id": "i2", "signals": [{"stakeholder": "s1", "kode": "B01"}]},
        "signals: There is no field “kode” here.",
    ),
    "unknown action": (
        TALK | {"id": "i2", "actions": [{"code": "A99"}]},
        "There is no action “A99”.",
    ),
    "participant unknown": (
        TALK | {"id": "i2", "participants": ["s9"]},
        "There is no stakeholder “s9” in the file.",
    ),
    "phase": (
        {"type": "confirmation", "stakeholder": "s1", "phase": "hot"}
        | {"confirmed_at": "2026-03-01T00:00:00Z"},
        "phase: “hot” is not one of status_quo,",
    ),
    "override without reason": (
        {"type": "override", "stakeholder": "s1", "phase": "criteria"}
        | {"set_at": "2026-03-01T00:00:00Z"},
        "The field “reason” is missing.",
    ),
    "file item": (
        {"type": "purchase_file_item", "opportunity": "o1", "item": 9}
        | {"state": "claimed", "as_of": "2026-03-01"},
        "item: “9” is not a whole number from 1 to 8.",
    ),
    "quote version": (
        {"type": "quote", "opportunity": "o1", "version": 0}
        | {"sent_on": "2026-03-01", "total": 1, "currency": "EUR"},
        "version: “0” is not a whole number from 1 to 32767.",
    ),
    "rate": (
        {"type": "exchange_rate", "on": "2026-01-01", "rate": 0}
        | {"currency": "USD", "base": "EUR"},
        "rate: A rate is more than 0.",
    ),
    "probability": (
        {"type": "seller_forecast", "opportunity": "o1", "probability": 35}
        | {"set_at": "2026-03-01T00:00:00Z"},
        "probability: A probability lies between 0 and 1.",
    ),
    "not a number": (
        '{"type": "seller_forecast", "opportunity": "o1", "probability": NaN,'
        ' "set_at": "2026-03-01T00:00:00Z"}',
        "“NaN” is not a number.",
    ),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_one_bad_line_refuses_the_file(name: str, tmp_path: Path):
    furnish()
    bad, sentence = BAD_LINES[name]
    path = write_bundle(tmp_path / "bad.jsonl", [*SMALL, bad])
    before = rows()

    report = importing(path)

    assert [line for line, _sentence in refusals(report)] == [6]
    assert sentence in refusals(report)[0][1]
    assert rows() == before


def rows() -> dict[str, int]:
    tables: list[Any] = [
        *(AuditEvent, Company, ImportRow, Membership, Opportunity, Person),
        *(RecomputeRequest, Stakeholder),
    ]
    return {table.__name__: table.objects.count() for table in tables}


def test_a_person_of_another_deal_is_refused(tmp_path: Path):
    furnish()
    stranger = TALK | {"id": "i2", "opportunity": "o2"}

    report = importing(
        write_bundle(tmp_path / "f.jsonl", [*SMALL, OTHER_DEAL, stranger])
    )

    assert refusals(report) == [(7, "“s1” has no seat in the deal “o2”.")]


def test_a_person_who_had_left_is_refused(tmp_path: Path):
    furnish()
    gone = SEAT | {"left_on": "2026-02-01"}

    report = importing(
        write_bundle(tmp_path / "f.jsonl", [COMPANY, PERSON, DEAL, gone, TALK])
    )

    assert refusals(report) == [(5, "Anna Peeters left on 2026-02-01.")]


def test_what_refers_to_a_refused_row_is_not_refused_as_well(tmp_path: Path):
    furnish()
    bad = DEAL | {"amount": 1}

    report = importing(
        write_bundle(tmp_path / "f.jsonl", [COMPANY, PERSON, bad, SEAT, TALK])
    )

    assert refusals(report) == [(3, "An amount needs a currency.")]


def test_a_file_without_rows_is_refused(tmp_path: Path):
    furnish()

    empty = importing(write_bundle(tmp_path / "a.jsonl", []))
    source = importing(
        write_bundle(tmp_path / "b.jsonl", [{"type": "source", "name": "x"}])
    )

    assert refusals(empty) == [(1, "The file is empty.")]
    assert refusals(source) == [(1, "There are no rows in the file.")]


def test_a_second_source_line_is_refused(tmp_path: Path):
    furnish()
    source = {"type": "source", "name": "x"}

    report = importing(write_bundle(tmp_path / "f.jsonl", [source, source, *SMALL]))

    assert refusals(report) == [(2, "There is a second source line.")]


def test_a_refused_import_keeps_its_report_and_no_rows(tmp_path: Path):
    furnish()

    importing(write_bundle(tmp_path / "bad.jsonl", [*SMALL, COMPANY]))

    run = ImportRun.objects.get()
    assert run.status == ImportStatus.REFUSED
    assert run.report["refused"] == [[6, "“c1” stands in line 1 already."]]
    assert not ImportRow.objects.exists()


def test_personal_columns_of_a_bundle_are_dropped_and_named(
    ours: Workspace, tmp_path: Path
):
    furnish()
    told = PERSON | {"gender": "f", "Geburtsdatum": "1980-01-01", "nationalité": "BE"}

    report = importing(write_bundle(tmp_path / "f.jsonl", [told]))

    assert report.refused == []
    assert report.dropped == ["Geburtsdatum", "gender", "nationalité"]
    assert Person.objects.get().name == "Anna Peeters"


def test_one_bad_row_in_many_is_found_by_its_line(tmp_path: Path):
    furnish()
    many = [{"type": "company", "id": f"c{n}", "name": "x"} for n in range(5_000)]
    many[4_321]["country"] = "?"

    report: Report = importing(
        write_bundle(tmp_path / "f.jsonl", map(json.dumps, many))
    )

    assert [line for line, _sentence in refusals(report)] == [4_322]
    assert not Company.objects.exists()
