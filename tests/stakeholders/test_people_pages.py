"""People and their seats: what the pages answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from opportunities.models import Opportunity, Outcome
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.actions.people import leave
from stakeholders.models import InfluenceLink, Person, RoleHeld, Stakeholder
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import JOINED, open_deal, seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(bob: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=bob)


def add(client: Client, deal: Opportunity, **values: Any) -> Any:
    asked = {"joined_on": "2026-05-04", **values}
    return client.post(f"/w/ours/opportunities/{deal.pk}/people/new", asked)


def change(client: Client, person: Stakeholder, **values: Any) -> Any:
    person.refresh_from_db()
    asked = {"from_on": "2026-05-04", "version": person.version, **values}
    return client.post(f"/w/ours/stakeholders/{person.pk}/edit", asked)


def test_somebody_new_gets_a_seat_with_roles_and_listeners(
    as_bob: Client, deal: Opportunity
):
    karel = seat(deal)

    response = add(
        as_bob,
        deal,
        person_text="Mia Nolf",
        person_id="new",
        title="Planner",
        roles=["user_buyer", "influencer"],
        influence="medium",
        **{f"listens_{karel.pk}": "high"},
    )

    mia = Stakeholder.objects.get(person__name="Mia Nolf")
    assert response.url == f"/w/ours/opportunities/{deal.pk}"
    assert mia.person.title == "Planner"
    assert set(mia.roles_held.values_list("role", flat=True)) == {
        "user_buyer",
        "influencer",
    }
    link = InfluenceLink.objects.get()
    assert (link.giver, link.taker, link.strength) == (mia, karel, "high")


def test_one_may_go_on_with_the_next_person(as_bob: Client, deal: Opportunity):
    response = add(as_bob, deal, person_text="Mia", person_id="new", again="on")

    assert response.url == f"/w/ours/opportunities/{deal.pk}/people/new"


def test_nobody_gets_two_seats_in_one_deal(as_bob: Client, deal: Opportunity):
    karel = seat(deal)

    response = add(
        as_bob, deal, person_text="Karel", person_id=str(karel.person_id), title="Boss"
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "has a seat in this deal already" in page
    assert 'value="Boss"' in page


def test_who_left_comes_back_with_what_was_heard(as_bob: Client, deal: Opportunity):
    karel = seat(deal)
    leave(stakeholder=karel, left_on=DAY, by=deal.owner, now=NOW)
    form = as_bob.get(f"/w/ours/stakeholders/{karel.pk}/edit").content.decode()
    back = f"/w/ours/stakeholders/{karel.pk}/back"
    assert f'action="{back}"' in form
    refused = add(as_bob, deal, person_text="Karel", person_id=str(karel.person_id))
    assert "they can be taken back" in refused.content.decode()

    page = as_bob.post(back, follow=True).content.decode()

    karel.refresh_from_db()
    assert karel.left_on is None
    assert "is in this deal again" in page
    event = AuditEvent.objects.get(verb="stakeholder.came_back")
    assert event.before["left_on"] == str(DAY)
    again = as_bob.post(back, follow=True).content.decode()
    assert "Karel is in this deal." in again


def test_a_closed_deal_takes_no_more_people(as_bob: Client, deal: Opportunity):
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        by=deal.owner,
        now=NOW,
    )

    page = as_bob.get(f"/w/ours/opportunities/{deal.pk}/people/new").content.decode()
    response = add(as_bob, deal, person_text="Mia", person_id="new")

    assert "Reopen it before you go on." in page
    assert response.status_code == 422
    assert 'value="Mia"' in response.content.decode()
    assert not Person.objects.exists()


def test_roles_keep_their_days(as_bob: Client, deal: Opportunity):
    karel = seat(deal)

    change(as_bob, karel, roles=["influencer"])

    held = {row.role: row for row in RoleHeld.objects.all()}
    assert held["champion"].held_from_on == JOINED
    assert held["champion"].held_until_on == DAY
    assert held["influencer"].held_from_on == DAY


def test_a_role_given_up_and_taken_again_on_one_day_goes_on(
    as_bob: Client, deal: Opportunity
):
    karel = seat(deal, joined_on=DAY)

    assert change(as_bob, karel, roles=[]).status_code == 303
    assert change(as_bob, karel, roles=["champion"]).status_code == 303

    assert RoleHeld.objects.get().held_until_on is None


def test_who_listens_is_said_of_each_and_taken_back(as_bob: Client, deal: Opportunity):
    karel, ruth, jan = seat(deal), seat(deal, "Ruth"), seat(deal, "Jan")

    change(
        as_bob,
        karel,
        roles=["champion"],
        **{f"listens_{ruth.pk}": "unsaid", f"listens_{jan.pk}": "low"},
    )
    links = InfluenceLink.objects.filter(giver=karel)
    assert dict(links.values_list("taker", "strength")) == {ruth.pk: "", jan.pk: "low"}
    change(as_bob, karel, roles=["champion"], **{f"listens_{jan.pk}": "high"})

    assert dict(links.values_list("taker", "strength")) == {jan.pk: "high"}
    assert AuditEvent.objects.filter(verb="influence.unlinked").count() == 1


def test_who_listened_and_left_stays_linked(as_bob: Client, deal: Opportunity):
    karel, ruth = seat(deal), seat(deal, "Ruth")
    change(as_bob, karel, roles=["champion"], **{f"listens_{ruth.pk}": "low"})
    Stakeholder.objects.filter(pk=ruth.pk).update(left_on=DAY)

    change(as_bob, karel, roles=["champion"])

    assert InfluenceLink.objects.count() == 1


def test_who_was_second_keeps_what_they_typed(as_bob: Client, deal: Opportunity):
    karel = seat(deal)

    refused = as_bob.post(
        f"/w/ours/stakeholders/{karel.pk}/edit",
        {"from_on": "2026-05-04", "version": 99, "goals": "Fewer stops"},
    )

    assert refused.status_code == 412
    assert "Fewer stops" in refused.content.decode()
    assert 'name="version" value="1"' in refused.content.decode()


def test_a_person_is_put_right(as_bob: Client, deal: Opportunity):
    person = seat(deal).person
    left_on = timezone.localdate() - timedelta(days=3)

    response = as_bob.post(
        f"/w/ours/people/{person.pk}/edit",
        {"name": "Karel M", "left_company_on": str(left_on), "version": 1},
    )

    person.refresh_from_db()
    assert response.status_code == 303
    assert (person.name, person.left_company_on) == ("Karel M", left_on)


def test_a_form_costs_the_same_with_one_person_and_with_three(
    as_bob: Client, deal: Opportunity, cost_of: Any
):
    karel = seat(deal)
    seat(deal, "Ruth")
    addresses = [
        f"/w/ours/opportunities/{deal.pk}/people/new",
        f"/w/ours/stakeholders/{karel.pk}/edit",
        f"/w/ours/stakeholders/{karel.pk}/leave",
        f"/w/ours/people/{karel.person_id}/edit",
    ]
    once = [len(cost_of(as_bob, address)) for address in addresses]

    for name in ("Jan", "Sofie"):
        seat(deal, name)

    assert [len(cost_of(as_bob, address)) for address in addresses] == once
    assert max(once) <= 12
