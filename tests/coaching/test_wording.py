"""Every shipped play reads as a sentence in three languages."""

import re
from datetime import timedelta

import pytest

from accounts.models import Membership, Workspace
from coaching.models import Play, Prompt
from coaching.queries.advice import CONFIRMED
from coaching.queries.wording import Reader, in_words, names_in
from readiness.actions.human import confirm_phase
from readiness.models import Phase
from stakeholders.models import ANCHORS, Stakeholder
from tests.factories import NOW, give_defaults
from tests.recompute.build import (
    days_ago,
    make,
    open_deal,
    say,
    seat,
)

LANGUAGES = ("en", "nl", "fr")
WORDS = {
    "anchor": "criteria",
    "probability": 0.424,
    "last_heard_at": days_ago(40).timestamp(),
    "joined_on": "2026-05-03",
    "signals": ["B13", "B14"],
    "target_on": "2026-06-30",
    "gain": 0.12,
    "seats": 3,
    "items": 3,
    "other": "comparison",
    "other_probability": 0.3,
    "heard_at": days_ago(2).timestamp(),
    "anchors": ["recognition", "comparison"],
}


@pytest.fixture
def karel(alice: Membership) -> Stakeholder:
    give_defaults()
    return seat(open_deal(owner=alice))


def told(ours: Workspace, prompt: Prompt, language: str) -> dict[str, str]:
    reader = Reader(language=language, workspace=ours, now=NOW)
    return in_words(prompt, names=names_in([prompt], reader=reader), reader=reader)


def prompt(play: str, person: Stakeholder | None, role: str = "", **words) -> Prompt:
    return Prompt(
        play=Play.objects.get(code=play, role=role),
        stakeholder=person,
        words=WORDS | words,
    )


@pytest.mark.claim(3)
@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_default_play_is_put_into_whole_words(
    ours: Workspace, karel: Stakeholder, language: str
):
    for play in Play.objects.order_by("code"):
        for anchor in ANCHORS:
            given = prompt(
                play.code, karel, play.role, anchor=anchor, people=[str(karel.pk)] * 2
            )
            texts = told(ours, given, language)
            assert set(texts) == set(play.texts)
            for name, text in texts.items():
                assert text.strip() == text, (play.code, name)
                assert not re.search(r"[{}]|  |None|\bnan\b|duration", text), text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "observation", "sentence"),
    [
        (
            "en",
            "Karel (Champion) joined this deal 1 day ago and has given no signal yet,"
            " so the phase is unknown.",
            "The chance of winning by 30 June 2026 depends most on the approval of"
            " Karel (Champion), which is 42 % likely by then; by this model the chance"
            " would be 12 points higher if only that were certain.",
        ),
        (
            "nl",
            "Karel (Interne trekker) kwam 1 dag geleden bij deze verkoopkans en gaf nog"
            " geen signaal, dus de fase is onbekend.",
            "De kans om uiterlijk op 30 juni 2026 te winnen hangt het meest af van de"
            " goedkeuring van Karel (Interne trekker), die er dan met een kans van 42 %"
            " is; volgens dit model lag de kans 12 punten hoger als enkel dat zeker was.",
        ),
        (
            "fr",
            "Karel (Champion) a rejoint cette opportunité il y a 1 jour et n'a encore"
            " donné aucun signal : la phase est inconnue.",
            "La probabilité de gagner d'ici au 30 juin 2026 dépend surtout d'une"
            " approbation : Karel (Champion) l'aura donnée à cette date avec une"
            " probabilité de 42 % ; selon ce modèle, la probabilité de gagner serait"
            " supérieure de 12 points si cela seul était acquis.",
        ),
    ],
    ids=LANGUAGES,
)
def test_what_is_said_is_said_in_the_readers_language(
    ours: Workspace, karel: Stakeholder, language: str, observation: str, sentence: str
):
    unheard = told(ours, prompt("status_quo_unheard", karel), language)
    bound = told(ours, prompt("constraint_approval", karel), language)

    assert unheard["observation"].replace("\xa0", " ") == observation
    assert bound["sentence"].replace("\xa0", " ").replace("\u202f", " ") == sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "one", "many", "none", "no_role"),
    [
        ("en", "1 seat", "3 seats", "less than 1 point", "no role yet"),
        ("nl", "1 plaats", "3 plaatsen", "minder dan 1 punt", "nog geen rol"),
        ("fr", "1 place", "3 places", "moins d'un point", "pas encore de rôle"),
    ],
)
def test_numbers_have_their_plurals_and_nothing_its_words(
    ours: Workspace, karel: Stakeholder, language: str, one, many, none, no_role
):
    karel.roles_held.all().delete()

    def unmapped(**words) -> str:
        return told(ours, prompt("constraint_unmapped", None, **words), language)[
            "sentence"
        ]

    assert f"({one})" in unmapped(seats=1)
    assert f"({many})" in unmapped(seats=3)
    assert none in unmapped(gain=0.001)
    unheard = told(ours, prompt("status_quo_unheard", karel), language)
    assert f"Karel ({no_role})" in unheard["observation"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "days", "words"),
    [
        ("en", 0.5, "less than a day ago"),
        ("nl", 0.5, "minder dan een dag geleden"),
        ("fr", 0.5, "il y a moins d'un jour"),
        ("en", 1.2, "1 day ago"),
        ("nl", 40, "40 dagen geleden"),
        ("fr", 40, "il y a 40 jours"),
    ],
)
def test_silence_is_counted_in_days(
    ours: Workspace, karel: Stakeholder, language: str, days: float, words: str
):
    since = (NOW - timedelta(days=days)).timestamp()
    heard = told(ours, prompt("criteria_heard", karel, last_heard_at=since), language)

    assert words in heard["observation"].replace("\xa0", " ")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "(Criteria,"),
        ("nl", "(Criteria bepalen,"),
        ("fr", "(Définition des critères,"),
    ],
)
def test_a_phase_the_model_has_no_more_keeps_the_name_of_its_anchor(
    ours: Workspace, karel: Stakeholder, language: str, name: str
):
    """Until its recompute a prompt may speak of a phase that was merged away."""
    Phase.objects.filter(anchor="criteria").update(anchor="comparison")

    assert name in told(ours, prompt("criteria_heard", karel), language)["observation"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_prompts_of_a_recompute_can_be_read(
    ours: Workspace, karel: Stakeholder, language: str
):
    deal = karel.opportunity
    ruth, sofie = seat(deal, "Ruth", roles=()), seat(deal, "Sofie", roles=("finance",))
    say(karel, "B03", "B04", "B13", at=days_ago(3))
    confirm_phase(
        stakeholder=ruth, anchor="resolve", confirmed_at=days_ago(1), by=None, now=NOW
    )

    make(deal)

    prompts = list(Prompt.objects.select_related("play").order_by("pk"))
    assert {each.stakeholder_id for each in prompts} >= {karel.pk, ruth.pk, sofie.pk}
    texts = [text for each in prompts for text in told(ours, each, language).values()]
    assert not [text for text in texts if re.search(r"[{}]|  |None|: \.", text)]
    (of_ruth,) = (each for each in prompts if each.stakeholder_id == ruth.pk)
    assert of_ruth.words["signals"] == [CONFIRMED]
