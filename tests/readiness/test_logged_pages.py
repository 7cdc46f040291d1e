"""A conversation that is logged: put right in its lineage, or taken back after a second look."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from opportunities.models import Opportunity
from readiness.actions.interactions import Contact, Did, Said, Took, log_interaction
from readiness.models import SellerAction, Signal
from stakeholders.models import Interaction, Stakeholder
from tests.factories import give_defaults
from tests.readiness.test_log_kept import signal, stamp
from tests.recompute.build import ZONE, days_ago, open_deal, seat

AT = days_ago(3)


@pytest.fixture
def deal(bob: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=bob)


@pytest.fixture
def karel(deal: Opportunity) -> Stakeholder:
    return seat(deal)


@pytest.fixture
def talk(deal: Opportunity, karel: Stakeholder) -> Interaction:
    """Karel said two things, one in his own words; we asked one question."""
    parts = [Took(karel, [Said("B03", "Two tenders lost."), Said("B11")])]
    return log_interaction(
        opportunity=deal,
        contact=Contact(AT, "call", parts, actions=[Did("A01", [karel])]),
        zone=ZONE,
        by=deal.owner,
        now=AT,
    )


def edited(**other: Any) -> dict[str, Any]:
    return {
        "occurred_at": stamp(AT),
        "channel": "call",
        "did": ["A01"],
        "signals-TOTAL_FORMS": "5",
        "signals-INITIAL_FORMS": "0",
    } | other


def standing() -> list[tuple[str, int]]:
    rows = Signal.objects.standing().order_by("code")
    return list(rows.values_list("code", "revision"))


def test_what_stands_is_shown_and_put_right_in_its_lineage(
    as_bob: Client, karel: Stakeholder, talk: Interaction
):
    path = f"/w/ours/interactions/{talk.pk}/edit"
    assert "Two tenders lost." in as_bob.get(path).content.decode()
    told = edited(channel="meeting") | signal(0, karel, "B03", "Three tenders lost.")
    answer = as_bob.post(path, told | signal(1, karel, "B04"))
    heir = Interaction.objects.standing().get()
    assert answer.status_code == 303
    assert answer["Location"].endswith(f"?logged={heir.pk}")
    assert (heir.lineage_id, heir.revision) == (talk.lineage_id, 2)
    assert heir.channel == "meeting"
    assert standing() == [("B03", 2), ("B04", 1)]
    assert Signal.objects.count() == 4, "what was believed before stays on record"
    assert SellerAction.objects.standing().get().interaction == heir


def test_what_is_put_right_twice_keeps_the_first(
    as_bob: Client, karel: Stakeholder, talk: Interaction
):
    path = f"/w/ours/interactions/{talk.pk}/edit"
    told = edited() | signal(0, karel, "B04", "A late thought.")
    as_bob.post(path, told)
    again = as_bob.post(path, told)
    assert again.status_code == 422
    assert "changed or taken back meanwhile" in again.content.decode()
    assert "A late thought." in again.content.decode()
    assert as_bob.get(path).status_code == 303
    assert Interaction.objects.count() == 2


def test_a_correction_waits_for_whoever_signs_in_again(
    as_bob: Client, bob: Membership, karel: Stakeholder, talk: Interaction
):
    path = f"/w/ours/interactions/{talk.pk}/edit"
    token = as_bob.get(path).context["form"]["token"].value()
    as_bob.logout()
    as_bob.post(path, edited(token=token) | signal(0, karel, "B04", "A late thought."))
    assert bob.user
    as_bob.force_login(bob.user)
    assert "A late thought." in as_bob.get(path).content.decode()


@pytest.mark.parametrize("what", ["conversation", "signal"])
def test_taking_back_is_looked_at_first(as_bob: Client, talk: Interaction, what: str):
    said = Signal.objects.get(code="B03")
    path = {
        "conversation": f"/w/ours/interactions/{talk.pk}/retract",
        "signal": f"/w/ours/signals/{said.pk}/retract",
    }[what]
    page = as_bob.get(path).content.decode()
    assert f"Take back this {what}?" in page
    assert "Two tenders lost." in page
    assert standing() == [("B03", 1), ("B11", 1)], "looking takes nothing back"
    assert as_bob.post(path).status_code == 303
    assert standing() == ([] if what == "conversation" else [("B11", 1)])
    assert Interaction.objects.standing().exists() is (what == "signal")
    assert "meanwhile" in as_bob.get(path).content.decode()
    assert as_bob.post(path).status_code == 303, "twice is said, and harms nothing"


def test_the_pages_cost_the_same_for_one_signal_and_three(
    as_bob: Client,
    deal: Opportunity,
    talk: Interaction,
    cost_of: Callable[..., list[str]],
):
    parts = [Took(seat(deal, name), [Said("B03")]) for name in ("Ruth", "Jan", "Sofie")]
    more = log_interaction(
        opportunity=deal,
        contact=Contact(AT, "call", parts),
        zone=ZONE,
        by=deal.owner,
        now=AT,
    )
    for page in ("edit", "retract"):
        few, many = (
            cost_of(as_bob, f"/w/ours/interactions/{row.pk}/{page}")
            for row in (talk, more)
        )
        assert len(few) == len(many)
