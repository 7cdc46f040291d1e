"""The page that says what science supports, and what it does not."""

import pytest
from django.utils import translation

from readiness.queries.claims import Support, claims


def test_every_finding_is_told_in_three_languages():
    for claim in claims():
        assert claim.support in Support.values
        for texts in claim.texts.values():
            assert set(texts) == {"en", "nl", "fr"}
            assert all(texts.values())


@pytest.mark.claim(27)
def test_what_speaks_against_the_idea_stands_there_too():
    supports = {claim.support for claim in claims()}

    assert supports == set(Support.values)


def test_every_supported_finding_names_its_source():
    assert all(claim.sources for claim in claims() if claim.support != Support.WEAK)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "speaks against the idea"),
        ("nl", "spreekt het idee tegen"),
        ("fr", "contredit l"),
    ],
)
def test_page_is_readable_in_three_languages(as_bob, bob, language, words):
    bob.user.language = language
    bob.user.save(update_fields=["language"])

    with translation.override("en"):  # put back what the request sets
        page = as_bob.get("/w/ours/coaching/evidence").content.decode()

    assert words in page
    assert page.count("<h2>") == len(claims())
