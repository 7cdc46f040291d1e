"""The pages of a draft of the phase model: forms, refusals, figures, a file in and out."""

import json
from io import BytesIO

import pytest
from django.utils import timezone

from readiness.actions.editing.drafts import make_draft
from readiness.models import ActionType, ModelStatus, Phase, PhaseModel, SignalType
from readiness.queries.pack import pack_of
from tests.factories import NOW, give_defaults
from tests.recompute.build import open_deal, say, seat

PAGE = "/w/ours/settings/model"


@pytest.fixture
def draft(ours, alice) -> PhaseModel:
    give_defaults()
    base = PhaseModel.objects.get()
    return make_draft(base=base, name="Ours", note="", by=alice, now=NOW)


def pk_of(rows, draft, code):
    return rows.objects.get(model=draft, code=code).pk


def filled(client, path):
    """What the form of a page holds, as a browser would send it."""
    form = client.get(path).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {k: v for k, v in values.items() if v is not None and v is not False}


@pytest.mark.claim(10)
@pytest.mark.django_db
def test_from_a_version_to_an_active_edited_one(draft, as_alice):
    base = PhaseModel.objects.get(status=ModelStatus.ACTIVE)
    made = as_alice.post(f"{PAGE}/{base.pk}/draft", {"name": "Mine", "note": "Why"})
    draft = PhaseModel.objects.get(version="Mine")
    assert made["Location"] == f"{PAGE}/{draft.pk}/edit"
    for path, changes in (
        (f"phases/{pk_of(Phase, draft, 'resolve')}", {"name_en": "Decided"}),
        (f"phases/{pk_of(Phase, draft, 'resolve')}/split", {"share": "40"}),
        (f"{draft.pk}/numbers", {"start_0": "29", "start_1": "26"}),
        (
            f"signals/{pk_of(SignalType, draft, 'B03')}",
            {"place_0": "5", "symptom_S3": "S3-"},
        ),
        (
            f"{draft.pk}/signals/new",
            {"code": "C01", "name_en": "Asks for our roadmap", "place_7": "5"},
        ),
        (f"actions/{pk_of(ActionType, draft, 'A01')}", {"place_0": "2"}),
        (f"{draft.pk}/actions/new", {"code": "X01", "name_en": "Walk the floor"}),
        (f"{draft.pk}/name", {"name": "Better"}),
    ):
        values = filled(as_alice, f"{PAGE}/{path}") | changes
        answer = as_alice.post(f"{PAGE}/{path}", values)
        assert answer.status_code == 303, (path, answer.context["form"].errors)

    draft.refresh_from_db()
    pack = pack_of(draft)
    signals = {row["code"]: row for row in pack["signals"]}
    assert [phase["texts"]["name"]["en"] for phase in pack["phases"]][2:4] == [
        *("Decided 1", "Decided 2"),
    ]
    assert pack["phases"][0]["prior_probability"] == pytest.approx(0.29)
    assert pack["phases"][2]["mean_dwell_days"] == pytest.approx(12)
    assert signals["B03"]["steps"][0] == 5
    assert signals["B03"]["symptoms"] == "S2- S3-"
    assert signals["C01"]["steps"] == [3] * 7 + [5]
    assert (draft.version, draft.note) == ("Better", "Why")
    page = as_alice.get(f"{PAGE}/{draft.pk}/edit").content.decode()
    assert "Merge with the next" in page
    merge = f"{PAGE}/phases/{pk_of(Phase, draft, 'resolve_1')}/merge"
    values = filled(as_alice, merge)
    assert values["name_en"] == "Decided"
    assert as_alice.post(merge, values).status_code == 303
    preview = as_alice.get(f"{PAGE}/{draft.pk}/preview")
    revision = preview.context["draft"].revision
    stale = as_alice.post(f"{PAGE}/{draft.pk}/activate", {"revision": revision - 1})
    assert stale.status_code == 409
    answer = as_alice.post(f"{PAGE}/{draft.pk}/activate", {"revision": revision})
    assert answer.status_code == 303
    assert PhaseModel.objects.get(status=ModelStatus.ACTIVE).pk == draft.pk


@pytest.mark.django_db
def test_a_stale_form_keeps_what_was_typed(draft, as_alice):
    path = f"{PAGE}/phases/{pk_of(Phase, draft, 'resolve')}"
    values = filled(as_alice, path)
    as_alice.post(
        f"{PAGE}/{draft.pk}/name", filled(as_alice, f"{PAGE}/{draft.pk}/name")
    )

    answer = as_alice.post(path, values | {"name_en": "Decided"})

    assert answer.status_code == 412
    page = answer.content.decode()
    assert "Somebody else changed this draft in the meantime." in page
    assert 'value="Decided"' in page
    assert str(Phase.objects.get(model=draft, code="resolve")) == "Resolve"
    again = {field.html_name: field.value() for field in answer.context["form"]}
    assert as_alice.post(path, again).status_code == 303


