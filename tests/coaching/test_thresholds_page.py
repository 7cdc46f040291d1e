"""A workspace sets from where on something is a symptom."""

import pytest
from django.test import Client

from accounts.models import AuditEvent, Membership, Workspace
from buyreadiness.recompute import recompute
from coaching.engine.symptoms import Thresholds
from coaching.forms.thresholds import SETTINGS, ThresholdsForm
from coaching.models import Symptom, SymptomThresholds
from coaching.queries.thresholds import thresholds
from opportunities.models import RecomputeRequest
from tests.coaching.test_symptom_pages import stalling
from tests.factories import NOW, give_defaults

pytestmark = pytest.mark.django_db

PAGE = "/w/ours/settings/symptoms"


@pytest.fixture(autouse=True)
def world(ours: Workspace, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    give_defaults()


def test_every_threshold_of_the_engine_can_be_set():
    assert set(SETTINGS) == set(Thresholds.__slots__)
    for name, setting in SETTINGS.items():
        share = 100 if setting.unit == "percent" else 1
        assert setting.low <= getattr(Thresholds(), name) * share <= setting.high


def test_a_raised_threshold_closes_what_it_no_longer_calls_a_symptom(
    as_alice: Client, alice: Membership
):
    deal = stalling(alice)
    assert Symptom.objects.filter(code="S1", closed_at=None).exists()
    RecomputeRequest.objects.all().delete()

    answer = as_alice.post(PAGE, {"version": 1, "pushes": 5, "pushed_share": 500})

    assert answer.status_code == 303
    assert thresholds() == Thresholds(pushes=5, pushed_share=5.0)
    assert RecomputeRequest.objects.get().opportunity_id == deal.pk
    recompute(opportunity=deal, now=NOW)
    assert not Symptom.objects.filter(code="S1", closed_at=None).exists()
    event = AuditEvent.objects.get(verb="symptom_thresholds.changed")
    assert event.after == {"pushes": 5, "pushed_share": 5.0}
    scan = as_alice.get("/w/ours/coaching/symptoms").content.decode()
    assert "by the thresholds of this workspace" in scan


def test_what_is_left_empty_is_the_experts_again(as_alice: Client):
    as_alice.post(PAGE, {"version": 1, "quotes": 4, "stale_dwells": "2.5"})
    shown = as_alice.get(PAGE).content.decode()
    assert 'name="stale_dwells" value="2.5"' in shown
    assert "Expert default: 2.0" in shown

    as_alice.post(PAGE, {"version": 2})

    assert thresholds() == Thresholds()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"pushes": "0"}, "greater than or equal to 1"),
        ({"coverage": "101"}, "less than or equal to 100"),
        ({"quotes": "many"}, "Enter a whole number"),
        ({"spread": "nan"}, "Enter a number"),
    ],
)
def test_a_bad_threshold_is_refused_and_the_rest_kept(
    as_alice: Client, typed: dict[str, str], said: str
):
    answer = as_alice.post(PAGE, {"version": 1, "questions": 7} | typed)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert 'name="questions" value="7"' in page
    assert not SymptomThresholds.objects.exists()


def test_who_comes_second_is_told_and_keeps_what_was_typed(as_alice: Client):
    as_alice.post(PAGE, {"version": 1, "quotes": 4})

    answer = as_alice.post(PAGE, {"version": 1, "quotes": 5})

    assert answer.status_code == 412
    page = answer.content.decode()
    assert "Somebody else changed this meanwhile" in page
    assert 'name="quotes" value="5"' in page
    assert thresholds().quotes == 4
    assert as_alice.post(PAGE, {"version": 2, "quotes": 5}).status_code == 303


def test_the_form_costs_the_same_whatever_is_set(as_alice: Client, cost_of):
    bare = len(cost_of(as_alice, PAGE))
    as_alice.post(PAGE, {"version": 1, "quotes": 4, "pushes": 3, "questions": 3})

    assert len(cost_of(as_alice, PAGE)) == bare == 5


def test_the_groups_show_each_field_once():
    fields = [field.name for _name, group in ThresholdsForm().groups for field in group]

    assert sorted(fields) == sorted(SETTINGS)
