"""The log form by POST: what it writes, what it refuses, what it keeps."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from accounts.http.tickets import Ticket
from accounts.models import Membership
from opportunities.models import Opportunity
from readiness.actions.drafts import forget_drafts
from readiness.models import LogDraft, SellerAction, Signal
from stakeholders.actions.people import leave
from stakeholders.models import DecisionDate, Interaction, Participation, Quote
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import days_ago, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


@pytest.fixture
def karel(deal):
    return seat(deal, "Karel")


@pytest.fixture
def ruth(deal):
    return seat(deal, "Ruth", roles=("finance",))


def address(row, page: str = "readiness:log") -> str:
    return reverse(page, args=["ours", row.pk])


def told(*signals: tuple[Any, ...], **fields: Any) -> dict[str, Any]:
    """What the form sends."""
    rows = {
        f"signals-{place}-{name}": value
        for place, row in enumerate(signals)
        for name, value in zip(("who", "code", "quotation"), (*row, ""), strict=False)
    }
    return (
        {
            "signals-TOTAL_FORMS": len(signals),
            "signals-INITIAL_FORMS": 0,
            "occurred_at": "2026-05-04T11:00",
            "channel": "call",
            "date_signal": "on",
            "quote_signal": "on",
        }
        | rows
        | fields
    )


def said() -> set[tuple[str, str]]:
    return {(str(row.stakeholder), row.code) for row in Signal.objects.standing().all()}


# --- Saving ----------------------------------------------------------------------------


@pytest.mark.claim(15)
def test_each_has_their_own_signals(as_alice, deal, karel, ruth):
    jan = seat(deal, "Jan")

    response = as_alice.post(
        address(deal),
        told(
            (karel.pk, "B13", "The list is attached."),
            (ruth.pk, "B06"),
            took=[jan.pk],
            did=["A01"],
            summary="On the phone.",
            minutes=12,
        ),
    )

    talk = Interaction.objects.get()
    there = f"{address(deal, 'coaching:opportunity')}?logged={talk.pk}"
    assert (response.status_code, response["Location"]) == (303, there)
    assert said() == {("Karel", "B13"), ("Ruth", "B06")}
    assert Participation.objects.filter(interaction=talk).count() == 3
    assert Signal.objects.get(code="B13").quotation == "The list is attached."
    assert SellerAction.objects.get().targets.count() == 3
    assert (talk.minutes, talk.summary) == (12, "On the phone.")


def test_a_form_sent_twice_makes_one_row(as_alice, deal, karel):
    opened = as_alice.get(address(deal)).context["form"].initial["token"]
    body = told((karel.pk, "B13"), token=opened)

    first, second = (
        as_alice.post(address(deal), body),
        as_alice.post(address(deal), body),
    )

    assert first.status_code == second.status_code == 303
    assert first["Location"] == second["Location"]
    assert Interaction.objects.get().form_opened_at == NOW
    assert Signal.objects.count() == 1


def test_nobody_chooses_the_id_of_a_row(as_alice, alice, bob, deal, karel):
    forged = str(Ticket(deal.pk, deal.pk, alice.pk, NOW)) + "x"
    of_another_member = str(Ticket(deal.pk, deal.pk, bob.pk, NOW))
    of_another_deal = str(Ticket(deal.pk, karel.pk, alice.pk, NOW))

    for token in (forged, of_another_member, of_another_deal):
        as_alice.post(address(deal), told((karel.pk, "B13"), token=token))

    assert Interaction.objects.count() == 3
    assert not Interaction.objects.filter(pk=deal.pk).exists()


def test_htmx_is_answered_with_where_to_look(as_alice, deal, karel):
    page = as_alice.post(
        address(deal), told((karel.pk, "B13")), headers={"HX-Request": "true"}
    ).content.decode()

    talk = Interaction.objects.get()
    assert f"{address(deal, 'coaching:moved')}?interaction={talk.pk}" in page


def test_saving_costs_ten_statements(as_alice, deal, karel, ruth):
    jan = seat(deal, "Jan")
    body = told(
        *(
            (who.pk, code)
            for who, code in zip(
                (karel, ruth, jan, karel, ruth),
                ("B03", "B06", "B08", "B13", "B10"),
                strict=True,
            )
        )
    )
    as_alice.post(address(deal), body)
    sent: list[str] = []

    def count(execute, sql, *args):
        sent.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(count):
        assert as_alice.post(address(deal), body).status_code == 303

    door = ("SET LOCAL", "SAVEPOINT", "RELEASE")
    own = [sql for sql in sent if not sql.startswith(door)]
    # Session, user and membership are the door's.
    assert len(own) - 3 <= 10


# --- Refusals --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"took": []}, "Say who took part."),
        ({"occurred_at": "2026-05-05T11:00"}, "before it took place"),
        ({"occurred_at": "2020-01-01T11:00"}, "more than 24 months before"),
        ({"channel": "pigeon"}, "pigeon is not one of the available choices"),
        ({"minutes": "-3"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(as_alice, deal, karel, fields, sentence):
    body = told(took=[karel.pk], summary="Kept.") | fields

    response = as_alice.post(address(deal), body)

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "Kept." in page
    assert not Interaction.objects.exists()


def test_who_left_said_nothing_since(as_alice, alice, deal, karel):
    leave(stakeholder=karel, left_on=DAY - timedelta(days=3), by=alice, now=NOW)

    response = as_alice.post(address(deal), told((karel.pk, "B13")))

    assert response.status_code == 422
    assert not Interaction.objects.exists()


def test_half_a_row_asks_for_the_other_half(as_alice, deal, karel):
    response = as_alice.post(
        address(deal), told(("", "B13"), (karel.pk, "", "“Soon.”"))
    )

    rows = response.context["signals"].forms
    assert "who" in rows[0].errors
    assert "code" in rows[1].errors


# --- Acts ------------------------------------------------------------------------------


def test_a_date_that_is_named_proposes_its_signal(as_alice, deal, karel):
    def named(day: str, **fields):
        body = told(took=[karel.pk], date_on=day, date_by=karel.pk, **fields)
        assert as_alice.post(address(deal), body).status_code == 303

    named("2026-06-01")
    assert said() == set()  # the first date is no push
    named("2026-07-01")
    named("2026-08-01")
    named("2026-09-01", date_event="The audit")

    codes = Signal.objects.order_by("logged_at", "pk").values_list("code", flat=True)
    assert list(codes) == ["B32", "B33", "B34"]
    assert DecisionDate.objects.count() == 4


def test_a_quote_proposes_its_signal_unless_it_is_unticked(as_alice, deal, karel):
    body = told(
        took=[karel.pk],
        quote_total="148000",
        quote_change="scope",
        quote_to=karel.pk,
    )
    as_alice.post(address(deal), body)
    body.pop("quote_signal")
    as_alice.post(address(deal), body)

    assert [row.code for row in Signal.objects.all()] == ["B22"]
    assert Quote.objects.count() == 2


# --- Drafts ----------------------------------------------------------------------------


def keep(client, deal, **fields):
    token = client.get(address(deal)).context["form"]["token"].value()
    return client.post(
        address(deal, "readiness:log-draft"), told(**fields) | {"token": token}
    )


def test_a_draft_comes_back_and_goes_with_the_saving(as_alice, deal, karel):
    assert keep(as_alice, deal, summary="Half a thought").status_code == 204

    page = as_alice.get(address(deal))
    assert "Half a thought" in page.content.decode()
    assert "Draft of" in page.content.decode()

    as_alice.post(address(deal), told((karel.pk, "B13")))
    assert not LogDraft.objects.exists()


def test_a_draft_survives_an_ended_session(as_alice, alice, deal, karel):
    keep(as_alice, deal, summary="Half a thought")
    as_alice.logout()

    away = as_alice.post(address(deal), told((karel.pk, "B13")))
    assert away.status_code == 302
    assert away["Location"].endswith(f"?next={address(deal)}")
    assert not Interaction.objects.exists()

    as_alice.force_login(alice.user)
    assert "Half a thought" in as_alice.get(address(deal)).content.decode()


def test_a_draft_is_of_one_member_and_one_deal(as_alice, bob, alice, deal, karel):
    keep(as_alice, deal, summary="Half a thought")
    other = open_deal(owner=alice, name="Other")

    assert "Half a thought" not in as_alice.get(address(other)).content.decode()
    as_alice.force_login(bob.user)
    assert "Half a thought" not in as_alice.get(address(deal)).content.decode()


def test_a_draft_is_thrown_away_or_forgotten(as_alice, deal, karel):
    keep(as_alice, deal, summary="One")
    as_alice.post(address(deal, "readiness:log-discard"))
    assert not LogDraft.objects.exists()

    keep(as_alice, deal, summary="Two")
    forget_drafts(now=NOW + timedelta(days=13))
    assert LogDraft.objects.exists()
    forget_drafts(now=NOW + timedelta(days=15))
    assert not LogDraft.objects.exists()


def test_a_draft_has_an_end(as_alice, deal):
    assert keep(as_alice, deal, summary="x" * 70_000).status_code == 413
    assert not LogDraft.objects.exists()


# --- Corrections -----------------------------------------------------------------------


def test_a_correction_is_a_new_row_of_the_same_lineage(as_alice, deal, karel, ruth):
    talk = say(karel, "B03", "B06", at=days_ago(2))
    kept = Signal.objects.get(code="B03")

    as_alice.post(
        address(talk, "readiness:interaction-edit"),
        told((karel.pk, "B03", "Better so."), (ruth.pk, "B10")),
    )

    heir = Interaction.objects.standing().get()
    assert (heir.lineage_id, heir.revision) == (talk.lineage_id, 2)
    assert said() == {("Karel", "B03"), ("Ruth", "B10")}
    again = Signal.objects.standing().get(code="B03")
    assert (again.lineage_id, again.revision) == (kept.lineage_id, 2)
    assert again.quotation == "Better so."


def test_what_was_logged_by_mistake_is_taken_back(as_alice, deal, karel):
    talk = say(karel, "B03", "B06", at=days_ago(2))
    one = Signal.objects.get(code="B06")

    as_alice.post(address(one, "readiness:signal-retract"))
    assert said() == {("Karel", "B03")}

    as_alice.post(address(talk, "readiness:interaction-retract"))
    assert said() == set()
    assert not Interaction.objects.standing().exists()
    again = as_alice.post(address(talk, "readiness:interaction-retract"))
    assert again.status_code == 303


def test_the_deals_one_logged_last_come_first(as_alice, alice, deal, karel):
    other = open_deal(owner=alice, name="Other")
    say(karel, "B03", at=days_ago(2))

    first = as_alice.get("/w/ours/log").context["deals"]
    found = as_alice.get("/w/ours/log", {"q": "oth"}).context["deals"]

    assert [row.pk for row in first] == [deal.pk, other.pk]
    assert [row.pk for row in found] == [other.pk]
