"""A request that is sent again, and a row that two people change."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from accounts.actions.keys import create_api_key
from accounts.models import (
    ApiKey,
    Membership,
    RememberedAnswer,
    Role,
    Workspace,
)
from accounts.rest.idempotency import KEPT, Remembering, _lock, forget_answers
from accounts.tenancy import workspace
from accounts.views.keys import scopes
from opportunities.models import Company, Opportunity
from tests.api.conftest import ROOT, Api
from tests.api.test_hostile import assert_problem
from tests.factories import NOW, create_company, create_membership, create_user


def again(api: Api, key: str, body: Any, path: str = "companies") -> Any:
    api.headers = api.headers | {"Idempotency-Key": key}
    return api.post(path, body)


def change(api: Api, path: str, body: Any, tag: str | None) -> Any:
    headers = api.headers | ({"If-Match": tag} if tag is not None else {})
    return api.client.patch(
        ROOT + path, body, content_type="application/json", headers=headers
    )


@pytest.mark.django_db
def test_sent_again_it_is_answered_again_and_done_once(api: Api):
    first = again(api, "a", {"name": "Delta"})
    second = again(api, "a", {"name": "Delta"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    for header in ("Location", "ETag", "Content-Type"):
        assert first.headers[header] == second.headers[header]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Company.objects.count() == 1


@pytest.mark.django_db
def test_another_request_under_the_same_key_is_refused(api: Api):
    again(api, "a", {"name": "Delta"})

    body = again(api, "a", {"name": "Echo"})
    place = again(api, "a", {"name": "Delta"}, "people")
    query = again(api, "a", {"name": "Delta"}, "companies?fields=id")

    for answer in (body, place, query):
        assert_problem(answer, 422)
        assert answer.json()["type"].endswith("idempotency-key-reused")
    assert Company.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_request_may_be_sent_again(api: Api):
    refused = again(api, "a", {"name": ""})
    done = again(api, "a", {"name": "Delta"})

    assert_problem(refused, 422)
    assert done.status_code == 201
    assert RememberedAnswer.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "\u00e9"], ids=range(4))
def test_a_key_that_can_not_be_remembered_is_refused(api: Api, key: str):
    assert_problem(again(api, key, {"name": "Delta"}), 400)
    assert not Company.objects.exists()


@pytest.mark.django_db
def test_each_caller_has_keys_of_their_own(
    api: Api, alice: Membership, bob: Membership
):
    assert again(api, "a", {"name": "Delta"}).status_code == 201
    assert again(Api(bob), "a", {"name": "Echo"}).status_code == 201
    _key, secret = create_api_key(
        name="x", scopes=scopes(), membership=alice, by=alice, now=NOW
    )
    machine = Api(alice)
    machine.headers = {"Authorization": f"Bearer {secret}"}
    assert again(machine, "a", {"name": "Foxtrot"}).status_code == 201

    assert Company.objects.count() == 3


@pytest.mark.django_db
def test_who_lost_the_right_is_not_answered_again(api: Api, alice: Membership):
    again(api, "a", {"name": "Delta"})
    Membership.objects.filter(pk=alice.pk).update(roles=[Role.COACH])

    assert_problem(again(api, "a", {"name": "Delta"}), 403)


@pytest.mark.django_db
def test_what_was_answered_long_ago_is_forgotten(api: Api):
    again(api, "a", {"name": "Delta"})
    at = RememberedAnswer.objects.get().answered_at

    forget_answers(now=at + KEPT)
    assert RememberedAnswer.objects.exists()
    forget_answers(now=at + KEPT * 2)
    assert not RememberedAnswer.objects.exists()


def client_of(ours: Workspace) -> tuple[Client, dict[str, str]]:
    """A program with a key, whose calls are real transactions."""
    with workspace(ours):
        user = create_user(email="alice@example.com")
        alice = create_membership(user=user, roles=(Role.ADMIN, Role.REP))
        _key, secret = create_api_key(
            name="x", scopes=scopes(), membership=alice, by=alice, now=NOW
        )
    return Client(), {"Authorization": f"Bearer {secret}"}


def in_threads(calls: list[Any], *, at_once: int) -> list[Any]:
    """Their answers, begun in this order; every thread closes its own connection."""
    waiting, answers = deque(enumerate(calls)), {}

    def work() -> None:
        try:
            while waiting:
                with suppress(IndexError):  # another thread took the last
                    number, call = waiting.popleft()
                    answers[number] = call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(work) for _thread in range(at_once)]:
            done.result()
    return [answers[number] for number in range(len(calls))]


@pytest.mark.django_db(transaction=True)
def test_while_it_is_worked_at_the_same_key_is_refused_at_once(committed: Workspace):
    client, headers = client_of(committed)
    headers["Idempotency-Key"] = "a"
    key_id = ApiKey.objects.get().pk
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with workspace(committed):
            assert _lock(committed.pk, Remembering(key_id, "a", "x"))
            held.set()
            over.wait(10)

    def post() -> Any:
        return client.post(
            f"{ROOT}companies",
            {"name": "Delta"},
            content_type="application/json",
            headers=headers,
        )

    thread = threading.Thread(target=lambda: in_threads([hold], at_once=1))
    thread.start()
    held.wait(10)
    meanwhile = post()
    over.set()
    thread.join(10)

    assert_problem(meanwhile, 409)
    assert meanwhile.json()["type"].endswith("idempotency-in-flight")
    assert post().status_code == 201


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> None:
    """How often one may call is another question."""
    settings.API_LIMIT_PER_CALLER = 0


def many_keys(ours: Workspace, *, keys: int, calls: int) -> None:
    """Each key is sent by all callers at once, then once more."""
    _client, headers = client_of(ours)
    wanted = [f"key {number:04}" for number in range(keys)]
    asked = [_posting(headers, key) for key in wanted for _caller in range(calls)]
    logging.disable(logging.CRITICAL)  # three lines for each call
    statuses = in_threads(asked, at_once=calls)
    # Whoever was told to come again does.
    late = in_threads([_posting(headers, key) for key in wanted], at_once=2)
    logging.disable(logging.NOTSET)

    assert set(statuses) <= {201, 409}
    assert set(late) == {201}
    with workspace(ours):
        made = Company.objects.order_by("name").values_list("name", flat=True)
        assert list(made) == wanted
        assert RememberedAnswer.objects.count() == keys


def _posting(headers: dict[str, str], key: str) -> Any:
    return lambda: (
        Client()
        .post(
            f"{ROOT}companies",
            {"name": key},
            content_type="application/json",
            headers=headers | {"Idempotency-Key": key},
        )
        .status_code
    )


@pytest.mark.django_db(transaction=True)
def test_keys_sent_several_times_at_once_make_one_thing_each(committed: Workspace):
    many_keys(committed, keys=20, calls=4)


@pytest.fixture
def dying(committed: Workspace) -> Iterator[int]:
    """The port of a server that is killed when it has done what was asked."""
    database = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.api.dying"],
        env=os.environ
        | {
            "DATABASE_URL": database._replace(path=f"/{name}").geturl(),
            "DJANGO_SETTINGS_MODULE": "buyreadiness.settings",
        },
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout
            yield int(server.stdout.readline())
        finally:
            server.kill()


@pytest.mark.django_db(transaction=True)
def test_killed_before_it_could_answer_it_is_answered_when_asked_again(
    committed: Workspace, dying: int
):
    client, headers = client_of(committed)
    headers |= {"Idempotency-Key": "a", "Content-Type": "application/json"}
    body = json.dumps({"name": "Delta"})
    wire = HTTPConnection("127.0.0.1", dying, timeout=60)

    with closing(wire), pytest.raises(ConnectionError):
        wire.request("POST", f"{ROOT}companies", body, headers)
        wire.getresponse()
    again = client.post(
        f"{ROOT}companies", body, content_type="application/json", headers=headers
    )

    with workspace(committed):
        company = Company.objects.get()
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["id"] == str(company.pk)


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
def test_a_thousand_keys_sent_ten_times_at_once_make_a_thousand(committed: Workspace):
    many_keys(committed, keys=1_000, calls=10)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["companies", "people", "opportunities"])
def test_a_change_needs_the_version_that_was_read(api: Api, deal: Any, path: str):
    id = api.get(path).json()["results"][0]["id"]
    seen = api.get(f"{path}/{id}").headers["ETag"]
    whole = api.get(f"{path}/{id}").json()

    assert_problem(change(api, f"{path}/{id}", {"name": "New"}, None), 428)
    assert_problem(change(api, f"{path}/{id}", {"name": "New"}, '"v99"'), 412)
    assert_problem(change(api, f"{path}/{id}", {"name": "New"}, f"W/{seen}"), 412)
    assert api.get(f"{path}/{id}").json() == whole
    done = change(api, f"{path}/{id}", {"name": "New"}, seen)
    assert done.status_code == 200
    assert done.json()["name"] == "New"
    assert done.headers["ETag"] != seen
    assert api.get(f"{path}/{id}").headers["ETag"] == done.headers["ETag"]
    assert_problem(change(api, f"{path}/{id}", {"name": "Old"}, seen), 412)
    assert change(api, f"{path}/{id}", {"name": "Last"}, "*").status_code == 200


@pytest.mark.django_db
def test_a_change_says_what_is_wrong_with_it(api: Api, deal: Any):
    path = f"opportunities/{deal.pk}"
    tag = api.get(path).headers["ETag"]

    for body in (
        {"nme": "x"},
        {"name": ""},
        {"owner": None},
        {"expected_group_size": 0},
    ):
        assert_problem(change(api, path, body, tag), 422)
    missing = "opportunities/00000000-0000-7000-8000-000000000000"
    assert_problem(change(api, missing, {"name": "x"}, None), 404)
    money = {"amount": {"amount": "99.50", "currency": "USD"}}
    assert change(api, path, money, tag).json()["amount"] == money["amount"]


@pytest.mark.django_db
def test_a_deal_of_another_workspace_is_missing(
    api: Api, charlie: Membership, deal: Any
):
    theirs = Api(charlie)

    assert_problem(change(theirs, f"opportunities/{deal.pk}", {"name": "x"}, "*"), 404)


@pytest.mark.django_db
def test_a_deal_is_taken_back_by_who_saw_it(api: Api, deal: Any):
    path, headers = f"{ROOT}opportunities/{deal.pk}", api.headers

    assert_problem(api.client.delete(path, headers=headers), 428)
    old = headers | {"If-Match": '"v0"'}
    assert_problem(api.client.delete(path, headers=old), 412)
    tag = api.client.get(path, headers=headers).headers["ETag"]
    done = api.client.delete(path, headers=headers | {"If-Match": tag})
    assert (done.status_code, done.content) == (204, b"")
    assert_problem(api.client.get(path, headers=headers), 404)
    assert Opportunity.objects.get(pk=deal.pk).retracted_at is not None


@pytest.mark.django_db
def test_a_person_in_the_deal_is_changed_too(api: Api, deal: Any):
    row = api.get("stakeholders").json()["results"][0]
    path = f"stakeholders/{row['id']}"

    done = change(api, path, {"influence": "high"}, api.get(path).headers["ETag"])

    assert done.json()["influence"] == "high"
    assert_problem(change(api, path, {"person": row["person"]}, "*"), 422)


def many_edits(ours: Workspace, *, writers: int, edits: int) -> None:
    """Each reads the country's counter and adds one, as long as it takes no refusal for done."""
    _client, headers = client_of(ours)
    with workspace(ours):
        company = create_company(name="0")
    path = f"{ROOT}companies/{company.pk}"

    def edit() -> int:
        client = Client()
        seen = client.get(path, headers=headers)
        answer = client.patch(
            path,
            {"name": str(int(seen.json()["name"]) + 1)},
            content_type="application/json",
            headers=headers | {"If-Match": seen.headers["ETag"]},
        )
        return answer.status_code

    statuses = in_threads([edit] * (writers * edits), at_once=writers)

    assert set(statuses) <= {200, 412}
    kept = statuses.count(200)
    with workspace(ours):
        company.refresh_from_db()
    assert company.name == str(kept)
    assert company.version == 1 + kept
    assert kept >= edits


@pytest.mark.django_db(transaction=True)
def test_no_edit_is_lost(committed: Workspace):
    many_edits(committed, writers=4, edits=8)


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
def test_none_of_five_hundred_edits_is_lost(committed: Workspace):
    many_edits(committed, writers=10, edits=50)
