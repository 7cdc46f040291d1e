"""One person: every step adds up, one looks back only, and humans have their say."""

import html
import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent, Membership, Workspace
from opportunities.models import RecomputeRequest
from readiness.actions.human import confirm_phase
from readiness.actions.interactions import retract_signal
from readiness.models import PhaseConfirmation, PhaseOverride, Signal
from readiness.queries.explained import explain
from readiness.queries.models import active_model
from readiness.queries.standing import reading_at
from readiness.templatetags.reading import percent_of, points_of
from stakeholders.models import Anchor, Stakeholder
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import (
    JOINED,
    days_ago,
    last_reading,
    make,
    open_deal,
    say,
    seat,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def karel(alice: Membership) -> Stakeholder:
    give_defaults()
    return seat(open_deal(owner=alice))


def address(name: str, pk: Any) -> str:
    return reverse(f"readiness:{name}", args=["ours", pk])


def look(client: Client, person: Stakeholder, **query: str) -> Any:
    page = client.get(address("stakeholder", person.pk), query or None)
    assert page.status_code == 200
    return page


def explained(person: Stakeholder, workspace: Workspace) -> Any:
    return explain(
        person,
        opportunity=person.opportunity,
        workspace=workspace,
        model=active_model(),
        now=NOW,
    )


# --- The chain -------------------------------------------------------------------------


CODES = [f"B{number:02}" for number in range(1, 53)]
HEARD = st.lists(
    st.tuples(st.floats(0, 100), st.lists(st.sampled_from(CODES), max_size=4)),
    max_size=6,
)
SAID = st.lists(
    st.tuples(st.floats(0, 100), st.sampled_from(Anchor.values)), max_size=2
)


@pytest.mark.claim(13)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(heard=HEARD, said=SAID)
def test_every_effect_added_up_is_the_reading(karel, ours: Workspace, heard, said):
    Signal.objects.all().delete()
    PhaseConfirmation.objects.all().delete()
    for days, codes in heard:
        say(karel, *codes, at=days_ago(days))
    for days, anchor in said:
        confirm_phase(
            stakeholder=karel,
            anchor=anchor,
            confirmed_at=days_ago(days),
            by=None,
            now=NOW,
        )

    found = explained(karel, ours)
    reading = found.reading.probabilities

    told = found.before + sum(link.change for link in found.links)
    assert told == pytest.approx(reading[found.place], abs=1e-9)
    assert found.place == reading.index(max(reading))
    shares = [found.start, *(link.shares for link in found.links)]
    assert shares[-1] == pytest.approx(reading, abs=1e-9)
    for row in shares:
        assert sum(row) == pytest.approx(1, abs=1e-9)
    for link, (before, after) in zip(found.links, pairwise(shares), strict=True):
        assert link.after == after[found.place]
        assert link.change == pytest.approx(
            after[found.place] - before[found.place], abs=1e-9
        )
    moments = [link.at for link in found.links]
    assert moments == sorted(moments)


def test_the_chain_is_of_the_reading_that_is_stored(karel, ours: Workspace):
    say(karel, "B03", at=days_ago(30))
    say(karel, "B13", "B14", at=days_ago(4))
    make(karel.opportunity)

    stored = reading_at(last_reading(karel), NOW, model=active_model())
    assert explained(karel, ours).reading.probabilities == pytest.approx(
        stored.probabilities, abs=1e-9
    )


@pytest.mark.claim(13)
def test_a_step_says_what_it_was_in_whose_words(as_alice, karel):
    say(karel, "B13", at=days_ago(4))
    Signal.objects.update(quotation="We need <three> references.")
    confirm_phase(
        stakeholder=karel,
        anchor="comparison",
        confirmed_at=days_ago(2),
        quotation="We compare now.",
        by=None,
        now=NOW,
    )

    page = look(as_alice, karel)
    links = page.context["explained"].links

    assert [link.kind for link in links if link.kind != "time"] == [
        "signal",
        "confirmation",
    ]
    assert {link.quotation for link in links if link.quotation} == {
        "We need <three> references.",
        "We compare now.",
    }
    assert "We need &lt;three&gt; references." in page.content.decode()


def test_what_was_taken_back_leaves_the_chain(as_alice, karel, alice):
    talk = say(karel, "B03", "B13", at=days_ago(4))
    gone = Signal.objects.get(interaction=talk, code="B13")
    retract_signal(signal=gone, by=alice, now=NOW)

    links = look(as_alice, karel).context["explained"].links

    kept = Signal.objects.get(code="B03")
    assert [link.fact_id for link in links if link.kind == "signal"] == [kept.pk]


def test_of_whom_nothing_was_heard_no_phase_is_shown(as_alice, karel):
    page = look(as_alice, karel)

    assert page.context["probabilities"] is None
    assert "Nothing heard yet" in page.content.decode()
    assert "Why: every step" not in page.content.decode()


def test_a_person_one_may_not_see_is_missing(as_bob, karel, ours: Workspace):
    Workspace.objects.filter(pk=ours.pk).update(rep_visibility="own")

    for name in ("stakeholder", "override", "confirm"):
        assert as_bob.get(address(name, karel.pk)).status_code == 404


def test_each_step_leads_to_its_talk_and_each_mark_to_its_step(as_alice, karel):
    talk = say(karel, "B13", at=days_ago(4))
    for days in range(14):
        say(karel, "B03", at=days_ago(3) + timedelta(minutes=days))
    signal = Signal.objects.get(interaction=talk)

    text = look(as_alice, karel).content.decode()

    steps = re.findall(r'<tr class="chain-signal" id="(step-\d+)"', text)
    marks = re.findall(r'<a href="#(step-\d+)" aria-label="[^"]+: [^"]+"', text)
    assert marks == steps
    assert len(steps) == 15
    (way,) = re.findall(rf'href="([^"]+#row-{signal.pk})"', text)
    there = as_alice.get(html.unescape(way))
    assert f'id="row-{signal.pk}"' in there.content.decode()


def test_the_changes_are_added_up_and_the_areas_are_a_table_too(as_alice, karel):
    say(karel, "B03", "B13", at=days_ago(4))

    page = look(as_alice, karel)
    text = page.content.decode()

    found = page.context["explained"]
    assert found.before + found.change == pytest.approx(found.chance, abs=1e-9)
    assert f'<td class="n">{points_of(found.change)}</td>' in text
    assert f'<td class="n">{percent_of(found.chance, 1)}</td></tr></tfoot>' in text
    twin = text.split("Table of the phases over time", 1)[1].split("</table>", 1)[0]
    moments = {found.started_at, *(link.at for link in found.links)}
    assert twin.count("<tr>") == 1 + len(moments)
    assert f"model {active_model().version}" in text


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(heard=HEARD)
def test_the_pulls_added_up_are_the_stance(karel, ours: Workspace, heard):
    Signal.objects.all().delete()
    for days, codes in heard:
        say(karel, *codes, at=days_ago(days))

    found = explained(karel, ours)

    if not found.pulls:
        assert found.reading.stance is None
        return
    scale = found.model.engine.settings.stance
    logit = scale.origin + sum(pull.left for pull in found.pulls)
    assert found.reading.stance == pytest.approx(
        scale.support(logit, len(found.pulls)), abs=1e-9
    )
    assert found.within_one >= found.chance


# --- Looking back ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (str(DAY), ""),
        ("", ""),
        ("nonsense", "Enter a valid date."),
        (str(DAY + timedelta(days=1)), "Nothing is known of a day that has not come."),
        ("9999-12-31", "Between the years 1970 and 2199, please."),
        ("0001-01-01", "Between the years 1970 and 2199, please."),
    ],
)
@pytest.mark.parametrize("is_heard", [True, False])
def test_what_is_no_day_behind_us_is_the_present(
    as_alice, karel, day, sentence, is_heard
):
    if is_heard:
        say(karel, "B03", at=days_ago(1))

    page = as_alice.get(address("stakeholder", karel.pk), {"as_of": day})

    assert page.status_code == (422 if sentence else 200)
    assert sentence in page.content.decode()
    assert page.context["day"] is None
    assert page.context["explained"].reading.signals == int(is_heard)
    assert "As believed on" not in page.content.decode()


