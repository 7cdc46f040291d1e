"""How a group decides is set per deal, and the deal's page says what hangs on it."""

import pytest
from django.urls import reverse

from accounts.models import Workspace
from forecasting.engine.rules import default_rule
from forecasting.models import Forecast, Outlook
from forecasting.queries.deal import rule_of
from opportunities.models import DecisionRule, Opportunity
from tests.factories import NOW, create_opportunity, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(ours: Workspace, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice) -> Opportunity:
    deal = open_deal(owner=alice)
    say(seat(deal, "Ruth"), "B13", "B17", at=days_ago(3))
    say(seat(deal, "Paul"), "B01", at=days_ago(3))
    make(deal)
    return deal


def post(client, deal: Opportunity, **typed):
    address = reverse(
        "opportunities:opportunity-edit", kwargs={"slug": "ours", "id": deal.pk}
    )
    fields = {
        "name": deal.name,
        "opened_on": str(deal.opened_on),
        "currency": "EUR",
        "version": deal.version,
    }
    return client.post(address, fields | typed)


@pytest.mark.parametrize("rule", ["", *DecisionRule.values])
def test_every_rule_can_be_chosen_and_is_the_one_computed_with(as_alice, deal, rule):
    typed = {"decision_rule": rule, "endorsements_needed": "2", "quorum_percent": "75"}

    assert post(as_alice, deal, **typed).status_code == 303
    deal.refresh_from_db()
    make(deal)

    assert (deal.decision_rule, deal.quorum_share, deal.endorsements_needed) == (
        rule,
        0.75,
        2,
    )
    before, after = Forecast.objects.order_by("computed_at", "id")
    assert before.won != after.won


def test_a_deal_without_a_rule_keeps_the_default(alice):
    assert rule_of(create_opportunity(owner=alice)) == default_rule()


def test_so_many_in_favour_needs_the_number(as_alice, deal):
    answer = post(as_alice, deal, decision_rule="m_of_n")

    assert answer.status_code == 422
    assert "Say how many people it takes." in answer.content.decode()
    deal.refresh_from_db()
    assert deal.decision_rule == ""


def test_the_form_shows_what_was_set_as_it_was_typed(as_alice, deal):
    post(as_alice, deal, decision_rule="quorum", quorum_percent="57")
    address = reverse(
        "opportunities:opportunity-edit", kwargs={"slug": "ours", "id": deal.pk}
    )

    form = as_alice.get(address).context["form"]

    assert form["quorum_percent"].value() == 57
    assert form["decision_rule"].value() == "quorum"


def test_the_page_of_a_deal_says_coverage_spread_and_whom_to_ask(as_alice, deal):
    Opportunity.objects.filter(pk=deal.pk).update(decision_rule="unanimity")
    outlook = Outlook.objects.get()
    assert (outlook.knowing_value or 0.0) > 0.005

    page = as_alice.get(
        reverse("coaching:opportunity", kwargs={"slug": "ours", "id": deal.pk})
    ).content.decode()

    assert "so much of the influence was heard in the last 45 days" in page
    assert f"where {outlook.knowing_stakeholder.person} stands" in page
    assert "They decide by: everybody whose approval is needed." in page
