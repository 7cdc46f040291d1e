"""Addresses, headers and parameters of no honest client: a refusal in the API's one shape."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from accounts.models import AuditEvent
from accounts.tenancy.guard import unguarded
from opportunities.models import Company
from tests.api.conftest import Api
from tests.api.test_hostile import assert_problem

pytestmark = pytest.mark.django_db
MISSING = "00000000-0000-7000-8000-000000000000"

ADDRESSES = [
    *("/api//x", "/api/./x", "/api/v1/%2e%2e/me", "/api/v1/me%2F", "/api/v1/me."),
    *("/api/v1/me;jsessionid=1", "/api/v1/%ff", "/api/v1/%00", "/api/schema"),
    *("/api/v1/companies/%00", "/api/v1/companies/a%00b", "/api/v1/" + "x" * 8_000),
    f"/api/v1/companies/{{{MISSING}}}",
    f"/api/v1/companies/urn:uuid:{MISSING}",
    f"/api/v1/companies/{MISSING.replace('8', 'A')}",
    f"/api/v1/companies/{MISSING.replace('-', '')}",
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda a: a[:40])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_has_one_form(api: Api, address: str, method: str):
    answer = getattr(api.client, method)(address, headers=api.headers)

    assert_problem(answer, 404)


PAGES = [
    *("/w/%00/", "/w/a%00b/deals", "/w/ours%00/deals", "/w/%ff/", "/w/..%2fours/"),
    *("/w/ours/deals/%00", "/w/OURS/", "/w/" + "x" * 8_000 + "/"),
    *("/%00", "/%ff", "/admin", "/__debug__/", "/metrics", "/.git/config", "/.env"),
]


@pytest.mark.parametrize("address", PAGES, ids=lambda a: a[:20])
def test_a_page_that_is_none_is_missing(api: Api, address: str):
    answers = [api.client.get(address), api.client.post(address)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].headers["Content-Type"].startswith("text/html")


HEADERS: dict[str, tuple[str, str, int]] = {
    "a workspace with NUL": ("X-Workspace", "\x00", 401),
    "a workspace in capitals": ("X-Workspace", "OURS", 401),
    "a long workspace": ("X-Workspace", "a" * 9_000, 401),
    "a workspace by a path": ("X-Workspace", "../ours", 401),
    "a workspace of two lines": ("X-Workspace", "ours\r\nx: y", 401),
    "no word of authorization": ("Authorization", "", 401),
    "no token": ("Authorization", "Bearer", 401),
    "a token with NUL": ("Authorization", "Bearer \x00", 401),
    "a long token": ("Authorization", "Bearer " + "x" * 9_000, 401),
    "a token of other letters": ("Authorization", "Bearer é", 401),
    "a token of nobody": ("Authorization", "Bearer brk_" + "a" * 60, 401),
    "a password": ("Authorization", "Basic YTpi", 401),
    "a session of nobody": ("Cookie", "sessionid=" + "x" * 8_000, 401),
    "a session with NUL": ("Cookie", "sessionid=\x00", 401),
    "two sessions": ("Cookie", "sessionid=a; sessionid=b", 401),
    "another host": ("Host", "evil.example", 400),
    "a port of words": ("Host", "localhost:junk", 400),
    "a host with a blank": ("Host", "a b", 400),
    "a key of no letter": ("Idempotency-Key", "", 400),
    "a key with NUL": ("Idempotency-Key", "\x00", 400),
    "a long key": ("Idempotency-Key", "x" * 256, 400),
    "a key of other letters": ("Idempotency-Key", "é", 400),
    "packed": ("Content-Encoding", "gzip", 415),
    "packed twice": ("Content-Encoding", "gzip, gzip", 415),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_can_not_be_is_refused(api: Api, name: str):
    header, value, status = HEADERS[name]
    headers = api.headers | {header: value}

    answer = api.client.post(
        "/api/v1/companies",
        b'{"name":"a"}',
        content_type="application/json",
        headers=headers,
    )

    assert_problem(answer, status)
    assert not Company.objects.exists()
    assert not AuditEvent.objects.exists()


HARMLESS: dict[str, str] = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-For": "' OR 1=1",
    "X-HTTP-Method-Override": "DELETE",
    "X-Request-ID": "\x00\r\nx",
    "Accept": "é\x00",
    "Accept-Language": "../../etc\x00",
    "Range": "bytes=99-1",
    "HX-Request": "true\x00",
    "HX-Target": "<script>",
    "HX-Prompt": "<script>",
    "HX-Current-URL": "https://evil.example/\x00",
    "Content-Encoding": "identity",
}


@pytest.mark.parametrize("header", HARMLESS)
def test_a_header_nobody_asked_for_changes_nothing(api: Api, header: str):
    plain = api.get("companies")

    answer = api.client.get(
        "/api/v1/companies", headers=api.headers | {header: HARMLESS[header]}
    )

    assert (answer.status_code, answer.content) == (200, plain.content)
    assert "evil" not in str(answer.headers)


QUERIES = [
    "&".join(f"a{n}=1" for n in range(1_500)),
    *("a[]=1", "a.b=1", "%00=1", "a=%00", "a=1&a=2", "x" * 20_000, "format=%00"),
    *("__proto__=1", "page=1", "page_size=1000000000", "offset=9223372036854775808"),
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q[:20])
@pytest.mark.parametrize("path", ["companies", "search", "me", "schema/"])
def test_a_query_nobody_knows_is_400(api: Api, path: str, query: str):
    answer = api.client.get(f"/api/v1/{path}?{query}", headers=api.headers)

    assert_problem(answer, 400)


def test_head_is_get_without_a_body(api: Api, deal: Any):
    for path in ("companies", "opportunities", "me", f"opportunities/{deal.pk}"):
        address = f"/api/v1/{path}"
        told, head = (
            getattr(api.client, method)(address, headers=api.headers)
            for method in ("get", "head")
        )

        assert (head.status_code, head.content) == (told.status_code, b"")


def test_a_get_reads_no_body(api: Api):
    answer = api.client.generic(
        "GET", "/api/v1/companies", b"[" * 100_000, headers=api.headers
    )

    assert answer.status_code == 200


BROKEN: dict[str, tuple[str, int]] = {
    "23505": ("unique_violation", 409),
    "23503": ("foreign_key_violation", 409),
    "23514": ("check_violation", 409),
    "22001": ("string_data_right_truncation", 422),
    "22P02": ("invalid_text_representation", 422),
    "40001": ("serialization_failure", 409),
    "40P01": ("deadlock_detected", 409),
    "42501": ("insufficient_privilege", 500),
    "57014": ("query_canceled", 500),
    "53300": ("too_many_connections", 500),
}


@pytest.mark.parametrize("code", BROKEN)
def test_what_the_database_refuses_has_the_one_shape_and_no_words_of_it(
    api: Api, code: str
):
    """The refusal is the database's own: a trigger on the table raises it."""
    condition, status = BROKEN[code]
    with raising(condition):
        answer = api.post("companies", {"name": "Delta"})

    assert_problem(answer, status)
    told = answer.content.decode()
    assert condition not in told
    assert "secret words" not in told
    assert not Company.objects.exists()


@contextmanager
def raising(condition: str) -> Iterator[None]:
    """Every new company is refused by the database, under this name."""
    table = Company._meta.db_table
    with unguarded(connection), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE {condition} USING MESSAGE = 'secret words'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refusing BEFORE INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
        )
    yield
    with unguarded(connection), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER refusing ON {table}")
