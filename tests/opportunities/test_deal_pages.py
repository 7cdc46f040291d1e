"""Open a deal, put it right, hand it over, take it back: what the pages answer."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, MembershipStatus, Workspace
from opportunities.models import Company, Opportunity, Outcome
from stakeholders.actions.outcomes import close_opportunity
from tests.factories import DAY, NOW, create_company, create_membership
from tests.recompute.build import open_deal

pytestmark = pytest.mark.django_db

HERE = "/w/ours/opportunities"


def typed(owner: Membership, **other: Any) -> dict[str, Any]:
    return {
        "name": "Cranes",
        "company_text": "",
        "owner": str(owner.pk),
        "opened_on": "2026-05-04",
        "currency": "EUR",
        **other,
    }


def change(client: Client, deal: Opportunity, **other: Any) -> Any:
    values = {
        "name": deal.name,
        "opened_on": str(deal.opened_on),
        "currency": "EUR",
        "version": deal.version,
        **other,
    }
    return client.post(f"{HERE}/{deal.pk}/edit", values)


def test_a_new_deal_leads_to_its_people(as_bob: Any, bob: Membership):
    response = as_bob.post(f"{HERE}/new", typed(bob, amount="148000"))

    deal = Opportunity.objects.get()
    assert response.status_code == 303
    assert response.url == f"{HERE}/{deal.pk}/people/new"
    assert (deal.owner, deal.amount, deal.currency) == (bob, Decimal(148_000), "EUR")


def test_a_company_that_is_new_is_made_when_it_is_asked_for(
    as_bob: Any, bob: Membership
):
    first = as_bob.post(f"{HERE}/new", typed(bob, company_text="Nova"))
    assert first.status_code == 422
    assert "Make a new one: “Nova”" in first.content.decode()
    assert not Company.objects.exists()

    as_bob.post(f"{HERE}/new", typed(bob, company_text="Nova", company_id="new"))

    assert Opportunity.objects.get().company == Company.objects.get(name="Nova")


def test_what_was_typed_stays_when_it_is_refused(as_bob: Any, bob: Membership):
    response = as_bob.post(
        f"{HERE}/new", typed(bob, opened_on="2999-01-01", amount="12.5")
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Cranes"' in page
    assert 'value="12.5"' in page
    assert not Opportunity.objects.exists()


def test_a_deal_is_not_opened_tomorrow(as_bob: Any, bob: Membership):
    response = as_bob.post(f"{HERE}/new", typed(bob, opened_on="2190-01-01"))

    assert response.status_code == 422
    assert "That lies in the future." in response.content.decode()


def test_saving_leads_back_to_the_deal_or_to_the_page_it_came_from(
    as_bob: Any, bob: Membership
):
    deal = open_deal(owner=bob)

    assert change(as_bob, deal, name="New").url == f"{HERE}/{deal.pk}"
    deal.refresh_from_db()
    elsewhere = change(as_bob, deal, name="Newer", next="/w/ours/tasks")
    assert elsewhere.url == "/w/ours/tasks"


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "x:y"]
)
def test_no_page_leads_to_another_site(as_bob: Any, bob: Membership, there: str):
    deal = open_deal(owner=bob)

    page = as_bob.get(f"{HERE}/{deal.pk}/edit", {"next": there}).content.decode()
    response = change(as_bob, deal, name="New", next=there)

    assert "evil.example" not in page
    assert response.url == f"{HERE}/{deal.pk}"


def test_who_was_second_keeps_what_they_typed_and_may_save_it(
    as_bob: Any, bob: Membership
):
    deal = open_deal(owner=bob)
    Opportunity.objects.filter(pk=deal.pk).update(name="Theirs", version=2)

    refused = change(as_bob, deal, name="Mine")

    assert refused.status_code == 412
    assert 'value="Mine"' in refused.content.decode()
    assert 'name="version" value="2"' in refused.content.decode()
    deal.version = 2
    assert change(as_bob, deal, name="Mine").status_code == 303


def test_a_closed_deal_was_opened_before_it_ended(as_bob: Any, bob: Membership):
    deal = open_deal(owner=bob)
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=date(2026, 4, 1),
        today=DAY,
        by=bob,
        now=NOW,
    )
    deal.refresh_from_db()

    assert change(as_bob, deal, opened_on="2026-04-02").status_code == 422
    assert change(as_bob, deal, opened_on="2026-04-01").status_code == 303


def test_any_active_member_can_be_handed_a_deal(
    as_bob: Any, bob: Membership, ours: Workspace
):
    ours.rep_visibility = "own"
    ours.save(update_fields=["rep_visibility"])
    deal = open_deal(owner=bob)
    heir = create_membership(name="Dora")
    gone = create_membership(name="Yan", status=MembershipStatus.SUSPENDED)

    page = as_bob.get(f"{HERE}/{deal.pk}/hand-over").content.decode()
    response = as_bob.post(f"{HERE}/{deal.pk}/hand-over", {"heir": str(heir.pk)})

    assert str(gone.pk) not in page
    assert response.url == HERE  # bob may see the deal no longer
    deal.refresh_from_db()
    assert deal.owner == heir


def test_a_deal_made_by_mistake_is_taken_back(as_bob: Any, bob: Membership):
    deal = open_deal(owner=bob)

    assert as_bob.post(f"{HERE}/{deal.pk}/retract").status_code == 303
    assert as_bob.get(f"{HERE}/{deal.pk}/edit").status_code == 404


def test_a_company_is_put_right(as_bob: Any):
    company = create_company()
    address = f"/w/ours/companies/{company.pk}"

    response = as_bob.post(
        f"{address}/edit", {"name": "Delta", "country": "be", "version": 1}
    )

    company.refresh_from_db()
    assert response.url == address
    assert (company.name, company.country, company.version) == ("Delta", "BE", 2)


def test_a_form_costs_the_same_with_one_deal_and_with_three(
    as_bob: Any, bob: Membership, cost_of: Any
):
    deal = open_deal(owner=bob)
    addresses = [f"{HERE}/new", f"{HERE}/{deal.pk}/edit", f"{HERE}/{deal.pk}/hand-over"]
    once = [len(cost_of(as_bob, address)) for address in addresses]

    for number in range(2):
        open_deal(owner=create_membership(), name=f"Other {number}")

    assert [len(cost_of(as_bob, address)) for address in addresses] == once
    assert max(once) <= 12
