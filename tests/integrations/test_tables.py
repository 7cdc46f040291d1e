"""A table of deals by a mapping."""

from pathlib import Path
from typing import Any

import pytest

from accounts.models import Workspace
from integrations.importing import BadMapping, mapping_named
from integrations.importing.personal import is_personal
from opportunities.models import Opportunity
from tests.integrations.files import furnish, importing, refusals

pytestmark = pytest.mark.django_db

HEADER = "id,name,opened_on,amount,currency"


@pytest.fixture
def plain(tmp_path: Path, ours: Workspace) -> Any:
    furnish()

    def run(text: str) -> Any:
        path = tmp_path / "deals.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return importing(path, mapping=mapping_named("plain"))

    return run


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(plain: Any, delimiter: str):
    text = f'{HEADER}\no1,"One, two; three",2026-01-05,12.50,EUR\n'
    quoted = '"One, two; three"'
    head, rest = text.split(quoted)

    report = plain(head.replace(",", delimiter) + quoted + rest.replace(",", delimiter))

    assert report.refused == []
    deal = Opportunity.objects.get()
    assert (deal.name, str(deal.amount)) == ("One, two; three", "12.500")


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 1, "The file is empty."),
        (f"{HEADER}\r\n", 1, "There are no rows in the file."),
        (f"{HEADER},colour\n", 1, "The mapping does not know the column “colour”."),
        ("id,id\n", 1, "Two columns are called “id”."),
        ("name,opened_on\na,2026-01-01\n", 1, "There is no column “id”."),
        (
            f'{HEADER}\no1,a,2026-01-05,,\no2,"b,2026-01-05,,\no3,c,2026-01-05,,\n',
            3,
            "A quotation mark is opened in this row and not closed.",
        ),
        (
            f'{HEADER}\no1,"a"b,2026-01-05,,\n',
            2,
            "A quotation mark in this row closes before the cell ends.",
        ),
        (f"{HEADER}\no1,a\n", 2, "The row has 2 cells, the header has 5."),
        (f"{HEADER}\no1,a,05/01/2026,,\n", 2, "“05/01/2026” is not a day written as"),
        (f"{HEADER}\no1,a,2026-01-05,5,\n", 2, "An amount needs a currency."),
        (f"{HEADER}\no1,,2026-01-05,,\n", 2, "The field “name” is missing."),
        (
            f'{HEADER}\no1,"two\nlines",2026-01-05,,\no1,b,2026-01-05,,\n',
            4,
            "“o1” stands in line 2 already.",
        ),
    ],
)
def test_a_bad_table_is_refused_with_the_line(
    plain: Any, text: str, line: int, sentence: str
):
    report = plain(text)

    assert refusals(report)[0][0] == line
    assert refusals(report)[0][1].startswith(sentence)
    assert not Opportunity.objects.exists()


def test_personal_columns_are_dropped_and_named(plain: Any):
    report = plain("id,name,opened_on,Contact Gender,leeftijd\no1,a,2026-01-05,f,50\n")

    assert report.refused == []
    assert report.dropped == ["Contact Gender", "leeftijd"]


@pytest.mark.parametrize(
    "column",
    [
        *("sex", "Gender", "age", "birthDate", "Date of Birth", "dob", "nationality"),
        *("geslacht", "Leeftijd", "geboortedatum", "verjaardag", "Nationaliteit"),
        *("sexe", "âge", "date de naissance", "Nationalité", "citoyenneté"),
        *("Geschlecht", "Alter", "Geburtsdatum", "Staatsangehörigkeit"),
    ],
)
def test_a_column_about_a_persons_nature_is_known(column: str):
    assert is_personal(column)


@pytest.mark.parametrize(
    "column", ["stage", "language", "Manager", "message", "percentage", "alternative"]
)
def test_other_columns_are_kept(column: str):
    assert not is_personal(column)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[columns]\n",
        '[columns]\nid = "a"\nsize = "b"\n',
        'colour = 1\n[columns]\nid = "a"\n',
    ],
)
def test_a_bad_mapping_is_refused(told: str, tmp_path: Path):
    path = tmp_path / "m.toml"
    path.write_text(told)

    with pytest.raises(BadMapping):
        mapping_named(str(path))


def test_a_mapping_that_is_not_there_is_refused():
    with pytest.raises(BadMapping, match="no mapping “nosuch”"):
        mapping_named("nosuch")


def test_a_mapping_of_ones_own_is_followed(ours: Workspace, tmp_path: Path):
    furnish()
    (tmp_path / "m.toml").write_text(
        'currency = "EUR"\ndate_format = "%d/%m/%Y"\ndecimal_sign = ","\n'
        'ignored = ["note"]\n'
        '[columns]\nid = "nr"\nname = "wat"\nopened_on = "van"\namount = "bedrag"\n'
        'stage = "fase"\n[outcomes]\nbezig = "open"\n'
    )
    path = tmp_path / "deals.csv"
    path.write_text("nr;wat;van;bedrag;fase;note\n7;Plan;31/01/2026;12,5;bezig;x\n")

    report = importing(path, mapping=mapping_named(str(tmp_path / "m.toml")))

    assert report.refused == []
    deal = Opportunity.objects.get()
    assert (str(deal.opened_on), str(deal.amount), deal.currency) == (
        *("2026-01-31", "12.500", "EUR"),
    )
    assert deal.stage_changes.get().stage == "bezig"
