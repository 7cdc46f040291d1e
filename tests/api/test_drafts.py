"""A phase model of one's own by the API: drafted, edited part by part, compared, previewed."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Membership, Role, Workspace
from accounts.tenancy import workspace
from readiness.models import ActionType, PhaseModel, SignalType
from tests.api.conftest import ROOT, Api
from tests.api.test_hostile import assert_problem
from tests.api.test_lists import by_key
from tests.api.test_schema import refuse_other_shapes
from tests.factories import create_membership, create_user, give_defaults

pytestmark = pytest.mark.django_db
JSON = "application/json"
EVEN = [3] * 7


class Drafter(Api):
    """Somebody who edits a draft: always as it is now, unless they say otherwise."""

    def tag(self, path: str) -> str:
        return str(self.get(path).headers["ETag"])

    def send(self, method: str, path: str, body: Any = None, *, tag: str = "") -> Any:
        headers = self.headers | {"If-Match": tag or self.tag(path)}
        return self.client.generic(
            method, ROOT + path, json.dumps(body or {}), JSON, headers=headers
        )

    def patch(self, path: str, body: Any, *, tag: str = "") -> Any:
        return self.send("PATCH", path, body, tag=tag)

    def delete(self, path: str, *, tag: str = "") -> Any:
        return self.send("DELETE", path, tag=tag)


@pytest.fixture
def drafter(alice: Membership) -> Drafter:
    if not PhaseModel.objects.exists():
        give_defaults()
    return Drafter(alice)


@pytest.fixture
def draft(drafter: Drafter) -> str:
    """The id of a draft."""
    base = drafter.get("phase-models").json()["results"][0]["id"]
    answer = drafter.post("phase-models", {"base": base, "version": "Ours"})
    assert answer.status_code == 201, answer.content
    refuse_other_shapes("phase-models", answer, method="post")
    return str(answer.json()["id"])


def phases(drafter: Drafter, draft: str) -> list[dict[str, Any]]:
    rows = drafter.get("phases", model=draft, ordering="position").json()["results"]
    return list(rows)


def signal(draft: str, **more: Any) -> dict[str, Any]:
    return {
        "model": draft,
        "code": "X01",
        "texts": {"name": {"en": "Asks for a pilot", "nl": "Vraagt een proef"}},
        "steps": [1, 1, 2, 3, 5, 4, 3],
        "evidence_class": "T",
        **more,
    }


def test_a_draft_is_made_named_and_thrown_away(drafter: Drafter, draft: str):
    path = f"phase-models/{draft}"

    named = drafter.patch(path, {"version": "Ours 2", "note": "A trial."})
    gone = drafter.delete(path)

    assert (named.status_code, gone.status_code) == (200, 204)
    told = named.json()
    assert (told["version"], told["note"], told["status"]) == (
        *("Ours 2", "A trial."),
        "draft",
    )
    assert named.headers["ETag"] == '"v2"'
    assert_problem(drafter.get(path), 404)
    verbs = AuditEvent.objects.filter(verb__startswith="phase_model.").order_by("pk")
    assert [each.removeprefix("phase_model.") for each in verbs_of(verbs)] == [
        *("drafted", "renamed", "discarded")
    ]


def verbs_of(events: Any) -> list[str]:
    return list(events.values_list("verb", flat=True))


def test_phases_are_described_timed_split_and_merged(drafter: Drafter, draft: str):
    third = phases(drafter, draft)[2]
    path = f"phases/{third['id']}"

    described = drafter.patch(path, {"texts": {"cues": {"en": ["Asks who else."]}}})
    split = drafter.post(f"{path}/split", {"share": 0.25, "first": {"en": "Early"}})
    eight = phases(drafter, draft)
    timed = drafter.post(
        f"phase-models/{draft}/set-numbers",
        {
            "mean_dwell_days": [10.0] * 8,
            "prior_probabilities": [0.125] * 8,
        },
    )
    merged = drafter.post(f"{path}/merge", {})

    assert [each.status_code for each in (described, split, timed, merged)] == [200] * 4
    assert described.json()["texts"]["cues"] == {"en": ["Asks who else."]}
    assert described.json()["name"] == third["name"]  # what was not sent stayed
    assert (split.json()["name"], len(eight)) == ("Early", 8)
    assert eight[2]["anchor"] == eight[3]["anchor"] == third["anchor"]
    whole = timed.json()
    assert [each["prior_probability"] for each in whole["phases"]] == [0.125] * 8
    assert whole["basis"] == "own"
    assert 10 < merged.json()["mean_dwell_days"] <= 20
    assert merged.json()["prior_probability"] == pytest.approx(0.25)
    assert len(phases(drafter, draft)) == 7
    for name, answer in (("split", split), ("merge", merged)):
        refuse_other_shapes(f"phases/{{id}}/{name}", answer, method="post")


def test_signals_are_added_changed_retired_and_taken_out(drafter: Drafter, draft: str):
    made = drafter.post("signal-types", signal(draft, symptoms={"S1": "contrary"}))
    path = f"signal-types/{made.json()['id']}"

    # To JSON Schema 3.0 is a whole number.
    steps = {"steps": [3.0, *EVEN[1:]]}
    changed = drafter.patch(path, {**steps, "is_retired": True, "symptoms": {}})
    gone = drafter.delete(path)

    assert [each.status_code for each in (made, changed, gone)] == [201, 200, 204]
    refuse_other_shapes("signal-types", made, method="post")
    assert made.json()["symptoms"] == {"S1": "contrary"}
    assert made.json()["is_default"] is False
    assert made.json()["texts"]["example"] == {"en": ""}
    told = changed.json()
    assert (told["steps"], told["is_retired"], told["symptoms"]) == (EVEN, True, {})
    assert told["texts"] == made.json()["texts"]
    assert not SignalType.objects.filter(code="X01").exists()


def test_actions_are_added_changed_and_taken_out(drafter: Drafter, draft: str):
    body = {"model": draft, "code": "Y01", "fits": [0] * 7}
    made = drafter.post("action-types", body | {"texts": {"name": {"en": "Pilot"}}})
    path = f"action-types/{made.json()['id']}"

    changed = drafter.patch(path, {"texts": {"definition": {"en": "Two weeks."}}})
    gone = drafter.delete(path)

    assert [each.status_code for each in (made, changed, gone)] == [201, 200, 204]
    assert changed.json()["texts"]["definition"] == {"en": "Two weeks."}
    assert changed.json()["name"] == "Pilot"
    assert not ActionType.objects.filter(code="Y01").exists()


def test_a_pack_goes_out_and_comes_in_as_the_same(drafter: Drafter, draft: str):
    out = drafter.get(f"phase-models/{draft}/pack").json()

    back = upload(drafter, json.dumps(out).encode())

    assert back.status_code == 201
    assert back.json()["status"] == "draft"
    again = drafter.get(f"phase-models/{back.json()['id']}/pack").json()
    assert again | {"version": out["version"]} == out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"a": 1, "a": 2}', "said twice"),
        (b" " * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_pack_is_refused_with_its_place(
    drafter: Drafter, content: bytes, said: str
):
    answer = upload(drafter, content)

    assert_problem(answer, 422)
    (error, *_more) = answer.json()["errors"]
    assert error["field"] == "file"
    assert said in error["detail"]
    assert PhaseModel.objects.count() == 1


def upload(drafter: Drafter, content: bytes) -> Any:
    file = SimpleUploadedFile("pack.json", content)
    address = f"{ROOT}phase-models/upload"
    return drafter.client.post(address, {"file": file}, headers=drafter.headers)


def test_what_a_draft_changes_is_told_and_what_it_would_move(
    deal: Any, drafter: Drafter, draft: str
):
    signals = drafter.get("signal-types", model=draft, code="B03").json()["results"]
    drafter.patch(f"signal-types/{signals[0]['id']}", {"steps": [5, 5, 5, 1, 1, 1, 1]})

    differences = drafter.get(f"phase-models/{draft}/differences")
    preview = drafter.get(f"phase-models/{draft}/preview")

    refuse_other_shapes("phase-models/{id}/differences", differences)
    refuse_other_shapes("phase-models/{id}/preview", preview)
    told = differences.json()
    assert told["phases"] == told["actions"] == []
    assert told["signals"]
    assert preview.json()["deals_looked_at"] == preview.json()["all_deals"] == 1
    assert preview.json()["people_heard"] >= 1


def test_a_preview_of_what_can_not_read_the_deals_is_refused(
    deal: Any, drafter: Drafter, draft: str
):
    code = deal.stakeholders.order_by("pk")[0].signals.first().code
    SignalType.objects.filter(model__pk=draft, code=code).delete()

    assert_problem(drafter.get(f"phase-models/{draft}/preview"), 409)


def parts(drafter: Drafter, model: str) -> list[str]:
    """A phase, a signal and an action of a version, by their paths."""
    return [
        f"{name}/{drafter.get(name, model=model).json()['results'][0]['id']}"
        for name in ("phases", "signal-types", "action-types")
    ]


def test_what_is_no_draft_is_not_changed(deal: Any, drafter: Drafter):
    active = str(PhaseModel.objects.get().pk)
    phase, signal_type, action_type = parts(drafter, active)
    before = drafter.get(f"phase-models/{active}/pack").json()

    answers = [
        drafter.patch(f"phase-models/{active}", {"note": "x"}),
        drafter.delete(f"phase-models/{active}"),
        drafter.patch(phase, {"texts": {}}),
        drafter.post(f"{phase}/split", {"share": 0.5}),
        drafter.post(f"{phase}/merge", {}),
        drafter.patch(signal_type, {"steps": EVEN}),
        drafter.delete(signal_type),
        drafter.patch(action_type, {"fits": [0] * 7}),
        drafter.delete(action_type),
        drafter.post("signal-types", signal(active)),
        drafter.post(
            f"phase-models/{active}/set-numbers", {"mean_dwell_days": [9.0] * 7}
        ),
    ]

    for answer in answers:
        assert_problem(answer, 409)
    assert drafter.get(f"phase-models/{active}/pack").json() == before


def test_what_does_not_fit_the_draft_is_refused_in_a_sentence(
    drafter: Drafter, draft: str
):
    path = f"phase-models/{draft}"
    first, *_rest, last = phases(drafter, draft)
    before = drafter.get(f"{path}/pack").json()

    answers = {
        "phases; each": drafter.post(
            f"{path}/set-numbers", {"mean_dwell_days": [9.0] * 8}
        ),
        "add up to 100": drafter.post(
            f"{path}/set-numbers",
            {"mean_dwell_days": [9.0] * 7, "prior_probabilities": [0.5] * 7},
        ),
        "same default phase": drafter.post(f"phases/{first['id']}/merge", {}),
        "7 phases": drafter.post("signal-types", signal(draft, steps=[3] * 8)),
        "is taken": drafter.post("signal-types", signal(draft, code="B01")),
        "already": drafter.patch(path, {"version": str(before_version(drafter))}),
    }

    for words, answer in answers.items():
        assert_problem(answer, 409)
        assert words in answer.json()["detail"]
    assert last["anchor"] == "commitment"
    assert drafter.get(f"{path}/pack").json() == before


def before_version(drafter: Drafter) -> str:
    rows = drafter.get("phase-models", status="active").json()["results"]
    return str(rows[0]["version"])


BODIES: list[tuple[str, dict[str, Any]]] = [
    ("steps", {"steps": [0] * 7}),
    ("steps", {"steps": [3.5] * 7}),
    ("steps", {"steps": ["3"] * 7}),
    ("steps", {"steps": [3] * 6}),
    ("steps", {"steps": [3] * 29}),
    ("steps", {"steps": 3}),
    ("evidence_class", {"evidence_class": "Z"}),
    ("stance_effect", {"stance_effect": 3}),
    ("symptoms.S9", {"symptoms": {"S9": "sign"}}),
    ("symptoms.S1", {"symptoms": {"S1": True}}),
    ("code", {"code": "1X"}),
    ("code", {"code": "X01\n"}),
    ("code", {"code": "X" * 21}),
    ("texts.name.en", {"texts": {"name": {"en": " "}}}),
    ("texts.name.de", {"texts": {"name": {"en": "x", "de": "x"}}}),
    ("texts.name", {"texts": {}}),
    ("texts.cues", {"texts": {"name": {"en": "x"}, "cues": {"en": []}}}),
    ("texts.name.en", {"texts": {"name": {"en": "x" * 121}}}),
    ("model", {"model": "00000000-0000-7000-8000-000000000000"}),
    ("is_default", {"is_default": True}),
]


@pytest.mark.parametrize(("field", "part"), BODIES)
def test_a_signal_that_is_none_is_422_with_its_place(
    drafter: Drafter, draft: str, field: str, part: dict[str, Any]
):
    count = SignalType.objects.count()

    answer = drafter.post("signal-types", signal(draft) | part)

    assert_problem(answer, 422)
    assert field in {error["field"].split("[")[0] for error in answer.json()["errors"]}
    assert SignalType.objects.count() == count


def test_a_change_needs_the_draft_as_it_is_whatever_part_was_changed(
    drafter: Drafter, draft: str
):
    phase, signal_type, action_type = parts(drafter, draft)
    seen = drafter.tag(phase)
    drafter.patch(signal_type, {"stance_effect": 1})

    for path in (phase, signal_type, action_type, f"phase-models/{draft}"):
        assert_problem(drafter.patch(path, {}, tag=seen), 412)
        headers = drafter.headers
        none = drafter.client.patch(ROOT + path, {}, content_type=JSON, headers=headers)
        assert_problem(none, 428)
    assert drafter.tag(phase) == '"v2"'


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.COACH])
def test_only_who_manages_the_model_edits_it(
    drafter: Drafter, draft: str, ours: Workspace, role: Role
):
    user = create_user(email="dana@example.com")
    dana = Drafter(create_membership(workspace=ours, user=user, roles=(role,)))
    phase, signal_type, action_type = parts(dana, draft)
    path = f"phase-models/{draft}"

    answers = [
        dana.post("phase-models", {"base": draft, "version": "x"}),
        upload(dana, b"{}"),
        dana.get(f"{path}/pack"),
        dana.get(f"{path}/differences"),
        dana.get(f"{path}/preview"),
        dana.patch(path, {"note": "x"}),
        dana.patch(phase, {"texts": {}}),
        dana.post(f"{phase}/split", {"share": 0.5}),
        dana.post("signal-types", signal(draft)),
        dana.delete(signal_type),
        dana.delete(action_type),
    ]

    for answer in answers:
        assert_problem(answer, 403)


def test_reading_scopes_read_and_do_not_write(drafter: Drafter, draft: str, alice: Any):
    reading = by_key(alice, ["phase_models:read", "phases:read"])

    assert reading.get(f"{ROOT}phase-models/{draft}/pack").status_code == 200
    written = reading.post(
        f"{ROOT}phase-models", {"base": draft, "version": "x"}, content_type=JSON
    )
    assert_problem(written, 403)


@pytest.mark.parametrize(("name", "most"), [("pack", 15), ("differences", 19)])
def test_what_is_asked_of_a_version_has_its_price(
    drafter: Drafter, draft: str, name: str, most: int
):
    with CaptureQueriesContext(connection) as seen:
        drafter.get(f"phase-models/{draft}/{name}")

    assert len(seen) <= most


@pytest.mark.django_db(transaction=True)
def test_of_two_who_edit_one_draft_at_once_one_is_told(committed: Workspace):
    """By different parts of it, and one of them through an act of the draft."""
    with workspace(committed):
        give_defaults()
        user = create_user(email="alice@example.com")
        alice = create_membership(user=user, roles=(Role.ADMIN,))
    drafters = [Drafter(alice) for _number in range(4)]
    base = drafters[0].get("phase-models").json()["results"][0]["id"]
    made = drafters[0].post("phase-models", {"base": base, "version": "Ours"})
    draft = made.json()["id"]
    paths = parts(drafters[0], draft)
    bodies: list[dict[str, Any]] = [{"texts": {}}, {"steps": EVEN}, {"fits": [0] * 7}]
    tag = drafters[0].tag(paths[0])

    def edit(number: int) -> int:
        try:
            return int(
                drafters[number]
                .patch(paths[number % 3], bodies[number % 3], tag=tag)
                .status_code
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(edit, range(4)))

    assert statuses == [200, 412, 412, 412]
    with workspace(committed):
        assert PhaseModel.objects.get(pk=draft).revision == 2
