"""Members, keys, webhooks and the audit by the API."""

from typing import Any

import pytest

from accounts.models import AuditEvent, Membership, RememberedAnswer
from integrations.models import WebhookDelivery, WebhookEndpoint
from tests.api.conftest import ROOT, Api
from tests.api.test_facts import send
from tests.api.test_hostile import assert_problem
from tests.api.test_lists import by_key

pytestmark = pytest.mark.django_db

HOOK = {"url": "https://hooks.example.org/in", "events": ["interaction.logged"]}


def test_a_seat_is_made_changed_and_removed(api: Api, alice: Membership):
    made = api.post("members", {"name": "Els", "roles": ["rep"], "email": "E@x.be"})
    path = f"members/{made.json()['id']}"

    taken = api.post("members", {"name": "Els", "roles": ["rep"], "email": "e@x.be"})
    bare = api.post("members", {"name": "Els", "roles": []})
    changed = send(
        api, "patch", path, {"roles": ["coach", "rep"]}, tag=made.headers["ETag"]
    )
    suspended, back = api.post(f"{path}/suspend"), api.post(f"{path}/reinstate")
    gone = api.post(f"{path}/remove")

    assert (made.status_code, taken.status_code, bare.status_code) == (201, 409, 422)
    assert changed.json()["roles"] == ["rep", "coach"]
    assert (suspended.json()["status"], back.json()["status"]) == (
        "suspended",
        "active",
    )
    assert gone.status_code == 204
    assert api.get(path).status_code == 404


def test_who_owns_a_deal_goes_only_with_an_heir(
    api: Api, deal: Any, alice: Membership, bob: Membership
):
    deal.owner = bob
    deal.save(update_fields=["owner"])
    path = f"members/{bob.pk}/remove"

    alone, nobody = api.post(path, {}), api.post(path, {"heir": str(deal.pk)})
    gone = api.post(path, {"heir": str(alice.pk)})

    assert (alone.status_code, nobody.status_code) == (409, 422)
    assert gone.status_code == 204
    assert api.get(f"opportunities/{deal.pk}").json()["owner"] == str(alice.pk)


def test_the_last_administrator_stays_one(api: Api, alice: Membership):
    path = f"members/{alice.pk}"

    answers = [
        send(api, "patch", path, {"roles": ["rep"]}),
        api.post(f"{path}/suspend"),
        api.post(f"{path}/remove"),
    ]

    assert [answer.status_code for answer in answers] == [409] * 3


def test_a_team_is_made_moved_filled_and_deleted(
    api: Api, alice: Membership, bob: Membership
):
    made, taken = (api.post("teams", {"name": "North"}) for _time in range(2))
    below = api.post("teams", {"name": "Antwerp", "parent": made.json()["id"]})
    path = f"teams/{made.json()['id']}"

    placed = api.post(f"{path}/place", {"member": str(bob.pk)})
    coach = api.post(f"{path}/attach-coach", {"member": str(bob.pk)})
    emptied = api.post(f"{path}/take-out", {"member": str(bob.pk), "part": "member"})
    again = api.post(f"{path}/take-out", {"member": str(bob.pk), "part": "member"})
    circle = send(api, "patch", path, {"parent": below.json()["id"]})
    full = send(api, "delete", path)
    gone = send(api, "delete", f"teams/{below.json()['id']}")

    assert (made.status_code, taken.status_code) == (201, 409)
    assert placed.json()["members"] == [str(bob.pk)]
    assert (coach.status_code, again.status_code) == (409, 422)
    assert emptied.json()["members"] == []
    assert (circle.status_code, full.status_code, gone.status_code) == (409, 409, 204)


def test_a_tag_stands_for_what_is_shown_of_a_team_and_of_a_member(
    api: Api, alice: Membership, bob: Membership
):
    teams = [api.post("teams", {"name": name}).json()["id"] for name in "NS"]
    coach = api.post("members", {"name": "Els", "roles": ["coach"]}).json()["id"]
    paths = [*(f"teams/{id}" for id in teams), f"members/{bob.pk}", f"members/{coach}"]
    seen = [[api.get(path).headers["ETag"] for path in paths]]
    member = {"member": str(bob.pk)}

    for path, body, changed in (
        (f"teams/{teams[0]}/place", member, {0}),
        (f"teams/{teams[0]}/place", member, set()),  # they were there
        (f"teams/{teams[1]}/place", member, {0, 1}),
        (f"teams/{teams[0]}/attach-coach", {"member": coach}, {0}),
        (f"teams/{teams[0]}/attach-coach", {"member": coach}, set()),
        (f"teams/{teams[1]}/take-out", member | {"part": "member"}, {1}),
        (f"members/{bob.pk}/suspend", None, {2}),
        (f"members/{coach}/remove", None, {0, 3}),
    ):
        assert api.post(path, body or b"").status_code in {200, 204}
        tags = [api.get(path).headers.get("ETag") for path in paths]
        assert {n for n in range(4) if tags[n] != seen[-1][n]} == changed
        seen.append(tags)

    stale = send(api, "patch", paths[0], {"name": "North"}, tag=seen[0][0])
    assert_problem(stale, 412)


