"""Letters, digits and days that are none: a line is refused in words, or kept to the letter."""

from pathlib import Path

import pytest

from opportunities.models import Company
from tests.integrations.files import (
    COMPANY,
    DEAL,
    PERSON,
    SMALL,
    TALK,
    Line,
    furnish,
    importing,
    refusals,
    write_bundle,
)
from tests.integrations.test_bad_input import rows

pytestmark = pytest.mark.django_db
C2 = '{"type": "company", "id": "c2", "name": '


def deal(**told: object) -> Line:
    return DEAL | {"id": "o2", "currency": "EUR"} | told


def talk(**told: object) -> Line:
    return TALK | {"id": "i2"} | told


def named(name: object) -> Line:
    return COMPANY | {"id": "c2", "name": name}


REFUSED: dict[str, tuple[Line | str, str]] = {
    "100,000 deep": (C2 + "[" * 100_000, "This JSON can't be read."),
    "900 deep": (C2 + "[" * 900 + "]" * 900 + "}", "is not text."),
    "5,000 digits": (C2 + "9" * 5_000 + "}", "This JSON can't be read."),
    "10,000 keys": (
        C2 + '"x",' + ",".join(f'"k{n}":1' for n in range(10_000)) + "}",
        "There is no field “k0” here.",
    ),
    "NUL in a key": (C2 + '"x", "\\u0000": 1}', "There is no field “�” here."),
    "half a letter in a key": (C2 + '"x", "\\ud800": 1}', "no field “�” here."),
    "NUL in a key twice": (C2 + '"x", "\\u0000": 1, "\\u0000": 2}', "“�” stands"),
    "half a letter in an id": (
        '{"type": "company", "id": "\\ud800", "name": "x"}',
        "id: There are control characters in it.",
    ),
    "NUL in a type": ('{"type": "\\u0000", "id": "c2"}', "“�” is not a type"),
    "a wrong encoding": (named("a\x85b"), "There are control characters in it."),
    "nothing to see": (named("\u200b\ufeff\u00a0"), "name: It is empty."),
    "an id that is not seen": (COMPANY | {"id": "\u200b"}, "id: It is empty."),
    "truth for a text": (named(True), "name: “True” is not text."),
    "a list for a text": (named(["x"]), "is not text."),
    "a workspace": (named("x") | {"workspace_id": "x"}, "no field “workspace_id”"),
    "a primary key": (named("x") | {"pk": "x"}, "There is no field “pk” here."),
    "a prototype": (named("x") | {"__proto__": {"x": 1}}, "no field “__proto__” here"),
    "an object for an id": (
        PERSON | {"id": "p2", "company": {"id": "c1", "name": "x"}},
        "is not text.",
    ),
    "a list within a list": (talk(participants=[["s1"]]), "“['s1']” is not text."),
    "a line in an address": (
        PERSON | {"id": "p2", "email": "a@b.be\nBcc: x@y.be"},
        "is not an e-mail address.",
    ),
    "digits of another script": (deal(amount="\u0665"), "is not a number."),
    "wide digits": (deal(amount="\uff15"), "is not a number."),
    "an underscore": (deal(amount="1_000"), "amount: “1_000” is not a number."),
    "a plus": (deal(amount="+5"), "amount: “+5” is not a number."),
    "blanks": (deal(amount=" 5 "), "is not a number."),
    "base sixteen": (deal(amount="0x10"), "amount: “0x10” is not a number."),
    "truth for an amount": (deal(amount=True), "amount: “True” is not a number."),
    "cents of yen": (deal(amount="1.5", currency="JPY"), "JPY has 0 digits"),
    "no such currency": (deal(currency="QQQ"), "“QQQ” is not a currency"),
    "a day of a week": (deal(opened_on="2024-W01-1"), "is not a day"),
    "a day without dashes": (deal(opened_on="20240101"), "is not a day"),
    "a day of year 0": (deal(opened_on="0000-01-01"), "is not a day"),
    "a day to come": (deal(opened_on="2026-05-05"), "that lies in the future."),
    "24 o'clock": (talk(occurred_at="2026-02-02T24:00:00Z"), "is not a moment"),
    "60 seconds": (talk(occurred_at="2026-02-02T09:00:60Z"), "is not a moment"),
    "99 hours off": (talk(occurred_at="2026-02-02T09:00:00+99:99"), "is not a moment"),
    "the last moment": (talk(occurred_at="9999-12-31T23:59:59-14:00"), "year 9999"),
    "the first moment": (talk(occurred_at="0001-01-01T00:00:00+14:00"), "year 1 is"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_line_is_refused_in_words_and_nothing_is_written(name: str, tmp_path: Path):
    furnish()
    bad, sentence = REFUSED[name]
    before = rows()

    report = importing(write_bundle(tmp_path / "b.jsonl", [*SMALL, bad]))

    assert [line for line, _sentence in refusals(report)] == [6]
    assert sentence in refusals(report)[0][1]
    assert rows() == before


def test_a_personal_column_is_named_legibly(tmp_path: Path):
    furnish()

    report = importing(write_bundle(tmp_path / "b.jsonl", [PERSON | {"age\0": 1}]))

    assert report.dropped == ["age�"]


NAMES = [
    *("{{7*7}} {% debug %} ${7*7} %s%n {0.__class__}", "' OR 1=1--", "=1+1", "-5"),
    *("O'Brien", "D'Arcy-Smith Jr.", "Null", "None", "True", "undefined", "NaN", "X"),
    *("مريم", "李", "ก", "👩‍👩‍👧 🇧🇪", "a" + "\u0301" * 150, "e\u0301", "\u00e9"),
    *("\ue000 named", "\uffff named", "a\u202eb"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_to_the_letter(name: str, tmp_path: Path):
    furnish()

    report = importing(write_bundle(tmp_path / "b.jsonl", [named(name)]))

    assert report.refused == []
    assert Company.objects.get().name == name
