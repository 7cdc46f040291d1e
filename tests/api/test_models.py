"""Versions of the phase model by the API: put in force, and gone back to."""

from typing import Any

import pytest

from accounts.models import AuditEvent
from opportunities.models import RecomputeRequest
from readiness.models import PhaseModel, SignalType
from tests.api.conftest import ROOT, Api
from tests.api.test_hostile import assert_problem
from tests.test_urls_with_an_id import create_draft

pytestmark = pytest.mark.django_db


def do(api: Api, act: str, model: PhaseModel, *, tag: str = "") -> Any:
    headers = api.headers | ({"If-Match": tag} if tag else {})
    address = f"{ROOT}phase-models/{model.pk}/{act}"
    return api.client.post(
        address, {}, content_type="application/json", headers=headers
    )


def test_a_draft_is_put_in_force_and_gone_back_from(api: Api, deal: Any):
    before, draft = PhaseModel.objects.get(), create_draft()

    activated = do(api, "activate", draft, tag='"v1"')
    asked = RecomputeRequest.objects.count()
    back = do(api, "roll-back", before)

    assert (activated.status_code, activated.json()["status"]) == (200, "active")
    assert asked == 1  # the open deal is computed again
    assert (back.status_code, back.json()["id"]) == (200, str(before.pk))
    assert set(PhaseModel.objects.values_list("pk", "status")) == {
        (before.pk, "active"),
        (draft.pk, "retired"),
    }
    verbs = AuditEvent.objects.filter(verb__startswith="phase_model.")
    assert set(verbs.values_list("verb", flat=True)) == {
        "phase_model.activated",
        "phase_model.rolled_back",
    }


def test_a_draft_that_was_changed_since_it_was_looked_at_stays_one(api: Api, deal: Any):
    draft = create_draft()
    seen = api.get(f"phase-models/{draft.pk}").headers["ETag"]
    PhaseModel.objects.filter(pk=draft.pk).update(revision=2)

    assert_problem(do(api, "activate", draft, tag=seen), 412)
    assert PhaseModel.objects.get(pk=draft.pk).status == "draft"


def test_what_is_no_draft_and_what_was_never_active_are_refused(api: Api, deal: Any):
    active, draft = PhaseModel.objects.get(), create_draft()

    assert_problem(do(api, "activate", active), 409)
    assert_problem(do(api, "roll-back", active), 409)
    assert_problem(do(api, "roll-back", draft), 409)


def test_a_draft_that_lacks_a_logged_signal_is_refused(api: Api, deal: Any):
    draft = create_draft()
    code = deal.stakeholders.order_by("pk")[0].signals.first().code
    SignalType.objects.filter(model=draft, code=code).delete()

    assert_problem(do(api, "activate", draft), 409)


def test_only_administrators_do_it(deal: Any, bob: Any):
    draft = create_draft()

    assert_problem(do(Api(bob), "activate", draft), 403)
