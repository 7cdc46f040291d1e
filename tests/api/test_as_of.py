"""Readings and forecasts of another moment; what humans say, made and taken back."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import AuditEvent, Membership, Workspace
from buyreadiness.management.commands.readings import _values as line_of
from forecasting.queries.as_of import outcomes_at
from opportunities.models import Opportunity, Outcome, RecomputeRequest
from readiness.actions.interactions import retract_signal
from readiness.models import PhaseConfirmation, PhaseOverride, Signal
from readiness.queries.as_of import AsOf, beliefs, open_deals
from readiness.queries.models import active_model
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.actions.people import leave
from stakeholders.models import Stakeholder
from tests.api.conftest import Api
from tests.api.test_hostile import assert_problem
from tests.api.test_schema import refuse_other_shapes
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import ZONE, days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

THEN = DAY - timedelta(days=10)
MISSING = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def group(alice: Membership) -> Opportunity:
    """A deal whose people were heard before and after that day."""
    give_defaults()
    group = open_deal(owner=alice, external_id="o1", source="file")
    karel, ruth = seat(group, "Karel"), seat(group, "Ruth", roles=("economic_buyer",))
    say(karel, "B03", "B13", at=days_ago(40))
    say(ruth, "B08", at=days_ago(30), logged_at=days_ago(2))
    make(group)
    RecomputeRequest.objects.all().delete()
    return group


def rows(api: Api, path: str, **params: Any) -> list[dict[str, Any]]:
    answer = api.get(path, **params)
    assert answer.status_code == 200, answer.content
    refuse_other_shapes(path, answer)
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


# --- Readings and forecasts ------------------------------------------------------------


@pytest.mark.parametrize(
    "as_of", [str(THEN), f"{THEN}T21:59:59.999999Z", f"{THEN}T23:59:59.999999+02:00"]
)
def test_readings_are_the_lines_of_the_command(api, group, ours: Workspace, as_of):
    when = AsOf.end_of(THEN, workspace=ours, now=NOW)
    told = beliefs(open_deals(when), when=when, model=active_model())
    lines = {
        line["stakeholder"]: line
        for line in (line_of(each, when=when) for each in told)
    }

    found = rows(api, "readings", as_of=as_of)

    assert {row["stakeholder"] for row in found} == set(map(str, lines))
    for row in found:
        line = lines[row["stakeholder"]]
        for name in ("phase", "signals", "stance", "override", "model"):
            assert row[name] == line[name], name
        if row["phase"]:
            assert row["probabilities"] == pytest.approx(line["probabilities"])


def test_a_reading_of_then_is_of_what_was_known(api, group):
    ruth = Stakeholder.objects.get(person__name="Ruth")
    retract_signal(
        signal=Signal.objects.get(code="B13"), by=group.owner, now=days_ago(2)
    )

    then = {r["stakeholder"]: r["signals"] for r in rows(api, "readings", as_of=THEN)}
    one = api.get(f"readings/{ruth.pk}", as_of=str(THEN))

    assert sorted(then.values()) == [0, 2]
    assert then[str(ruth.pk)] == 0
    assert one.json()["phase"] is None
    assert one.json()["as_of"] == f"{THEN}T21:59:59.999999Z"
    refuse_other_shapes("readings/{id}", one)


def test_who_left_and_deals_that_ended_give_no_line_then(api, group):
    karel = Stakeholder.objects.get(person__name="Karel")
    leave(stakeholder=karel, left_on=THEN, by=group.owner, now=NOW)
    eve = THEN - timedelta(days=1)
    assert len(rows(api, "readings", as_of=eve)) == 2
    assert len(rows(api, "readings", as_of=THEN)) == 1

    close_opportunity(
        opportunity=group,
        outcome=Outcome.LOST,
        closed_on=THEN,
        today=DAY,
        by=group.owner,
        now=NOW,
    )

    assert rows(api, "readings", as_of=THEN) == []
    assert rows(api, "forecasts", as_of=THEN) == []
    assert len(rows(api, "forecasts", as_of=eve)) == 1
    assert api.get(f"readings/{karel.pk}", as_of=str(THEN)).status_code == 404


def test_a_forecast_of_then_is_what_the_facts_say(api, group, ours: Workspace):
    when = AsOf.end_of(THEN, workspace=ours, now=NOW)
    (said,) = outcomes_at(when, model=active_model())
    spread = said.amount_range()
    assert spread is not None

    (row,) = rows(api, "forecasts", as_of=THEN)
    alone = api.get(f"forecasts/{group.pk}", as_of=str(THEN)).json()

    assert alone == row
    assert row["won"] == pytest.approx(said.curves.won.tolist(), abs=1e-9)
    assert row["constraint"] == said.constraint_kind
    assert row["amount"] == {
        "currency": "EUR",
        "p10": f"{spread.p10:f}",
        "p50": f"{spread.p50:f}",
        "p90": f"{spread.p90:f}",
    }
    assert [set(each) for each in row["people"].values()] == [
        {"weight", "shadow_price", "value_of_knowing"}
    ] * 2
    assert row["computed_at"] == row["as_of"]


def test_a_frozen_forecast_is_the_one_stored_by_then(api, group):
    (now,) = rows(api, "forecasts")
    stored = rows(api, "forecasts", as_of="2026-05-04T09:30:00Z", frozen="true")

    assert [row["won"] for row in stored] == [now["won"]]
    assert rows(api, "forecasts", as_of=THEN, frozen="true") == []


@pytest.mark.parametrize("path", ["readings", "forecasts"])
@pytest.mark.parametrize(
    "as_of",
    ["2026-05-05", "2026-05-04T09:30:01Z", "9999-01-01", "2026-05-03T10:00:00", "x"],
)
def test_a_moment_that_is_none_or_has_not_come_is_400(api, group, path, as_of):
    answer = api.get(path, as_of=as_of)

    assert_problem(answer, 400)
    assert answer.json()["errors"][0]["field"] == "as_of"


@pytest.mark.parametrize("path", ["readings", "forecasts"])
def test_another_moment_costs_the_same_for_one_and_for_three(
    api, group, alice, cost_of, path
):
    api.client.defaults["HTTP_X_WORKSPACE"] = "ours"
    address = f"/api/v1/{path}?as_of={THEN}"
    one = len(cost_of(api.client, address))
    for name in ("Two", "Three"):
        more = open_deal(owner=alice, name=name)
        for person in ("An", "Jan"):
            say(seat(more, person), "B03", at=days_ago(20))

    assert len(cost_of(api.client, address)) == one
    assert one <= 16


# --- What humans say -------------------------------------------------------------------


def confirmation(person: Any, **values: Any) -> dict[str, Any]:
    told = {
        "stakeholder": str(person),
        "phase": "comparison",
        "confirmed_at": "2026-05-03T10:00:00Z",
        "quotation": "We compare three of you.",
    }
    return told | values


def override(person: Any, **values: Any) -> dict[str, Any]:
    told = {"stakeholder": str(person), "phase": "commitment", "reason": "They said."}
    return told | values


def karel() -> Any:
    return Stakeholder.objects.get(person__name="Karel").pk


def test_a_confirmation_is_evidence_until_it_is_taken_back(api, group):
    made = api.post("confirmations", confirmation(karel()))
    assert made.status_code == 201, made.content
    refuse_other_shapes("confirmations", made, method="post")
    assert PhaseConfirmation.objects.get().quotation == "We compare three of you."
    assert RecomputeRequest.objects.filter(opportunity_id=group.pk).exists()
    RecomputeRequest.objects.all().delete()
    row = api.get(f"confirmations/{made.json()['id']}")

    gone = withdraw(api, "confirmations", made.json()["id"], row["ETag"])

    assert (gone.status_code, gone.content) == (204, b"")
    assert RecomputeRequest.objects.filter(opportunity_id=group.pk).exists()
    assert rows(api, "confirmations") == []
    assert PhaseConfirmation.objects.get().retracted_at == NOW
    told = AuditEvent.objects.values_list("verb", flat=True)
    assert {"phase.confirmed", "phaseconfirmation.retracted"} <= set(told)


def test_an_override_stands_beside_until_it_is_ended(api, group):
    made = api.post("overrides", override(karel(), expires_on="2026-05-20"))
    assert made.status_code == 201, made.content
    refuse_other_shapes("overrides", made, method="post")
    before = {r["stakeholder"]: r for r in rows(api, "readings")}[str(karel())]
    assert (before["override"], before["phase"] == "commitment") == (
        "commitment",
        False,
    )
    assert not RecomputeRequest.objects.exists()

    gone = withdraw(api, "overrides", made.json()["id"], made["ETag"])

    assert gone.status_code == 204
    after = {r["stakeholder"]: r for r in rows(api, "readings")}[str(karel())]
    assert after == before | {"override": None}


def withdraw(api: Api, name: str, id: str, etag: str | None) -> Any:
    headers = api.headers | ({"If-Match": etag} if etag is not None else {})
    return api.client.delete(f"/api/v1/{name}/{id}", headers=headers)


@pytest.mark.parametrize(
    ("etag", "status"), [(None, 428), ("", 428), ('"2"', 412), ("1", 412), ("*", 204)]
)
def test_a_row_is_taken_back_by_who_knows_its_version(api, group, etag, status):
    made = api.post("overrides", override(karel()))

    answer = withdraw(api, "overrides", made.json()["id"], etag)

    assert answer.status_code == status
    assert (PhaseOverride.objects.get().retracted_at is None) == (status != 204)
    if status != 204:
        refuse_other_shapes("overrides/{id}", answer, method="delete")


def test_what_is_gone_foreign_or_missing_is_the_same_404(
    api, group, charlie: Membership
):
    made = api.post("overrides", override(karel())).json()["id"]
    assert withdraw(Api(charlie), "overrides", made, "*").status_code == 404
    assert withdraw(api, "overrides", MISSING, "*").status_code == 404
    assert withdraw(api, "overrides", made, "*").status_code == 204
    assert withdraw(api, "overrides", made, "*").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("confirmations", {"confirmed_at": "2026-05-05T10:00:00Z"}, 409),
        ("confirmations", {"quotation": " "}, 422),
        ("confirmations", {"phase": "nonsense"}, 422),
        ("confirmations", {"stakeholder": MISSING}, 422),
        ("overrides", {"expires_on": "2026-05-03"}, 409),
        ("overrides", {"reason": "  "}, 422),
        ("overrides", {"phase": ""}, 422),
        ("overrides", {"set_at": "2026-05-03T10:00:00Z"}, 422),
    ],
)
def test_what_the_pages_refuse_the_api_refuses(api, group, path, body, status):
    whole = {"confirmations": confirmation, "overrides": override}[path]

    answer = api.post(path, whole(karel()) | body)

    assert_problem(answer, status)
    refuse_other_shapes(path, answer, method="post")
    assert not PhaseConfirmation.objects.exists()
    assert not PhaseOverride.objects.exists()


def test_the_day_ends_in_the_zone_of_the_workspace(api, group):
    end = datetime.combine(THEN, datetime.max.time(), tzinfo=ZONE)
    say(Stakeholder.objects.get(pk=karel()), "B05", at=end - timedelta(minutes=1))

    (row,) = rows(api, "readings", as_of=THEN, stakeholder=str(karel()))

    assert row["signals"] == 3
