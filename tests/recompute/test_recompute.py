"""All facts of a deal become readings, a forecast and prompts, together."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from coaching.models import Prompt
from forecasting.models import Forecast
from readiness.models import PhaseReading
from tests.factories import give_defaults
from tests.recompute.build import (
    days_ago,
    forecasts,
    make,
    open_deal,
    outlook,
    readings,
    say,
    seat,
)


@pytest.mark.django_db
def test_a_recompute_writes_a_reading_a_forecast_an_outlook_and_prompts(
    alice: Membership,
):
    give_defaults()
    deal = open_deal(owner=alice)
    karel, ruth = seat(deal), seat(deal, "Ruth", roles=("finance",))
    say(karel, "B05", at=days_ago(3))

    make(deal)

    assert PhaseReading.objects.get().stakeholder_id == karel.pk
    assert outlook(deal)["heard_count"] == 1
    assert Forecast.objects.get().opportunity_id == deal.pk
    plays = Prompt.objects.values_list("stakeholder", "play__code")
    assert {pk: code for pk, code in plays if not code.startswith("constraint")} == {
        karel.pk: "recognition_heard",
        ruth.pk: "recognition_unheard",
    }


@pytest.mark.django_db
def test_a_recompute_that_nothing_changed_writes_nothing_new(alice: Membership):
    give_defaults()
    deal = open_deal(owner=alice)
    say(seat(deal), "B03", at=days_ago(3))
    make(deal)
    before = (
        readings(),
        forecasts(),
        list(Prompt.objects.order_by("pk").values_list("pk", flat=True)),
    )

    make(deal)

    after = (
        readings(),
        forecasts(),
        list(Prompt.objects.order_by("pk").values_list("pk", flat=True)),
    )
    assert after == before


@pytest.mark.django_db
@pytest.mark.parametrize("people", [1, 3])
def test_the_queries_of_a_recompute_do_not_grow_with_its_people(
    alice: Membership, people: int
):
    give_defaults()
    deal = open_deal(owner=alice)
    make(deal)  # the phase model is read once in a process
    for name in "abc"[:people]:
        # One who decides, so that a deal of one person shows no symptom either.
        say(seat(deal, name, roles=("economic_buyer",)), "B03", at=days_ago(3))

    with CaptureQueriesContext(connection) as queries:
        make(deal)

    # Three of them ask who wants to be told of readings, forecasts and prompts.
    assert len(queries) == 27, "\n".join(each["sql"][:150] for each in queries)
