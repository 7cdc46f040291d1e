"""What was merged since an import can't be taken apart: its undo says so, and loses nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from integrations.importing.undoing import Undo, undo
from integrations.models import ImportRun, ImportStatus
from opportunities.actions import create_company
from opportunities.models import Company, Opportunity
from stakeholders.actions.distinct import tell_apart
from stakeholders.actions.merging import merge_companies, merge_people
from stakeholders.actions.people import add_stakeholder, create_person
from stakeholders.models import Person, RoleHeld, Stakeholder
from tests.factories import DAY, NOW
from tests.integrations.files import (
    COMPANY,
    DEAL,
    PERSON,
    SEAT,
    SMALL,
    Line,
    furnish,
    importing,
    write_bundle,
)
from tests.integrations.pages import IMPORT, work_off
from tests.integrations.test_undo import page_of
from tests.integrations.world import world

pytestmark = pytest.mark.django_db
ROLE = {"roles": ["champion"]}


@pytest.fixture(autouse=True)
def furnished(ours: Any) -> None:
    furnish()


def imported(tmp_path: Path, *lines: Line) -> ImportRun:
    report = importing(write_bundle(tmp_path / "b.jsonl", lines))
    assert report.refused == []
    return ImportRun.objects.latest("pk")


def take_back(run: ImportRun, *, is_dry_run: bool = False) -> Undo:
    return undo(
        run=run, by=None, now=NOW, is_dry_run=is_dry_run, progress=lambda _rows: None
    )


def noted(name: str = "A. Peeters") -> Person:
    """Somebody whom a member noted by hand."""
    return create_person(name=name, by=None, now=NOW)


def sit(person: Person, deal: Opportunity) -> Stakeholder:
    return add_stakeholder(
        opportunity=deal,
        person=person,
        joined_on=DAY,
        roles=["champion"],
        by=None,
        now=NOW,
    )


def merge(kept: Any, gone: Any, **values: Any) -> None:
    both = [type(kept).objects.get(pk=row.pk) for row in (kept, gone)]
    act = merge_people if isinstance(kept, Person) else merge_companies
    act(kept=both[0], gone=both[1], values=values, by=None, now=NOW)


def person(id: str = "p1") -> Person:
    return Person.objects.get(external_id=id)


def imported_into_existing(tmp_path: Path) -> ImportRun:
    run = imported(tmp_path, PERSON)
    merge(noted(), person())
    return run


def existing_into_imported(tmp_path: Path) -> ImportRun:
    run = imported(tmp_path, PERSON)
    merge(person(), noted())
    return run


def existing_into_imported_by_its_values(tmp_path: Path) -> ImportRun:
    run = imported(tmp_path, PERSON)
    merge(person(), noted(), name="A. Peeters")
    return run


def imported_with_a_seat(tmp_path: Path) -> ImportRun:
    run = imported(tmp_path, *SMALL)
    merge(noted(), person())
    return run


def existing_with_a_seat(tmp_path: Path) -> ImportRun:
    run = imported(tmp_path, *SMALL)
    other = noted()
    sit(other, Opportunity.objects.get())
    merge(person(), other)
    return run


def both_with_a_seat_other_way(tmp_path: Path) -> ImportRun:
    run = imported(tmp_path, *SMALL)
    other = noted()
    sit(other, Opportunity.objects.get())
    merge(other, person())
    return run


def two_of_one_import(tmp_path: Path) -> ImportRun:
    run = imported(tmp_path, PERSON, PERSON | {"id": "p2", "name": "A. Peeters"})
    merge(person(), person("p2"))
    return run


def existing_that_it_changed_went(tmp_path: Path) -> ImportRun:
    imported(tmp_path, PERSON)
    run = imported(tmp_path, PERSON | {"title": "Director"})
    merge(noted(), person(), title="Director")
    return run


def company_into_existing(tmp_path: Path) -> ImportRun:
    run = imported(tmp_path, COMPANY)
    other = create_company(name="Delta", by=None, now=NOW)
    merge(other, Company.objects.get(external_id="c1"))
    return run


def company_into_imported(tmp_path: Path) -> ImportRun:
    run = imported(tmp_path, COMPANY)
    other = create_company(name="Delta", by=None, now=NOW)
    merge(Company.objects.get(external_id="c1"), other)
    return run


def seat_whose_roles_it_took(tmp_path: Path) -> ImportRun:
    imported(tmp_path, PERSON, DEAL, SEAT | ROLE)
    run = imported(tmp_path, PERSON, DEAL, SEAT)
    other = noted()
    sit(other, Opportunity.objects.get())
    merge(other, person())
    return run


ORDERS: dict[Callable[[Path], ImportRun], str] = {
    imported_into_existing: "A. Peeters",
    existing_into_imported: "Anna Peeters",
    existing_into_imported_by_its_values: "A. Peeters",
    imported_with_a_seat: "A. Peeters",
    existing_with_a_seat: "Anna Peeters",
    both_with_a_seat_other_way: "A. Peeters",
    two_of_one_import: "Anna Peeters",
    existing_that_it_changed_went: "A. Peeters",
    company_into_existing: "Delta",
    company_into_imported: "Delta Metalworks",
    seat_whose_roles_it_took: "A. Peeters",
}


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.__name__)
def test_what_was_merged_stands_in_the_way_by_name(
    tmp_path: Path, order: Callable[[Path], ImportRun]
):
    run = order(tmp_path)
    before = world()

    seen, found = take_back(run, is_dry_run=True), take_back(run)

    assert ("merged", ORDERS[order]) in {
        (why, name) for why, _k, name in found.obstacles
    }
    assert seen.obstacles == found.obstacles
    assert len(found.obstacles) == found.obstacle_count
    assert world() == before
    run.refresh_from_db()
    assert run.status == ImportStatus.COMMITTED


def test_a_merge_of_others_stands_in_nobodys_way(tmp_path: Path):
    merge(noted("Els"), noted("Els D."))
    before = world()
    run = imported(tmp_path, *SMALL)
    merge(Person.objects.get(name="Els"), noted("E."))
    merged = world()["accounts_mergedrow"]

    found = take_back(run)

    assert found.obstacles == []
    assert not Opportunity.objects.exists()
    assert Person.objects.get().name == "Els"
    after = world()
    assert after.pop("accounts_mergedrow") == merged
    before.pop("accounts_mergedrow")
    assert after == before


def test_a_row_comes_back_to_what_its_company_became(tmp_path: Path):
    other = COMPANY | {"id": "c2", "name": "Epsilon"}
    imported(tmp_path, COMPANY, other, PERSON | {"company": "c1"})
    run = imported(tmp_path, COMPANY, other, PERSON | {"company": "c2"})
    heir = create_company(name="Delta", by=None, now=NOW)
    merge(heir, Company.objects.get(external_id="c1"))

    found = take_back(run)

    assert found.obstacles == []
    assert person().company_id == heir.pk


def test_what_changed_a_merged_row_later_is_taken_back(tmp_path: Path):
    """The row follows the record by the name it took over."""
    first = imported(tmp_path, PERSON)
    kept = noted()
    merge(kept, person())
    before = world()
    second = imported(tmp_path, PERSON | {"title": "Director"})
    assert Person.objects.get().title == "Director"

    found = take_back(second)
    refused = take_back(first)

    assert found.obstacles == []
    assert [why for why, _label, _name in refused.obstacles] == ["merged"]
    assert world() == before
    assert Person.objects.get().pk == kept.pk


def test_that_two_are_not_the_same_goes_with_one_of_them(tmp_path: Path):
    other = noted()
    before = world()
    run = imported(tmp_path, PERSON)
    tell_apart(one=person(), other=other, by=None, now=NOW)

    found = take_back(run)

    assert found.obstacles == []
    assert world() == before


def test_a_file_whose_undo_was_refused_makes_nobody_twice(tmp_path: Path):
    run = existing_into_imported(tmp_path)
    take_back(run)

    imported(tmp_path, PERSON)

    assert Person.objects.get().external_id == "p1"


def test_a_role_it_took_is_not_given_to_a_seat_out_of_sight(tmp_path: Path):
    run = seat_whose_roles_it_took(tmp_path)

    take_back(run)

    seat = Stakeholder.objects.get()
    assert {role.stakeholder_id for role in RoleHeld.objects.all()} == {seat.pk}


def test_the_page_says_what_was_merged_after_the_look(
    as_alice: Any, alice: Membership, tmp_path: Path
):
    importing(write_bundle(tmp_path / "b.jsonl", [COMPANY]), now=timezone.now())
    run, company = ImportRun.objects.get(), Company.objects.get()
    as_alice.post(f"{IMPORT}/{run.pk}/undo/preview")
    work_off()
    merge(company, create_company(name="Delta", by=alice, now=timezone.now()))

    as_alice.post(f"{IMPORT}/{run.pk}/undo")
    work_off()

    page = page_of(as_alice, run).replace("&#x27;", "'")
    assert "It can't be undone: 1 row stands in the way." in page
    assert "merged since" in page
    assert company.name in page
    assert Company.objects.get() == company
