"""The texts of a model, and of the purchase file: read once, named in the reader's language."""

from datetime import date

import pytest
from django.utils.translation import override

from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import active_model
from stakeholders.queries.purchase_file import file_items, file_lines
from tests.factories import give_defaults


@pytest.fixture
def catalogue(ours):
    give_defaults()
    return catalogue_of(active_model())


@pytest.mark.django_db
def test_catalogue_is_kept_per_process(ours, django_assert_num_queries):
    give_defaults()
    model = active_model()
    with django_assert_num_queries(3):
        first = catalogue_of(model)
    with django_assert_num_queries(0):
        again = catalogue_of(model)

    assert again is first


@pytest.mark.django_db
def test_catalogue_follows_the_order_of_the_model(catalogue):
    assert catalogue.anchors == active_model().anchors
    assert len(catalogue.phases) == len(catalogue.anchors)
    assert list(catalogue.signals) == sorted(catalogue.signals)
    assert {len(kind.fits) for kind in catalogue.actions.values()} == {
        len(catalogue.phases)
    }


@pytest.mark.django_db
def test_signal_is_a_sign_of_a_phase_of_the_model(catalogue):
    assert {kind.anchor for kind in catalogue.signals.values()} <= set(
        catalogue.anchors
    )


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "nl", "fr", "nl-be"])
def test_names_are_in_the_language_of_the_reader(catalogue, language):
    code, kind = next(iter(catalogue.signals.items()))
    step = next(iter(catalogue.actions))

    with override(language):
        named = (catalogue.signal(code), catalogue.action(step), catalogue.phase_names)

    short = language[:2]
    assert named == (
        kind.texts["name"][short],
        catalogue.actions[step].texts["name"][short],
        tuple(texts["name"][short] for texts in catalogue.phases),
    )


@pytest.mark.django_db
def test_names_differ_by_language(catalogue):
    def names(language: str) -> tuple[str, ...]:
        with override(language):
            return catalogue.phase_names

    assert len({names("en"), names("nl"), names("fr")}) == 3


@pytest.mark.django_db
def test_language_we_do_not_speak_is_answered_in_english(catalogue):
    with override("de"):
        german = catalogue.phase_names
    with override("en"):
        assert german == catalogue.phase_names


@pytest.mark.django_db
def test_unknown_code_answers_itself(catalogue):
    assert catalogue.signal("B99") == "B99"
    assert catalogue.action("gone") == "gone"


# --- The purchase file -----------------------------------------------------------------


def entered(item: int, state: str, **fields):
    return {"item": item, "state": state, "evidence": "", "seen_on": None} | fields


def test_there_are_eight_items():
    assert [item.number for item in file_items()] == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_every_item_has_a_name_and_a_question(language):
    with override(language):
        texts = [text for item in file_items() for text in (item.name, item.question)]
    assert all(texts)
    assert len(set(texts)) == 16


def test_item_is_named_in_the_language_of_the_reader():
    def name(language: str) -> str:
        with override(language):
            return file_items()[0].name

    assert name("en") == "Problem owner named"
    assert name("nl") == "Probleemeigenaar genoemd"
    assert name("fr") == "Responsable du problème nommé"


def test_item_nobody_spoke_of_is_unknown():
    lines = file_lines([entered(3, "claimed")])

    states = [line.state for line in lines]
    assert states == ["unknown", "unknown", "claimed", *["unknown"] * 5]
    assert lines[0].state_label == "unknown"


def test_last_row_of_an_item_counts():
    day = date(2026, 5, 4)
    lines = file_lines(
        [
            entered(2, "evidenced", evidence="Minutes", seen_on=day),
            entered(1, "claimed"),
            entered(2, "claimed", evidence="Said so"),
        ]
    )

    assert (lines[1].state, lines[1].evidence, lines[1].seen_on) == (
        "claimed",
        "Said so",
        None,
    )


def test_evidence_and_day_go_with_the_state():
    day = date(2026, 5, 4)
    (line,) = file_lines([entered(8, "evidenced", evidence="Letter", seen_on=day)])[7:]

    assert (line.state_label, line.evidence, line.seen_on) == (
        "evidenced",
        "Letter",
        day,
    )


def test_row_about_no_item_is_not_shown():
    assert [line.state for line in file_lines([entered(9, "claimed")])] == [
        "unknown"
    ] * 8
