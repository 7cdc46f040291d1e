"""Exports of other products: deals, their people in their seats, and their past."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Workspace
from accounts.tenancy import workspace
from integrations.importing import Report, mapping_named
from integrations.models import ImportRun, ImportStatus
from opportunities.models import Company, Opportunity, SellerForecast, StageChange
from stakeholders.models import OutcomeEvent, Person, RoleHeld, Stakeholder
from tests.integrations.files import exported, furnish, importing, refusals
from tests.integrations.pages import IMPORT, commit, try_it, upload, work_off
from tests.integrations.workbooks import workbook

Files = dict[str, str]

# As the products write them; the people are made up.
EXPORTS = {
    "salesforce": "Opportunity.csv",
    "hubspot": "hubspot-crm-exports-all-deals-2026-02-20.csv",
    "pipedrive": "deals-1234567-12.csv",
}


def files_of(name: str) -> Files:
    """The files of an export, the deals first."""
    folder, main = Path(__file__).with_name("exports") / name, EXPORTS[name]
    names = sorted(path.name for path in folder.iterdir())
    names.sort(key=lambda each: each != main)
    return {each: (folder / each).read_text("utf-8") for each in names}


def written(folder: Path, files: Files) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / next(iter(files))


def seats() -> list[tuple[str, str, list[str]]]:
    """Deal, person and roles of every seat."""
    roles: dict[Any, list[str]] = {}
    for role in RoleHeld.objects.order_by("stakeholder", "position"):
        roles.setdefault(role.stakeholder_id, []).append(role.role)
    held = Stakeholder.objects.select_related("opportunity", "person")
    return sorted(
        (each.opportunity.name, each.person.name, roles.get(each.pk, []))
        for each in held.order_by("pk")
    )


def deals() -> list[tuple[str, str, str, str]]:
    rows = Opportunity.objects.select_related("owner", "company").order_by("name")
    return [
        (d.name, d.outcome, d.owner.name, d.company.name) for d in rows if d.company
    ]


def stages() -> list[tuple[str, str, str]]:
    rows = StageChange.objects.order_by("opportunity__name", "changed_at")
    told = rows.values_list("opportunity__name", "stage", "changed_at")
    return [(deal, stage, f"{at:%Y-%m-%d %H:%M}") for deal, stage, at in told]


@pytest.mark.django_db
@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_export_again_changes_nothing(
    name: str, tmp_path: Path, ours: Workspace
):
    furnish()
    path = written(tmp_path, files_of(name))
    first = importing(path, mapping=mapping_named(name))
    before = exported(ours)

    again = importing(path, mapping=mapping_named(name))

    assert refusals(first) == refusals(again) == []
    assert (again.total("made"), again.total("changed")) == (0, 0)
    assert exported(ours) == before


def read(name: str, folder: Path) -> Report:
    furnish()
    report = importing(written(folder, files_of(name)), mapping=mapping_named(name))
    assert refusals(report) == []
    return report


@pytest.mark.django_db
def test_salesforce_deals_people_and_history(tmp_path: Path):
    report = read("salesforce", tmp_path)

    late = Opportunity.objects.get(name="Late entry")
    assert deals() == [
        ("Late entry", "lost", "005Z", "Delta Metalworks"),
        ("Planning system", "open", "Dora Claes", "Delta Metalworks"),
        ("Spare parts", "won", "Dora Claes", "Noordzee Foods"),
    ]
    assert (str(late.opened_on), late.opened_on_is_assumed) == ("2025-12-20", True)
    assert seats() == [
        ("Planning system", "Anna Peeters", ["user_buyer", "champion"]),
        ("Planning system", "Bram Maes", ["economic_buyer"]),
        ("Spare parts", "Chloé Dubois", []),
    ]
    assert stages() == [
        ("Late entry", "Closed Lost", "2025-12-19 23:00"),
        ("Planning system", "Qualification", "2025-11-03 09:12"),
        ("Planning system", "Negotiation/Review", "2026-02-10 08:00"),
        ("Spare parts", "Proposal/Price Quote", "2025-12-02 00:30"),
        ("Spare parts", "Closed Won", "2026-01-20 10:00"),
    ]
    said = SellerForecast.objects.filter(opportunity__name="Planning system")
    assert list(said.order_by("set_at").values_list("probability", flat=True)) == [
        0.1,
        0.1,
        0.9,
    ]
    assert Company.objects.get(name="Noordzee Foods").country == "NL"
    assert report.dropped == ["Birthdate"]
    assert report.notes == [
        "Deals left out, since they were deleted there: 1.",
        "Deals entered after they had closed, and counted as opened on the day they"
        " closed: 1.",
        "The role “Gatekeeper Deluxe” is none of ours. Seats without it: 1.",
        "Seats left out, since their deal is not in the file: 1.",
    ]


@pytest.mark.django_db
def test_hubspot_deals_people_and_associations(tmp_path: Path):
    report = read("hubspot", tmp_path)

    assert deals() == [
        ("Planning system", "open", "Dora Claes", "Delta Metalworks"),
        ("Second try", "lost", "No owner", "Delta Metalworks"),
        ("Spare parts", "won", "Dora Claes", "Noordzee Foods"),
    ]
    assert seats() == [
        ("Planning system", "Anna Peeters", ["user_buyer", "champion"]),
        ("Planning system", "Bram Maes", ["economic_buyer"]),
        ("Spare parts", "Chloé Dubois", []),
    ]
    assert Person.objects.get(name="Chloé Dubois").email == "chloe@noordzee.example"
    assert OutcomeEvent.objects.get(outcome="lost").reason == "Went with what they had"
    assert stages()[0] == (
        "Planning system",
        "Contract sent (Sales Pipeline)",
        "2026-02-10 08:00",
    )
    assert report.dropped == ["Gender"]


@pytest.mark.django_db
def test_pipedrive_deals_people_and_participants(tmp_path: Path):
    report = read("pipedrive", tmp_path)

    closed = Opportunity.objects.exclude(outcome="open").order_by("name")
    assert [(d.name, str(d.closed_on), str(d.won_amount)) for d in closed] == [
        ("Second try", "2026-01-15", "None"),
        ("Spare parts", "2026-01-20", "9500.500"),
    ]
    assert seats() == [
        ("Planning system", "Anna Peeters", []),
        ("Planning system", "Bram Maes", []),
        ("Spare parts", "Chloé Dubois", []),
    ]
    assert Person.objects.get(name="Anna Peeters").email == "anna@delta.example"
    assert OutcomeEvent.objects.get(outcome="lost").reason == "Went with what they had"
    assert report.notes[:1] == ["organizations.csv is not beside the file."]
    assert "Seats left out, since the file does not say who the person is: 1." in (
        report.notes
    )


@pytest.mark.django_db
def test_a_row_of_a_file_beside_is_refused_by_the_name_of_that_file(tmp_path: Path):
    furnish()
    files = files_of("pipedrive") | {
        "people-1234567-13.csv": "Person - ID,Person - Name,Person - Email\n1,Eva,nonsense\n"
    }

    report = importing(written(tmp_path, files), mapping=mapping_named("pipedrive"))

    assert refusals(report) == [
        (
            1,
            "people-1234567-13.csv, line 2: email: “nonsense” is not an e-mail address.",
        )
    ]


@pytest.mark.django_db
def test_two_files_that_may_be_the_same_list_are_refused(tmp_path: Path):
    furnish()
    files = files_of("pipedrive") | {
        "people-1.csv": "Person - ID\n",
        "people-2.csv": "Person - ID\n",
    }
    path = written(tmp_path, files)

    report = importing(path, mapping=mapping_named("pipedrive"))

    assert (
        "people-1.csv and people-1234567-13.csv lie beside"
        in report.refused[0].sentence
    )


def by_pages(client: Any, files: Files, *, name: str) -> ImportRun:
    """Upload an export, take what the mapping page proposes, and commit."""
    main, *others = files
    told = {Path(other).stem: files[other].encode() for other in others}
    upload(client, files[main].encode(), name, **told)
    run = ImportRun.objects.get()
    assert try_it(client, run).status_code == 303
    work_off()
    run.refresh_from_db()
    assert run.report["refused"] == []
    commit(client, run)
    work_off()
    run.refresh_from_db()
    return run


@pytest.mark.django_db
@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_known_by_its_columns_and_read_by_the_pages(
    as_alice: Any, name: str
):
    furnish()

    run = by_pages(as_alice, files_of(name), name="deals.csv")

    assert (run.status, run.mapping) == (ImportStatus.COMMITTED, name)
    assert len(seats()) == 3
    assert len(deals()) == 3
    assert b"It was imported on" in as_alice.get(f"{IMPORT}/{run.pk}").content


def rows_of(text: str) -> Iterable[list[str]]:
    return (line.split(",") for line in text.splitlines())


@pytest.mark.django_db(transaction=True)
def test_an_export_as_workbooks_is_read_by_the_command(
    committed: Workspace, tmp_path: Path
):
    with workspace(committed):
        furnish()
    for name, text in files_of("salesforce").items():
        path = (tmp_path / name).with_suffix(".xlsx")
        path.write_bytes(workbook(rows_of(text)))
    path = tmp_path / "Opportunity.xlsx"
    options = ["--workspace", "committed", "--mapping", "salesforce"]

    call_command("import_data", path, *options)

    with workspace(committed):
        assert len(deals()) == 3
        assert len(seats()) == 3
