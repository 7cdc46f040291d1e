"""What the commands print is the contract: line formats, moments, refusals."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts.models import Membership, Workspace
from buyreadiness.services.refused import Refused
from coaching.models import Prompt
from forecasting.engine.passage import HORIZON_DAYS
from forecasting.models import PeriodOutlook
from opportunities.actions import set_rate
from opportunities.models import Opportunity, Outcome
from readiness.actions.human import override_phase
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.models import ANCHORS
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import (
    days_ago,
    forecasts,
    make,
    open_deal,
    readings,
    say,
    seat,
)

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def run(ours: Workspace) -> Run:
    def run(*words: str) -> list[dict[str, Any]]:
        out = StringIO()
        with time_machine.travel(NOW, tick=False):
            call_command(words[0], "--workspace=ours", *words[1:], stdout=out)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    return run


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    deal = open_deal(owner=alice, source="file", external_id="o1")
    karel = seat(deal, source="file", external_id="s1")
    seat(deal, "Ruth", roles=("finance",))
    say(karel, "B13", "B14", "B03", at=days_ago(6))
    make(deal)
    return deal


@pytest.mark.django_db
def test_readings_print_a_line_per_person(run: Run, deal: Opportunity):
    karel, ruth = deal.stakeholders.order_by("pk")
    override_phase(
        stakeholder=karel,
        anchor="commitment",
        reason="A nod.",
        set_at=days_ago(1),
        today=DAY,
        by=None,
        now=days_ago(1),
    )

    first, second = run("readings")

    chances = first.pop("probabilities")
    assert list(chances) == list(ANCHORS)
    assert sum(chances.values()) == pytest.approx(1)
    assert max(chances, key=lambda name: chances[name]) == "criteria"
    assert 0.05 <= first.pop("stance") <= 0.95
    assert first == {
        "stakeholder": str(karel.pk),
        "external_id": "s1",
        "opportunity": str(deal.pk),
        "as_of": "2026-05-04T09:30:00Z",
        "phase": "criteria",
        "signals": 3,
        "override": "commitment",
        "model": "default-1",
    }
    assert (second["stakeholder"], second["phase"]) == (str(ruth.pk), None)
    assert (second["stance"], second["external_id"]) == (None, None)


@pytest.mark.django_db
def test_a_day_means_its_end(run: Run, deal: Opportunity):
    day = days_ago(6).date()

    (at_noon, _ruth) = run("readings", f"--as-of={day}T08:00:00Z")
    (at_night, _ruth) = run("readings", f"--as-of={day}")

    assert (at_noon["signals"], at_night["signals"]) == (0, 3)
    assert at_night["as_of"] == f"{day}T21:59:59.999999Z"


@pytest.mark.django_db
def test_forecast_prints_a_line_per_deal_and_one_for_the_period(
    run: Run, deal: Opportunity
):
    line, last = run("forecast", "--by=2026-06-30", "--by=2026-07-03")

    for by, day in zip(line.pop("by"), ("2026-06-30", "2026-07-03"), strict=True):
        assert by.pop("date") == day
        assert set(by) == {"won", "lost", "no_decision", "open"}
        assert sum(by.values()) == pytest.approx(1)
    binding = line.pop("binding_constraint")
    assert set(binding) == {"stakeholder", "stakeholder_external_id", "kind"}
    assert line == {
        "opportunity": str(deal.pk),
        "external_id": "o1",
        "as_of": "2026-05-04T09:30:00Z",
        "amount": {
            "currency": "EUR",
            "p10": "81825.72",
            "p50": "136621.22",
            "p90": "228111.12",
        },
        "model": "default-1",
    }
    sums = last["portfolio"]
    assert {sums["from"], sums["to"], sums["currency"]} == {
        *("2026-04-01", "2026-06-30", "EUR"),
    }
    assert (sums["deals"], sums["without_amount"]) == (1, 0)
    assert Decimal(sums["p10"]) <= Decimal(sums["p50"]) <= Decimal(sums["p90"])


@pytest.mark.django_db
def test_the_same_question_has_the_same_digits(run: Run, deal: Opportunity):
    assert run("forecast") == run("forecast")


@pytest.mark.django_db
def test_the_mean_is_what_was_won_and_the_chances_of_the_rest(
    run: Run, deal: Opportunity, alice: Membership
):
    set_rate(
        currency="USD",
        base="EUR",
        valid_on=date(2026, 4, 1),
        rate=Decimal("0.9"),
        by=None,
        now=NOW,
    )
    for amount, currency in ((Decimal("1000"), "USD"), (None, "")):
        close_opportunity(
            opportunity=open_deal(owner=alice, amount=amount, currency=currency),
            outcome=Outcome.WON,
            closed_on=date(2026, 4, 20),
            won_amount=amount,
            today=DAY,
            by=None,
            now=NOW,
        )
    open_deal(owner=alice, amount=None, currency="")

    *lines, last = run("forecast", "--by=2026-06-30")

    chance = {line["opportunity"]: line["by"][0]["won"] for line in lines}
    mean = Decimal(900 + 148000 * chance[str(deal.pk)])
    sums = last["portfolio"]
    assert Decimal(sums["mean"]) == pytest.approx(mean, abs=Decimal("0.01"))
    assert (sums["deals"], sums["without_amount"]) == (2, 1)


@pytest.mark.django_db
def test_a_missing_rate_refuses_the_sum_and_says_which(
    run: Run, deal: Opportunity, alice: Membership
):
    open_deal(owner=alice, currency="USD")

    with pytest.raises(Refused) as refusal:
        run("forecast")

    assert str(refusal.value) == (
        "There is no rate from USD to EUR on or before 2026-05-04."
    )


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-1, int(HORIZON_DAYS) + 1])
def test_a_date_beyond_the_horizon_is_refused(run: Run, deal: Opportunity, days: int):
    by = DAY + timedelta(days=days)

    with pytest.raises(Refused, match=f"{by} does not lie within 78 weeks"):
        run("forecast", f"--by={by}")


@pytest.mark.django_db
def test_the_last_day_of_the_horizon_is_not(run: Run, deal: Opportunity):
    run("forecast", f"--by={DAY + timedelta(days=int(HORIZON_DAYS) - 1)}")


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["readings", "forecast"])
@pytest.mark.parametrize(
    "words", [["--as-of=lately"], ["--as-of=2026-05-01T12:00:00"], ["--format=xml"]]
)
def test_what_cannot_be_read_is_a_usage_error(run: Run, command: str, words: list[str]):
    with pytest.raises(CommandError):
        run(command, *words)


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["readings", "forecast"])
def test_the_future_is_refused(run: Run, command: str):
    with pytest.raises(Refused, match="moment that has not come"):
        run(command, "--as-of=2026-05-05")


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["readings", "forecast", "recompute"])
def test_a_workspace_that_is_not_there_is_refused(command: str):
    with pytest.raises(Refused, match=r"There is no workspace “nowhere”."):
        call_command(command, "--workspace=nowhere")


@pytest.mark.django_db
def test_recompute_gives_the_same_digits_and_writes_nothing_new(
    deal: Opportunity, alice: Membership
):
    close_opportunity(
        opportunity=open_deal(owner=alice),
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        by=None,
        now=NOW,
    )
    before, out = (readings(), forecasts(), Prompt.objects.count()), StringIO()

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        call_command("recompute", "--workspace=ours", stdout=out)

    assert (readings(), forecasts(), Prompt.objects.count()) == before
    assert out.getvalue() == (
        "2 opportunities computed again: 0 new readings, 0 new forecasts,"
        " 0 new prompts.\n"
    )
    sums = PeriodOutlook.objects.filter(team=None, owner=None)
    assert list(sums.values_list("open_count", flat=True)) == [1, 1]
