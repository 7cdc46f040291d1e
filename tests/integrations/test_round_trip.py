"""export(import(x)) equals x."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Workspace
from accounts.tenancy import inside
from integrations.importing.shapes import SHAPES
from opportunities.models import Opportunity
from stakeholders.models import Anchor, Interaction, OutcomeEvent
from tests.factories import create_workspace
from tests.integrations.files import (
    RICH,
    Line,
    exported,
    furnish,
    importing,
    in_order,
    write_bundle,
)

pytestmark = pytest.mark.django_db


def test_the_rich_bundle_has_every_type_and_every_field():
    told: dict[str, set[str]] = {}
    for line in RICH:
        told.setdefault(line["type"], set()).update(line.keys() - {"type"})

    assert told == {
        kind: set(fields) for kind, fields in SHAPES.items() if kind != "source"
    }


@pytest.mark.claim(10)
def test_an_export_of_an_import_is_the_import(ours: Workspace, tmp_path: Path):
    furnish()

    report = importing(write_bundle(tmp_path / "rich.jsonl", RICH))

    assert report.refused == []
    assert exported(ours) == in_order(RICH)


def test_the_order_of_the_lines_does_not_matter(ours: Workspace, tmp_path: Path):
    furnish()

    importing(write_bundle(tmp_path / "rich.jsonl", [*reversed(RICH)]))

    once_told = [line for line in RICH if line["type"] != "role"]
    back = [line for line in exported(ours) if line["type"] != "role"]
    assert back == in_order(once_told)


def test_an_export_imported_elsewhere_exports_the_same(ours: Workspace, tmp_path: Path):
    furnish()
    importing(write_bundle(tmp_path / "rich.jsonl", RICH))
    theirs = create_workspace(slug="theirs")

    lines = exported(ours)
    with inside(connection, theirs.pk):
        furnish()
        importing(write_bundle(tmp_path / "copy.jsonl", lines))
        copy = exported(theirs)

    assert copy == lines


def test_the_same_file_again_changes_nothing(ours: Workspace, tmp_path: Path):
    furnish()
    path = write_bundle(tmp_path / "rich.jsonl", RICH)
    importing(path)
    before = (Interaction.objects.count(), OutcomeEvent.objects.count())

    report = importing(path)

    assert (report.total("made"), report.total("changed")) == (0, 0)
    assert report.total("unchanged") == len(RICH)
    assert (Interaction.objects.count(), OutcomeEvent.objects.count()) == before
    assert set(Opportunity.objects.values_list("version", flat=True)) == {1}


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20
).filter(lambda text: text.strip())
DAYS = st.dates(
    min_value=date(2024, 1, 1),
    max_value=date(2026, 4, 30),
).map(str)
MOMENTS = DAYS.map(lambda day: f"{day}T11:22:33Z")
OWNERS = st.sampled_from(
    [
        {},
        {"owner_name": "Jan"},
        {"owner_email": "a@ours.example"},
        {"owner_email": "b@ours.example", "owner_name": "Bé"},
    ]
)
MONEY = st.sampled_from(
    [
        {},
        {"amount": "12.50", "currency": "EUR"},
        {"amount": "0", "currency": "JPY"},
        {"currency": "USD"},
    ]
)
ENDS = st.sampled_from(["won", "lost", "no_decision", "withdrawn", None])
PHASES = st.sampled_from(Anchor.values)
ROLES = st.lists(
    st.sampled_from(["champion", "finance", "blocker"]), unique=True, max_size=3
)


@st.composite
def bundles(draw: Any) -> list[Line]:
    lines: list[Line] = [
        {"type": "person", "id": f"p{n}", "name": draw(WORDS)} for n in range(2)
    ]
    for number in range(draw(st.integers(1, 3))):
        lines += draw(deals(f"o{number}"))
    return lines


@st.composite
def deals(draw: Any, deal: str) -> list[Line]:
    opened_on, end = "2024-01-01", draw(ENDS)
    closing = {"outcome": end, "closed_on": draw(DAYS)} if end else {}
    lines: list[Line] = [
        {
            "type": "opportunity",
            "id": deal,
            "name": draw(WORDS),
            "opened_on": opened_on,
            **draw(OWNERS),
            **draw(MONEY),
            **closing,
        }
    ]
    people = [f"{deal}s{n}" for n in range(draw(st.integers(0, 2)))]
    for number, id in enumerate(people):
        lines.append(
            said(
                type="stakeholder",
                id=id,
                opportunity=deal,
                person=f"p{number}",
                joined_on=draw(DAYS),
                roles=draw(ROLES),
                influence=draw(st.sampled_from(["", "low", "high"])),
            )
        )
        for moment in draw(st.lists(MOMENTS, max_size=2, unique=True)):
            lines.append(
                {
                    "type": "confirmation",
                    "stakeholder": id,
                    "phase": draw(PHASES),
                    "confirmed_at": moment,
                }
            )
    for number in range(draw(st.integers(0, 3)) if people else 0):
        lines.append(draw(talks(f"{deal}i{number}", deal, people)))
    for day in draw(st.lists(DAYS, max_size=2)):
        item = draw(st.integers(1, 8))
        lines.append(
            said(
                type="purchase_file_item",
                opportunity=deal,
                item=item,
                state="claimed",
                as_of=day,
                evidence=draw(st.one_of(st.just(""), WORDS)),
            )
        )
    return lines


@st.composite
def talks(draw: Any, id: str, deal: str, people: list[str]) -> Line:
    there = draw(st.lists(st.sampled_from(people), min_size=1, unique=True))
    who = st.sampled_from(there)
    code = st.sampled_from(["B01", "B26", "B52"])
    signal = st.builds(
        lambda who, code, quote: said(stakeholder=who, code=code, quote=quote),
        who,
        code,
        st.one_of(st.just(""), WORDS),
    )
    return said(
        type="interaction",
        id=id,
        opportunity=deal,
        occurred_at=draw(MOMENTS),
        channel="call",
        direction="inbound",
        participants=there,
        summary=draw(st.one_of(st.just(""), WORDS)),
        signals=draw(st.lists(signal, max_size=3)),
    )


def said(**fields: Any) -> Line:
    return {name: value for name, value in fields.items() if value not in ("", [])}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lines=bundles())
def test_export_undoes_import_whatever_the_bundle(
    ours: Workspace, tmp_path: Path, lines: list[Line]
):
    fresh = create_workspace(slug=f"w{Workspace.objects.count()}")
    with inside(connection, fresh.pk):
        furnish()
        path = write_bundle(tmp_path / "any.jsonl", lines)

        report = importing(path)
        back = exported(fresh)
        again = importing(path)

    assert report.refused == []
    assert back == in_order(lines)
    assert again.total("unchanged") == len(lines)