def test_a_key_is_seen_without_its_secret_and_revoked(api: Api, alice: Membership):
    client = by_key(alice, ["companies:read"])
    [row] = api.get("api-keys").json()["results"]

    assert "secret" not in "".join(row)
    assert client.get(f"{ROOT}companies").status_code == 200
    revoked = api.post(f"api-keys/{row['id']}/revoke")
    assert revoked.json()["revoked_at"] is not None
    assert client.get(f"{ROOT}companies").status_code == 401
    assert AuditEvent.objects.filter(verb="api_key.revoked").count() == 1


def test_a_webhook_shows_its_secret_once_and_keeps_it_nowhere_in_the_open(api: Api):
    headers = api.headers | {"Idempotency-Key": "hook-1"}

    made, again = (
        api.client.post(
            f"{ROOT}webhooks", HOOK, content_type="application/json", headers=headers
        )
        for _time in range(2)
    )

    assert (made.status_code, again.status_code) == (201, 201)
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    assert again.json() == made.json() | {"secret": None}
    assert secret not in RememberedAnswer.objects.get().body
    assert secret not in WebhookEndpoint.objects.get().secret
    path = f"webhooks/{made.json()['id']}"
    assert "secret" not in api.get(path).json()
    rotated = api.post(f"{path}/rotate-secret")
    assert rotated.json()["secret"] not in {None, secret}
    assert rotated.headers["ETag"] == '"v2"'


HOOKS: dict[str, tuple[dict[str, Any], int]] = {
    "no https": ({"url": "http://hooks.example.org/in"}, 422),
    "a private address": ({"url": "https://127.0.0.1/in"}, 422),
    "no events": ({"events": []}, 422),
    "unknown events": ({"events": ["deal.won"]}, 422),
    "an event twice": ({"events": ["interaction.logged"] * 2}, 422),
    "a secret of one's own": ({"secret": "x"}, 422),
}


@pytest.mark.parametrize("name", HOOKS)
def test_a_webhook_that_can_not_be_is_refused(api: Api, name: str):
    more, status = HOOKS[name]

    assert api.post("webhooks", HOOK | more).status_code == status
    assert not WebhookEndpoint.objects.exists()


def test_a_webhook_is_changed_tried_switched_and_removed(api: Api):
    made, taken = api.post("webhooks", HOOK), api.post("webhooks", HOOK)
    path = f"webhooks/{made.json()['id']}"

    tried = api.post(f"{path}/test")
    off = api.post(f"{path}/switch-off")
    refused = api.post(f"{path}/test")
    on = api.post(f"{path}/switch-on")
    events = ["interaction.logged", "prompt.opened"]
    stale = send(api, "patch", path, {"events": events}, tag=made.headers["ETag"])
    changed = send(api, "patch", path, {"events": events}, tag=on.headers["ETag"])
    gone = send(api, "delete", path, tag=changed.headers["ETag"])

    assert (made.status_code, taken.status_code) == (201, 409)
    assert (tried.status_code, refused.status_code) == (200, 409)
    assert (off.json()["off_reason"], on.json()["off_at"]) == ("hand", None)
    assert (stale.status_code, gone.status_code) == (412, 204)
    assert changed.json()["events"] == events


def test_what_was_delivered_is_sent_again_under_its_id(api: Api):
    hook = api.post("webhooks", HOOK).json()["id"]
    api.post(f"webhooks/{hook}/test")
    [row] = api.get("webhook-deliveries", webhook=hook).json()["results"]
    path = f"webhook-deliveries/{row['id']}/replay"

    early = api.post(path)
    WebhookDelivery.objects.update(state="failed", due_at=None)
    again = api.post(path)

    assert (early.status_code, again.status_code) == (409, 200)
    assert again.json()["state"] == "pending"
    assert again.json()["message"] == row["message"]


def test_what_was_done_by_the_api_is_in_the_audit(api: Api, alice: Membership):
    made = api.post("companies", {"name": "Delta"}).json()

    [row] = api.get("audit-events", subject=made["id"]).json()["results"]

    assert (row["verb"], row["source"]) == ("company.created", "api")
    assert row["actor"] == str(alice.pk)
    assert api.get("audit-events", verb="x").json()["results"] == []