def test_what_was_logged_late_was_not_known_then(as_alice, karel):
    say(karel, "B03", at=days_ago(30), logged_at=days_ago(2))

    def signals(days: int) -> int:
        page = look(as_alice, karel, as_of=str(DAY - timedelta(days=days)))
        return int(page.context["explained"].reading.signals)

    assert (signals(10), signals(1)) == (0, 1)


def test_what_was_taken_back_since_was_known_then(as_alice, karel, alice):
    talk = say(karel, "B03", at=days_ago(30))
    retract_signal(signal=Signal.objects.get(interaction=talk), by=alice, now=NOW)

    then = look(as_alice, karel, as_of=str(DAY - timedelta(days=10)))

    assert then.context["explained"].reading.signals == 1
    assert look(as_alice, karel).context["explained"].reading.signals == 0


@pytest.mark.parametrize("day", ["1970-01-01", str(JOINED)])
def test_before_somebody_joined_nothing_was_known(as_alice, karel, day):
    say(karel, "B03", at=days_ago(30))

    page = look(as_alice, karel, as_of=day)

    assert page.context["explained"].reading.is_unknown
    assert "As believed on" in page.content.decode()


# --- One's own reading -----------------------------------------------------------------


def override(client: Client, person: Stakeholder, **data: str) -> Any:
    told = {"anchor": "commitment", "reason": "They asked for a start date."}
    return client.post(address("override", person.pk), told | data)