@pytest.mark.django_db
def test_what_does_not_fit_is_said_in_the_form(draft, as_alice, alice):
    numbers, signal = f"{PAGE}/{draft.pk}/numbers", f"{PAGE}/{draft.pk}/signals/new"
    for path, changes, sentence in (
        (numbers, {"start_0": "99"}, "must add up to 100 %, not 169 %"),
        (numbers, {"days_0": "0"}, "greater than or equal to 0.1"),
        (signal, {"code": "B03", "name_en": "x"}, "The code “B03” is taken"),
        (signal, {"code": "2x", "name_en": "x"}, "Enter a valid value"),
        (
            signal,
            {"code": "C01", "name_en": "x", "place_0": "6"},
            "Select a valid choice",
        ),
        (f"{PAGE}/{draft.pk}/name", {"name": "default-1"}, "There is a version"),
        (f"{PAGE}/{draft.pk}/draft", {"name": "Ours"}, "There is a version"),
    ):
        answer = as_alice.post(path, filled(as_alice, path) | changes)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    say(seat(open_deal(owner=alice)), "B03", at=NOW)
    pk = pk_of(SignalType, draft, "B03")
    answer = as_alice.post(f"{PAGE}/signals/{pk}/remove", {"revision": 1}, follow=True)
    assert "was logged 1 time" in answer.content.decode()
    answer = as_alice.post(
        f"{PAGE}/{draft.pk}/discard", {"revision": "no"}, follow=True
    )
    assert "Somebody else changed this draft" in answer.content.decode()
    answer = as_alice.post(f"{PAGE}/{draft.pk}/discard", {"revision": 1}, follow=True)
    assert "is discarded" in answer.content.decode()


@pytest.mark.django_db
def test_what_is_no_draft_is_shut_and_says_the_way_out(draft, as_alice):
    active = PhaseModel.objects.get(status=ModelStatus.ACTIVE)
    for path in (
        f"phases/{pk_of(Phase, active, 'resolve')}",
        f"signals/{pk_of(SignalType, active, 'B03')}",
        *(f"{active.pk}/numbers", f"{active.pk}/signals/new"),
    ):
        page = as_alice.get(f"{PAGE}/{path}").content.decode()
        assert "Only a draft can be changed." in page
        assert f"{PAGE}/{active.pk}/draft" in page
        assert '<form class="card-body' not in page
    answer = as_alice.get(f"{PAGE}/{active.pk}/edit")
    assert answer["Location"] == f"{PAGE}/{active.pk}"


@pytest.mark.django_db
def test_a_file_goes_out_and_comes_in(draft, as_alice):
    pack = as_alice.get(f"{PAGE}/{draft.pk}/pack").content
    as_alice.post(f"{PAGE}/{draft.pk}/discard", {"revision": 1})

    answer = as_alice.post(f"{PAGE}/import", {"file": BytesIO(pack)})

    made = PhaseModel.objects.get(version="Ours")
    assert answer["Location"] == f"{PAGE}/{made.pk}/edit"
    assert as_alice.get(f"{PAGE}/{made.pk}/pack").content == pack
    told = json.loads(pack)
    told["phases"][2]["mean_dwell_days"] = -1
    wrong = as_alice.post(
        f"{PAGE}/import", {"file": BytesIO(json.dumps(told).encode())}
    )
    assert wrong.status_code == 422
    assert "phases[2].mean_dwell_days can&#x27;t be “-1”" in wrong.content.decode()
    assert as_alice.post(f"{PAGE}/import").status_code == 422
    assert PhaseModel.objects.count() == 2


@pytest.mark.django_db
def test_signals_are_found_by_word_and_evidence(draft, as_alice):
    def found(query):
        page = as_alice.get(f"{PAGE}/{draft.pk}/signals?{query}")
        return [row.code for row in page.context["rows"]]

    assert len(found("")) == 52
    assert found("q=roadmap") == []
    assert found("q=b03") == ["B03"]
    assert "B09" in found("evidence=A")
    assert "B03" not in found("evidence=A")
    assert len(found("evidence=Z")) == 52


@pytest.mark.django_db
def test_preview_says_who_moves_and_by_how_much(draft, as_alice, alice):
    today = timezone.now()
    codes = ("B03", "B05", "B11")
    say(seat(open_deal(owner=alice)), *codes, at=today, now=today)
    SignalType.objects.filter(model=draft, code__in=codes).update(
        steps=[1, 1, 1, 1, 1, 1, 5]
    )

    told = as_alice.get(f"{PAGE}/{draft.pk}/preview")

    mover = told.context["preview"].movers[0]
    assert (mover.before, mover.after) == ("recognition", "commitment")
    assert 0 < mover.shift <= 1
    assert told.context["deals"][0].change > 0
    page = told.content.decode()
    assert "1 of 1 person heard would stand in another phase." in page
    assert "Deals whose chance changes most" in page


@pytest.mark.django_db
def test_pages_cost_the_same_with_one_and_three_rows(draft, as_alice, alice, cost_of):
    paths = [
        *(f"{draft.pk}/{name}" for name in ("edit", "signals", "actions", "diff")),
        *(f"{draft.pk}/numbers", f"signals/{pk_of(SignalType, draft, 'B03')}"),
        *(
            f"phases/{pk_of(Phase, draft, 'resolve')}/{name}"
            for name in ("split", "merge")
        ),
    ]
    three = [len(cost_of(as_alice, f"{PAGE}/{path}")) for path in paths]
    keep = SignalType.objects.filter(model=draft, code__in=("B01", "B03"))
    SignalType.objects.filter(model=draft).exclude(pk__in=keep).delete()
    ActionType.objects.filter(model=draft).exclude(code="A01").delete()

    one = [len(cost_of(as_alice, f"{PAGE}/{path}")) for path in paths]

    assert one == three
    assert max(three) <= 16


@pytest.mark.django_db
def test_a_rep_may_not(draft, as_bob):
    for path in (f"{draft.pk}/edit", "import", f"{draft.pk}/signals"):
        assert as_bob.get(f"{PAGE}/{path}").status_code == 403
