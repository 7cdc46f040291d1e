"""The API as a page in the browser calls it: by session, workspace and the form's token."""

from typing import Any

import pytest

from accounts.models import Membership
from opportunities.models import Company
from tests.api.conftest import ROOT
from tests.conftest import DoorClient

pytestmark = pytest.mark.django_db
TOKEN = "a" * 32


@pytest.fixture
def tab(alice: Membership) -> Any:
    client = DoorClient(enforce_csrf_checks=True, raise_request_exception=False)
    assert alice.user
    client.force_login(alice.user)
    client.cookies["csrftoken"] = TOKEN
    return client


def make(tab: Any, alice: Membership, **headers: str) -> Any:
    return tab.post(
        f"{ROOT}companies",
        {"name": "Delta"},
        content_type="application/json",
        headers={"X-Workspace": alice.workspace.slug} | headers,
    )


def test_it_makes_with_the_token_and_once_with_a_key(tab: Any, alice: Membership):
    told = {"X-CSRFToken": TOKEN, "Idempotency-Key": "a"}

    answers = [make(tab, alice, **told) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert Company.objects.count() == 1


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "multipart/form-data"]
)
def test_a_form_is_no_body_with_a_token_or_without(
    tab: Any, alice: Membership, kind: str
):
    told = {"X-Workspace": alice.workspace.slug, "X-CSRFToken": TOKEN}
    whole = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--\r\n"

    for headers in (told, told | {"Idempotency-Key": "a"}, told | {"X-CSRFToken": ""}):
        for body in (whole, b"--x\r\n", b"x" * 3_000_000):
            answer = tab.generic(
                "POST", f"{ROOT}companies", body, content_type=kind, headers=headers
            )
            assert answer.status_code in {400, 403, 413, 415}
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Company.objects.exists()


def test_without_the_token_nothing_is_made(tab: Any, alice: Membership):
    assert make(tab, alice).status_code == 403
    assert make(tab, alice, **{"X-CSRFToken": "b" * 32}).status_code == 403
    assert not Company.objects.exists()
