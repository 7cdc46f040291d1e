"""The shipped defaults: complete, in three languages, and equal to the reference."""

import csv
import json
import os
import re
import string
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SIGNALS = "readiness/defaults/signals.csv"
ACTIONS = "readiness/defaults/actions.csv"
ROLES = "stakeholders/defaults/roles.csv"
PHASES = "readiness/defaults/phases.json"
FILE = "stakeholders/defaults/purchase_file.json"
PLAYS = "coaching/defaults/plays.json"
PRACTICE = "coaching/defaults/practice.json"
TABLES = (SIGNALS, ACTIONS, ROLES)
DOCUMENTS = (PHASES, FILE, PLAYS, PRACTICE)

LANGUAGES = ("en", "nl", "fr")
ANCHORS = [
    *("status_quo", "recognition", "resolve", "criteria"),
    *("comparison", "settling_doubts", "commitment"),
]
CONSTRAINTS = {
    *("approval", "approval_unknown", "veto", "quorum", "unmapped", "purchase_file"),
}
# Words that really are the same in two languages.
SAME_WORD = {"Status quo", "Champion"}
# A buyer has no sex here. "zijn", "hun" and the French "il" are other words too.
GENDERED = {
    "en": r"\b(he|she|him|his|hers?|himself|herself)\b",
    "nl": r"\b(hij|hem|zij|haar|hijzelf|zijzelf|hij/zij|zijn/haar)\b",
    "fr": r"\b(elles?|celui-ci|celle-ci|il/elle|prête?|convaincue?)\b|\(e\)|[·.]e\b",
}
# No text may push: what forces a decision is not in the buyer's interest.
PUSHING = r"\b(last chance|laatste kans|dernière chance|act now|ASAP|close the deal)\b"


def read_table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(name):
    return read_table(ROOT / name)


def document(name):
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


def translated(node, where=""):
    """Find every {en, nl, fr} below a node, with the path to it."""
    if isinstance(node, dict):
        if set(node) & set(LANGUAGES):
            yield where, node
            return
        node = node.items()
    elif isinstance(node, list):
        node = enumerate(node)
    else:
        return
    for key, child in node:
        yield from translated(child, f"{where}/{key}")


def of_table(name):
    for row in table(name):
        for column in row:
            if column.endswith("_en"):
                stem = column.removesuffix("_en")
                texts = {language: row[f"{stem}_{language}"] for language in LANGUAGES}
                yield f"{name} {row['code']} {stem}", texts


def triples():
    """Every text of the defaults as (where, {en, nl, fr}), lists taken apart."""
    for name in TABLES:
        yield from of_table(name)
    for name in DOCUMENTS:
        for where, texts in translated(document(name), name):
            assert set(texts) == set(LANGUAGES), where
            if isinstance(texts["en"], str):
                yield where, texts
                continue
            lists = zip(*(texts[language] for language in LANGUAGES), strict=True)
            for i, items in enumerate(lists):
                yield f"{where}/{i}", dict(zip(LANGUAGES, items, strict=True))


TRIPLES = list(triples())


def offenders(pattern, language):
    """Return every text of one language in which the pattern is found."""
    found = re.compile(pattern, re.IGNORECASE)
    texts = ((where, texts[language]) for where, texts in TRIPLES)
    return [(where, text) for where, text in texts if found.search(text)]


def placeholders(text):
    return Counter(name for _, name, _, _ in string.Formatter().parse(text) if name)


# Completeness


def test_tables_have_the_rows_of_the_model():
    assert [row["code"] for row in table(SIGNALS)] == [f"B{n:02}" for n in range(1, 53)]
    assert [row["code"] for row in table(ACTIONS)] == [f"A{n:02}" for n in range(1, 9)]
    assert len({row["code"] for row in table(ROLES)}) == len(table(ROLES)) == 16


def test_only_the_unmapped_role_is_not_one_to_choose():
    shut = [row["code"] for row in table(ROLES) if row["choosable"] != "true"]

    assert shut == ["unmapped"]


def test_no_text_is_empty_or_padded_in_any_language():
    assert len(TRIPLES) > 400
    assert [
        (where, language)
        for where, texts in TRIPLES
        for language in LANGUAGES
        if not texts[language] or texts[language] != texts[language].strip()
    ] == []


def test_no_text_is_the_same_in_two_languages():
    assert [
        (where, texts)
        for where, texts in TRIPLES
        if len(set(texts.values())) < 3 and not SAME_WORD & set(texts.values())
    ] == []


