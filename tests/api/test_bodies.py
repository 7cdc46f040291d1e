"""Bodies as they come over the wire: slow, in pieces, cut off; no transaction waits for one."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import Membership, Role, Workspace
from accounts.tenancy import workspace
from opportunities.models import Company
from tests.api.conftest import ROOT, Api
from tests.api.test_hostile import assert_problem
from tests.api.test_lists import by_key
from tests.api.test_uploads import file
from tests.conftest import DoorClient
from tests.factories import create_membership, create_user
from tests.integrations.pages import PLAIN

COMPANY = b'{"name":"Delta Metalworks"}'
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PARTS = encode_multipart(BOUNDARY, {"file": file(PLAIN)})


class Wire(io.BytesIO):
    """A body that says whether a transaction is open while it is read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.seen: set[bool] = set()

    def read(self, size: int | None = -1) -> bytes:
        self.seen.add(connection.in_atomic_block)
        return super().read(size)


class Gone(io.BytesIO):
    """A sender who says no more."""

    def read(self, size: int | None = -1) -> bytes:
        raise BlockingIOError


@pytest.fixture
def callers(committed: Workspace) -> dict[str, Any]:
    with workspace(committed):
        user = create_user(email="alice@example.com")
        alice = create_membership(user=user, roles=(Role.ADMIN,))
        key = by_key(alice, ["imports:write", "companies:write"])
    page = DoorClient()
    page.force_login(user)
    return {"key": key, "page": page, "nobody": DoorClient()}


COMPANIES = "companies"
SENT: list[tuple[str, str, str, bytes, int]] = [
    ("key", COMPANIES, JSON, COMPANY, 201),
    ("key", "imports/upload", MULTIPART_CONTENT, PARTS, 201),
    ("nobody", COMPANIES, JSON, COMPANY, 401),
    ("nobody", "imports/upload", MULTIPART_CONTENT, PARTS, 401),
    ("page", "companies/new", FORM, b"name=Delta+Metalworks", 303),
    ("page", "settings/import", MULTIPART_CONTENT, PARTS, 303),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("caller", "place", "kind", "body", "status"), SENT)
def test_a_slow_sender_holds_no_transaction_and_a_stranger_is_not_read(
    callers: dict[str, Any],
    committed: Workspace,
    caller: str,
    place: str,
    kind: str,
    body: bytes,
    status: int,
):
    wire = Wire(body)
    around: Any = {"wsgi.input": wire}
    root = f"/w/{committed.slug}/" if caller == "page" else ROOT

    answer = callers[caller].generic(
        "POST", f"{root}{place}", body, content_type=kind, **around
    )

    assert answer.status_code == status
    assert wire.seen == ({False} if status < 400 else set())


def send(api: Api, place: str, body: bytes, content_type: str, **around: Any) -> Any:
    return api.client.generic(
        "POST", place, body, content_type, headers=api.headers, **around
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("place", "kind"),
    [(COMPANIES, JSON), ("imports/upload", MULTIPART_CONTENT)],
)
def test_a_body_in_pieces_or_cut_off_is_refused_as_that(
    api: Api, place: str, kind: str
):
    """Taken for empty it would be refused for what it does not lack."""
    pieces = send(api, ROOT + place, COMPANY, kind, HTTP_TRANSFER_ENCODING="chunked")
    gone = send(api, ROOT + place, COMPANY, kind, **{"wsgi.input": Gone()})

    assert_problem(pieces, 411)
    assert "Content-Length" in pieces.json()["detail"]
    assert_problem(gone, 408)
    assert not Company.objects.exists()


@pytest.mark.django_db
def test_a_form_in_pieces_is_refused_on_a_page(api: Api, alice: Membership):
    address = f"/w/{alice.workspace.slug}/companies/new"

    answer = send(api, address, b"name=x", FORM, HTTP_TRANSFER_ENCODING="chunked")

    assert answer.status_code == 411
    assert "Content-Length" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1_000_001, 3_000_000])
def test_what_says_that_it_is_too_large_is_not_waited_for(api: Api, size: int):
    body = b'{"name":"%s"}' % (b"x" * size)
    wire = Wire(body)

    answer = send(api, ROOT + COMPANIES, body, JSON, **{"wsgi.input": wire})

    assert_problem(answer, 413)
