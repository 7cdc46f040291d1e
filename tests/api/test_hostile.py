"""What no honest client sends: refused in one shape, and nothing is written."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from opportunities.models import Company, Opportunity
from stakeholders.models import Interaction, Person
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db

PARAMETERS: dict[str, dict[str, Any]] = {
    "unknown": {"page": "1"},
    "of the ORM": {"user__password__startswith": "a"},
    "of its connector": {"_connector": "OR 1=1) --"},
    "regex": {"name__regex": "("},
    "format": {"format": "xml"},
    "limit of nothing": {"limit": "0"},
    "limit below": {"limit": "-1"},
    "limit beyond": {"limit": "101"},
    "limit enormous": {"limit": "9" * 20},
    "limit in other digits": {"limit": "\u0661\u0660"},
    "limit of words": {"limit": "abc"},
    "limit twice": {"limit": ["1", "2"]},
    "order by a secret": {"ordering": "owner__password"},
    "order by a dash": {"ordering": "--id"},
    "order by nothing": {"ordering": ""},
    "order by SQL": {"ordering": "id; DROP TABLE x"},
    "fields unknown": {"fields": "workspace_id"},
    "fields empty": {"fields": ""},
    "fields with a gap": {"fields": "id,,name"},
    "expand unknown": {"expand": "owner__user"},
    "cursor of nobody": {"cursor": "cD16eg=="},
    "cursor with NUL": {"cursor": "\x00"},
    "cursor empty colons": {"cursor": ":::"},
    "filter with NUL": {"source": "a\x00"},
    "filter empty": {"source": ""},
    "id in braces": {"owner": "{00000000-0000-7000-8000-000000000000}"},
    "id in capitals": {"owner": "00000000-0000-7000-8000-00000000000A"},
    "id that is none": {"owner": "1"},
    "day that is none": {"opened_from": "2024-02-30"},
    "day without dashes": {"opened_from": "20240101"},
    "day of year 0": {"opened_from": "0000-01-01"},
    "choice unknown": {"outcome": "Won"},
    "name with brackets": {"owner[]": "1"},
    "too long": {"source": "x" * 2_001},
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_that_is_unknown_or_unreadable_is_400(api: Api, name: str):
    answer = api.get("opportunities", **PARAMETERS[name])

    assert_problem(answer, 400)
    assert answer.json()["errors"][0]["field"]


def test_an_empty_cursor_is_the_first_page(api: Api):
    assert api.get("opportunities", cursor="").status_code == 200


def test_a_field_named_twice_is_answered_once(api: Api, deal: Any):
    answer = api.get("opportunities", fields="name,id,name")

    assert list(answer.json()["results"][0]) == ["name", "id"]


@pytest.mark.parametrize("path", ["me", "search", "schema/"])
def test_what_is_no_list_knows_its_parameters_too(api: Api, path: str):
    assert_problem(api.get(path, q="x", fields="id"), 400)


BODIES: dict[str, tuple[Any, set[int]]] = {
    "empty": (b"", {422}),
    "null": (b"null", {422}),
    "list": (b"[]", {422}),
    "text": (b'"x"', {422}),
    "number": (b"1", {422}),
    "true": (b"true", {422}),
    "cut off": (b'{"name":"a', {400}),
    "comma at the end": (b'{"name":"a",}', {400}),
    "comment": (b'{"name":"a"} // x', {400}),
    "single quotes": (b"{'name':'a'}", {400}),
    "key twice": (b'{"name":"a","name":"b"}', {400}),
    "BOM": (b'\xef\xbb\xbf{"name":"a"}', {400}),
    "bytes": (b'{"name":"\xff\xfe"}', {400}),
    "overlong": (b'{"name":"\xc0\xaf"}', {400}),
    "UTF-16": ('{"name":"a"}'.encode("utf-16"), {400}),
    "NUL": (b'{"name":"\\u0000"}', {400}),
    "NUL in a key": (b'{"name":"a","\\u0000":1}', {400}),
    "half a character": (b'{"name":"\\ud800"}', {400}),
    "deep": (b"[" * 100_000, {400}),
    "deep in a field": (b'{"name":' + b"[" * 5_000 + b"]" * 5_000 + b"}", {400}),
    "deep braces": (b'{"a":' * 900 + b"1" + b"}" * 900, {400}),
    "brackets in a text": (b'{"name":"' + b"[" * 100 + b'"}', {201}),
    "too large": (b'{"name":"' + b"x" * 1_100_000 + b'"}', {413}),
    "too long a name": (b'{"name":"' + b"x" * 201 + b'"}', {422}),
    "many keys": (
        b"{" + b",".join(b'"k%d":1' % n for n in range(10_000)) + b"}",
        {422},
    ),
    "prototype": (b'{"name":"a","__proto__":{"x":1}}', {422}),
    "class": (b'{"name":"a","__class__":"x"}', {422}),
    "workspace": (b'{"name":"a","workspace_id":"x"}', {422}),
    "primary key": (
        b'{"name":"a","id":"00000000-0000-7000-8000-000000000000"}',
        {422},
    ),
    "version": (b'{"name":"a","version":9}', {422}),
    "object for a text": (b'{"name":{"a":1}}', {422}),
    "number for a text": (b'{"name":1}', {422}),
    "truth for a text": (b'{"name":true}', {422}),
    "spaces": (b'{"name":"   "}', {422}),
    "nothing to see": ('{"name":"\u200b\ufeff\u00a0"}'.encode(), {422}),
    "control": (b'{"name":"a\\u0007b"}', {422}),
    "two lines": (b'{"name":"a\\nb"}', {422}),
    "NaN": (b'{"name":NaN}', {400}),
    "Infinity": (b'{"name":-Infinity}', {400}),
    "long number": (b'{"name":' + b"9" * 5_000 + b"}", {400}),
    "a template": (b'{"name":"{{7*7}} {% debug %} ${7*7} %s%n"}', {201}),
    "names of the world": (
        '{"name":"O\'Brien Null مريم 李 ก 👩‍👩‍👧 D\'Arcy"}'.encode(),
        {201},
    ),
    "one letter": (b'{"name":"X"}', {201}),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_taken_whole_or_refused_whole(api: Api, name: str):
    body, statuses = BODIES[name]

    answer = api.post("companies", body)

    assert answer.status_code in statuses
    if answer.status_code == 201:
        assert Company.objects.count() == 1
    else:
        assert_problem(answer, answer.status_code)
        assert not Company.objects.exists()
        assert not AuditEvent.objects.exists()


TYPES = {
    "form": "application/x-www-form-urlencoded",
    "parts": "multipart/form-data; boundary=x",
    "parts without boundary": "multipart/form-data",
    "text": "text/plain",
    "none": "",
    "UTF-7": "application/json; charset=utf-7",
    "zlib": "application/json; charset=zlib",
    "nonsense": "application/json; charset=foo",
}


@pytest.mark.parametrize("name", TYPES)
def test_only_json_in_utf8_is_read(api: Api, name: str):
    answer = api.client.generic(
        "POST",
        "/api/v1/companies",
        b'{"name":"a"}',
        content_type=TYPES[name],
        headers=api.headers,
    )

    assert_problem(answer, 415)
    assert not Company.objects.exists()


def deal_body(**more: Any) -> dict[str, Any]:
    return {"name": "Press line"} | more


VALUES: dict[str, dict[str, Any]] = {
    "amount without currency": deal_body(amount={"amount": "1.00"}),
    "amount as number": deal_body(amount={"amount": 1, "currency": "EUR"}),
    "amount NaN": deal_body(amount={"amount": "NaN", "currency": "EUR"}),
    "amount sNaN": deal_body(amount={"amount": "sNaN", "currency": "EUR"}),
    "amount huge": deal_body(amount={"amount": "1e400000", "currency": "EUR"}),
    "amount long": deal_body(amount={"amount": "9" * 1_000, "currency": "EUR"}),
    "amount below zero": deal_body(amount={"amount": "-1", "currency": "EUR"}),
    "amount with commas": deal_body(amount={"amount": "1,000.50", "currency": "EUR"}),
    "amount with underscore": deal_body(amount={"amount": "1_000", "currency": "EUR"}),
    "amount in other digits": deal_body(amount={"amount": "\u0665", "currency": "EUR"}),
    "amount too fine": deal_body(amount={"amount": "1.2345", "currency": "EUR"}),
    "currency small": deal_body(amount={"amount": "1", "currency": "eur"}),
    "currency unknown": deal_body(amount={"amount": "1", "currency": "QQQ"}),
    "amount and more": deal_body(amount={"amount": "1", "currency": "EUR", "x": 1}),
    "day of year 10000": deal_body(opened_on="10000-01-01"),
    "day of a week": deal_body(opened_on="2024-W01-1"),
    "day with a time": deal_body(opened_on="2024-01-01T00:00:00Z"),
    "day as number": deal_body(opened_on=20240101),
    "group of none": deal_body(expected_group_size=0),
    "group as text": deal_body(expected_group_size="5"),
    "group as truth": deal_body(expected_group_size=True),
    "group as fraction": deal_body(expected_group_size=1.5),
    "group beyond": deal_body(expected_group_size=2**63),
    "choice unknown": deal_body(importance="huge"),
    "choice as list": deal_body(importance=["small"]),
    "outcome": deal_body(outcome="won"),
    "retracted": deal_body(retracted_at=None),
    "company as object": deal_body(company={"id": "x", "name": "x"}),
    "company as list": deal_body(company=[]),
    "owner missing": deal_body(owner="00000000-0000-7000-8000-000000000000"),
    "company missing": deal_body(company="00000000-0000-7000-8000-000000000000"),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_is_not_valid_is_422_with_its_place(api: Api, name: str):
    answer = api.post("opportunities", VALUES[name])

    assert_problem(answer, 422)
    assert answer.json()["errors"][0]["field"]
    assert not Opportunity.objects.exists()


MOMENTS = [
    "2026-05-04",
    "2026-05-04T09:30",
    "2026-05-04T09:30:00",
    "2026-05-04T24:00:00Z",
    "2026-05-04T09:30:60Z",
    "2026-05-04T09:30:00+99:99",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "1777887000",
    1_777_887_000,
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_moment_has_one_written_form(api: Api, deal: Any, moment: Any):
    body = talk(deal, occurred_at=moment)
    logged = Interaction.objects.count()

    assert_problem(api.post("interactions", body), 422)
    assert Interaction.objects.count() == logged


def talk(deal: Any, **more: Any) -> dict[str, Any]:
    seat = deal.stakeholders.order_by("pk")[0]
    return {
        "opportunity": str(deal.pk),
        "occurred_at": timezone.now().isoformat(),
        "channel": "call",
        "participants": [{"stakeholder": str(seat.pk)}],
    } | more


Change = Callable[[dict[str, Any]], Any]
TALKS: dict[str, tuple[Change, int, str]] = {
    "nobody": (lambda b: b.update(participants=[]), 409, ""),
    "no participants": (lambda b: b.pop("participants"), 422, "participants"),
    "a stranger": (
        lambda b: b["participants"].append(
            {"stakeholder": "00000000-0000-7000-8000-000000000000"}
        ),
        422,
        "participants[1].stakeholder",
    ),
    "unknown signal": (
        lambda b: b["participants"][0].update(signals=[{"code": "NOPE"}]),
        409,
        "",
    ),
    "unknown field deep down": (
        lambda b: b["participants"][0].update(signals=[{"code": "B03", "weight": 9}]),
        422,
        "participants[0].signals[0].weight",
    ),
    "unknown action": (lambda b: b.update(actions=[{"code": "NOPE"}]), 409, ""),
    "in the future": (
        lambda b: b.update(occurred_at="2099-01-01T00:00:00Z"),
        409,
        "",
    ),
    "long ago": (lambda b: b.update(occurred_at="1990-01-01T00:00:00Z"), 409, ""),
    "logged by another": (lambda b: b.update(logged_by="x"), 422, "logged_by"),
    "signals as text": (
        lambda b: b["participants"][0].update(signals="B03"),
        422,
        "participants[0].signals",
    ),
}


@pytest.mark.parametrize("name", TALKS)
def test_a_conversation_is_logged_whole_or_not_at_all(api: Api, deal: Any, name: str):
    change, status, field = TALKS[name]
    body = talk(deal)
    change(body)
    before = counts()

    answer = api.post("interactions", body)

    assert_problem(answer, status)
    assert counts() == before
    if field:
        assert field in [error["field"] for error in answer.json()["errors"]]


def counts() -> list[int]:
    return [rows.objects.count() for rows in (Interaction, Person, Company, AuditEvent)]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace", "options"])
def test_a_method_that_is_not_there_is_405(api: Api, method: str):
    answer = getattr(api.client, method)("/api/v1/companies", headers=api.headers)

    assert_problem(answer, 405)


def test_another_method_in_a_header_changes_nothing(api: Api):
    headers = api.headers | {"X-HTTP-Method-Override": "DELETE"}

    answer = api.client.get("/api/v1/companies", headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=zz", "", "application/xml"])
def test_the_answer_is_json_whatever_is_accepted(api: Api, accept: str):
    headers = api.headers | {"Accept": accept}

    answer = api.client.get("/api/v1/companies", headers=headers)

    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("q", ["", "   ", "x" * 201, "a\x00b"])
def test_a_search_says_what_it_looks_for(api: Api, q: str):
    assert_problem(api.get("search", q=q), 400)


@pytest.mark.parametrize(
    "q", ["!!!", "&|", ":*", '"x', "a & ! b", "%", "_", "' OR 1=1"]
)
def test_a_search_has_no_syntax(api: Api, q: str):
    assert api.get("search", q=q).json() == {"results": [], "next": None}


def assert_problem(answer: Any, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "Traceback" not in answer.content.decode()