def test_names_are_unique_in_each_language():
    for name in TABLES:
        for language in LANGUAGES:
            names = Counter(row[f"name_{language}"] for row in table(name))
            assert max(names.values()) == 1, names.most_common(1)


# Values


@pytest.mark.parametrize("name", TABLES)
def test_values_equal_the_reference_data(name):
    data = os.environ.get("BUYREADINESS_REFERENCE_DATA", ROOT.parent / "shared/data")
    path = Path(data) / "readiness" / Path(name).name
    if not path.exists():
        pytest.skip(f"No reference data at {path}; set BUYREADINESS_REFERENCE_DATA.")

    expected = read_table(path)
    columns = list(expected[0])

    assert [{c: row[c] for c in columns} for row in table(name)] == expected


def test_signals_speak_the_scales_of_the_model():
    steps = [f"step_{anchor}" for anchor in ANCHORS]
    for row in table(SIGNALS):
        assert {row[step] for step in steps} <= set("12345"), row["code"]
        assert row["evidence_class"] in set("AOTI")
        assert -2 <= int(row["stance_effect"]) <= 2
        assert re.fullmatch(r"(S[1-5]-?( S[1-5]-?)*)?", row["symptoms"])


def test_each_phase_has_about_as_much_to_show_as_the_others():
    totals = [sum(int(row[f"step_{a}"]) for row in table(SIGNALS)) for a in ANCHORS]

    assert min(totals) >= 52
    assert max(totals) <= 2 * min(totals)


def test_actions_fit_from_harmful_to_right_now():
    fits = [int(row[f"fit_{a}"]) for row in table(ACTIONS) for a in ANCHORS]

    assert set(fits) == {-2, -1, 0, 1, 2}


def test_roles_have_known_rights_and_weights():
    for row in table(ROLES):
        assert set(row["counts_as"].split("+")) <= {
            *("approve", "veto", "influence", "none")
        }
        assert 0 <= float(row["default_weight"]) <= 0.3
        assert row["prior_phase_remark"] in {"", *ANCHORS}


def test_the_step_that_advice_names_fits_the_phase_it_is_for():
    fits = {row["code"]: row for row in table(ACTIONS)}
    plays = [play for play in document(PLAYS)["phases"] if "action" in play]

    assert len(plays) == 10
    assert [
        play["code"]
        for play in plays
        if int(fits[play["action"]][f"fit_{play['phase']}"]) < 1
    ] == []


def test_phases_are_the_seven_anchors_in_order():
    phases = document(PHASES)["phases"]

    assert [phase["code"] for phase in phases] == ANCHORS
    assert [phase["anchor"] for phase in phases] == ANCHORS


def test_phases_have_a_prior_and_jumps_that_sum_to_one():
    phases = document(PHASES)["phases"]

    assert sum(phase["prior"] for phase in phases) == pytest.approx(1)
    for phase in phases:
        assert set(phase["jumps"]) == {"forward_one", "forward_two", "back_one"}
        assert sum(phase["jumps"].values()) == pytest.approx(1), phase["code"]
        assert phase["mean_dwell_days"] > 0


def test_no_jump_leaves_the_model():
    phases = document(PHASES)["phases"]

    assert phases[0]["jumps"]["back_one"] == 0
    assert phases[-2]["jumps"]["forward_two"] == 0
    assert phases[-1]["jumps"] == {"forward_one": 0, "forward_two": 0, "back_one": 1}


def test_every_parameter_says_that_it_is_an_expert_default():
    for name in (PHASES, FILE):
        for code, parameter in document(name)["parameters"].items():
            assert set(parameter) == {"value", "label", "meaning"}, code
            assert parameter["label"] == "expert default"
            assert parameter["meaning"].endswith(".")


def test_parameters_are_those_of_the_science():
    found = {k: v["value"] for k, v in document(PHASES)["parameters"].items()}

    assert found["evidence_weight"] == {"A": 1.0, "O": 0.8, "T": 0.6, "I": 0.3}
    assert found["importance_factor"] == {
        "small": 0.4,
        "mid": 1.0,
        "large": 1.8,
        "strategic": 2.5,
    }
    assert (found["step_base"], found["damping_window_days"]) == (2.2, 14)
    assert sum(found["straight_rebuy_prior"]) == pytest.approx(1)
    assert [v for k, v in found.items() if k.startswith("hazard_")] == [
        *(0.0006, 0.008, 0.0005)
    ]