@pytest.mark.claim(32)
def test_ones_own_reading_stands_beside_and_changes_no_number(as_alice, karel):
    say(karel, "B03", at=days_ago(4))
    make(karel.opportunity)
    RecomputeRequest.objects.all().delete()
    before = look(as_alice, karel).context["probabilities"]

    assert override(as_alice, karel).status_code == 303

    page = look(as_alice, karel)
    assert "They asked for a start date." in page.content.decode()
    assert "Alice reads" in page.content.decode()
    assert page.context["probabilities"] == before
    assert not RecomputeRequest.objects.exists()


def test_the_last_of_ones_readings_counts(as_alice, karel, time_machine):
    override(as_alice, karel, reason="First.")
    time_machine.shift(60)
    override(as_alice, karel, reason="Second.")

    assert look(as_alice, karel).context["override"].reason == "Second."


def test_it_ends_on_its_day(as_alice, alice, karel, time_machine):
    override(as_alice, karel, expires_on=str(DAY + timedelta(days=1)))
    seen = []
    for _ in range(3):
        seen.append(look(as_alice, karel).context["override"] is not None)
        time_machine.shift(86_400)
        as_alice.force_login(alice.user)

    assert seen == [True, True, False]


def test_it_is_ended_by_hand_once(as_alice, karel):
    override(as_alice, karel)
    row = PhaseOverride.objects.get()
    there = address("stakeholder", karel.pk)

    first = as_alice.post(address("override-end", row.pk))
    second = as_alice.post(address("override-end", row.pk), follow=True)

    assert (first.status_code, first["Location"]) == (303, there)
    assert look(as_alice, karel).context["override"] is None
    row.refresh_from_db()
    assert row.retracted_at == NOW
    assert [each.level_tag for each in second.context["messages"]][-1] == "warning"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"anchor": "nonsense"}, "anchor"),
        ({"expires_on": str(DAY - timedelta(days=1))}, "__all__"),
    ],
)
def test_a_reading_without_reason_phase_or_future_is_refused(
    as_alice, karel, data, field
):
    response = override(as_alice, karel, **data)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not PhaseOverride.objects.exists()


# --- Their own words -------------------------------------------------------------------


def confirm(client: Client, person: Stakeholder, **data: str) -> Any:
    told = {
        "anchor": "commitment",
        "quotation": "We sign in June.",
        "confirmed_at": "2026-05-04T10:00",
    }
    return client.post(address("confirm", person.pk), told | data)


def test_their_own_words_are_evidence(as_alice, karel, ours: Workspace):
    say(karel, "B03", at=days_ago(40))
    RecomputeRequest.objects.all().delete()
    before = explained(karel, ours)

    assert confirm(as_alice, karel).status_code == 303

    row = PhaseConfirmation.objects.get()
    after = explained(karel, ours)
    place = active_model().anchors.index("commitment")
    assert after.reading.probabilities[place] > before.reading.probabilities[place]
    assert row.pk in {link.fact_id for link in after.links}
    assert RecomputeRequest.objects.filter(opportunity_id=karel.opportunity_id).exists()
    assert "We sign in June." in look(as_alice, karel).content.decode()


def test_it_may_be_taken_back_once(as_alice, karel, ours: Workspace):
    say(karel, "B03", at=days_ago(40))
    before = explained(karel, ours).reading.probabilities
    confirm(as_alice, karel)
    RecomputeRequest.objects.all().delete()
    row = PhaseConfirmation.objects.get()
    page = address("confirmation-retract", row.pk)

    assert as_alice.post(page).status_code == 303
    assert explained(karel, ours).reading.probabilities == before
    assert RecomputeRequest.objects.exists()
    told = AuditEvent.objects.count()

    again = as_alice.post(page, follow=True)
    assert again.status_code == 200
    assert AuditEvent.objects.count() == told


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"quotation": ""}, "quotation"),
        ({"anchor": ""}, "anchor"),
        ({"confirmed_at": "2026-05-05T10:00"}, "__all__"),
        ({"confirmed_at": "nonsense"}, "confirmed_at"),
    ],
)
def test_words_without_phase_quotation_or_past_are_refused(
    as_alice, karel, data, field
):
    response = confirm(as_alice, karel, **data)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not PhaseConfirmation.objects.exists()
    typed = data.get("quotation", "We sign in June.")
    assert response.context["form"]["quotation"].value() == typed


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_with_all_one_may_say(as_alice, cost_of, karel, count):
    for number in range(count):
        say(karel, "B03", "B13", at=days_ago(20 - number))
        confirm(as_alice, karel, quotation=f"Words {number}")
        override(as_alice, karel, reason=f"Reason {number}")
    make(karel.opportunity)
    RecomputeRequest.objects.all().delete()

    assert len(cost_of(as_alice, address("stakeholder", karel.pk))) == 20
