"""Replacing the one who carried a deal: one action, and the chance says so at once."""

from typing import Any

import pytest
from django.urls import reverse

from coaching.models import Symptom
from forecasting.models import Forecast
from opportunities.models import Opportunity, RecomputeRequest
from stakeholders.models import Stakeholder
from tests.factories import NOW, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def now(time_machine):
    return time_machine.move_to(NOW, tick=False)


@pytest.fixture
def karel(alice) -> Stakeholder:
    """The only contact, for us, and far."""
    give_defaults()
    deal = open_deal(owner=alice, expected_group_size=2)
    karel = seat(deal, roles=("economic_buyer",), influence="high")
    say(karel, "B27", "B43", "B39", "B40", at=days_ago(5))
    settle(deal)
    return karel


def settle(deal: Opportunity) -> None:
    make(deal)
    RecomputeRequest.objects.all().delete()


def chance(deal: Opportunity) -> float:
    row = Forecast.objects.filter(opportunity=deal).order_by("-computed_at", "-pk")[0]
    return row.won_by_target_probability


def replace(client: Any, person: Stakeholder, **values: Any) -> str:
    page = client.post(
        reverse("readiness:stakeholder-leave", args=["ours", person.pk]),
        {"left_on": "2026-05-04", "as_signal": "on", **values},
    )
    assert page.status_code == 303
    return str(page.url)


def left(client: Any, person: Stakeholder) -> Any:
    return client.get(reverse("coaching:left", args=["ours", person.pk]), headers=HTMX)


@pytest.mark.claim(4)
def test_losing_a_supportive_single_contact_drops_the_chance_at_once_and_says_so(
    as_alice, karel, time_machine
):
    before = chance(karel.opportunity)
    time_machine.shift(60)

    there = replace(as_alice, karel)
    assert "Recomputing" in as_alice.get(there).content.decode()
    make(karel.opportunity, now=NOW.replace(minute=32))
    RecomputeRequest.objects.all().delete()

    after = chance(karel.opportunity)
    assert after < before / 2
    page = " ".join(left(as_alice, karel).content.decode().split())
    assert "Karel left, and the seat is open" in page
    departure = as_alice.get(there).context["departure"]
    assert (departure.chance.before, departure.chance.after) == (before, after)
    assert "the seat counts as somebody nobody has heard" in page


def test_the_old_record_closes_and_the_successor_starts_anew(as_alice, karel, now):
    replace(as_alice, karel, newcomer_text="Mia", newcomer_id="new")

    karel.refresh_from_db()
    mia = Stakeholder.objects.get(person__name="Mia")
    assert (str(karel.left_on), karel.replaced_by) == ("2026-05-04", mia)
    make(karel.opportunity)
    RecomputeRequest.objects.all().delete()
    page = " ".join(left(as_alice, karel).content.decode().split())
    assert "Karel left, Mia takes the seat" in page
    assert "A successor begins at their own phase" in page


def test_the_symptom_is_raised_while_nobody_who_was_heard_is_left(
    as_alice, karel, time_machine
):
    time_machine.shift(60)
    replace(as_alice, karel)
    make(karel.opportunity, now=NOW.replace(minute=32))
    RecomputeRequest.objects.all().delete()

    shown = Symptom.objects.filter(closed_at__isnull=True).values_list(
        "code", flat=True
    )
    assert "S3" in shown


def test_who_has_not_left_has_no_such_panel(as_alice, karel):
    assert left(as_alice, karel).status_code == 404
    page = as_alice.get(
        reverse("coaching:opportunity", args=["ours", karel.opportunity_id]),
        {"left": karel.pk},
    )
    assert "gone" not in page.context