def test_purchase_file_has_eight_weighted_items():
    items = document(FILE)["items"]

    assert [item["number"] for item in items] == list(range(1, 9))
    assert len({item["code"] for item in items}) == 8
    assert sum(item["weight"] for item in items) == pytest.approx(1)
    assert {item["number"]: item["told_by"] for item in items if item["told_by"]} == {
        1: ["B08"],
        3: ["B09"],
        4: ["B13"],
        5: ["B14"],
        7: ["B17", "B40"],
    }


def test_purchase_file_speaks_of_signals_that_exist():
    parameters = document(FILE)["parameters"]
    told = {code for item in document(FILE)["items"] for code in item["told_by"]}
    spoken = {
        code
        for name, parameter in parameters.items()
        if name.startswith("signals_")
        for code in parameter["value"]
    }

    assert told | spoken <= {row["code"] for row in table(SIGNALS)}


# Plays


def test_plays_cover_each_phase_heard_and_unheard_and_each_constraint():
    plays = document(PLAYS)
    found = [(play["phase"], play["case"]) for play in plays["phases"]]

    assert found == [(a, case) for a in ANCHORS for case in ("unheard", "heard")]
    assert set(plays["cases"]) == {"unheard", "heard"}
    assert {c["kind"] for c in plays["constraints"]} == CONSTRAINTS
    assert len(plays["constraints"]) == len(CONSTRAINTS)


def test_a_play_exists_that_advises_them_to_stop():
    stop = document(PLAYS)["advise_to_stop"]

    assert {"when", "observation", "next_step"} <= set(stop)
    assert stop["next_step"]["en"].startswith("Advise them to stop")


def test_placeholders_are_equal_across_languages():
    for where, texts in TRIPLES:
        sets = [placeholders(texts[language]) for language in LANGUAGES]
        assert sets[0] == sets[1] == sets[2], where


def test_placeholders_are_the_documented_ones_and_only_in_plays():
    used: Counter[str] = Counter()
    for where, texts in TRIPLES:
        found = placeholders(texts["en"])
        assert not found or where.startswith(PLAYS), where
        used += found

    assert set(used) == set(document(PLAYS)["placeholders"])


def test_an_unheard_person_is_given_no_phase():
    for play in document(PLAYS)["phases"]:
        names = placeholders(json.dumps(play["observation"]["en"]))
        heard = {"phase", "percent", "days", "signals"}
        expected = heard if play["case"] == "heard" else {"joined"}
        assert set(names) == {"person", "role"} | expected, play["code"]


# Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_gives_a_buyer_a_sex(language):
    assert offenders(GENDERED[language], language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_pushes(language):
    assert offenders(PUSHING, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_typing_is_clean(language):
    # A doubled space, a space before a comma or full stop, a straight or curly slip.
    assert offenders(r"  | [,.]|,,|\.\.|[\u2019\u2018]", language) == []


def test_french_has_its_unbreakable_spaces():
    assert offenders(r"(?<![\u00a0\u202f])[:;?!»%]|«(?![\u00a0\u202f])", "fr") == []
    assert offenders(r"[“”\"]|\d \d{3}\b", "fr") == []


def test_french_never_needs_an_elision_before_a_name():
    word = r"\b(de|que|le|la|se|ne|me|te|je|ce|lorsque|puisque|parce que|jusque)"

    assert offenders(rf"{word} \{{(person|role|phase|signals)\}}", "fr") == []


@pytest.mark.parametrize("language", ["en", "nl"])
def test_english_and_dutch_have_no_french_spaces_or_quotation_marks(language):
    assert offenders(r"\s[:;?!%]|[«»]|[\u00a0\u202f]", language) == []


def test_quotation_marks_come_in_pairs():
    for where, texts in TRIPLES:
        for text in texts.values():
            assert text.count("“") == text.count("”"), where
            assert text.count("«") == text.count("»"), where


def test_sentences_end_and_catalogue_definitions_do_not():
    for where, texts in TRIPLES:
        if re.search(r"name(/\d+)?$", where):
            continue
        is_definition = where.startswith(TABLES) and where.endswith("definition")
        for text in texts.values():
            ends = re.search(r"[.?!…](\s?[”»])?$|[”»]\.$", text) is not None
            assert ends != is_definition, (where, text)
