"""Planted histories: what must raise each symptom, what must not, and what it is read as."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.engine.facts import (
    Acted,
    Contact,
    DateSet,
    Facts,
    HumanReading,
    QuoteSent,
    Signalled,
)
from coaching.engine.symptoms import Symptom, Thresholds, symptoms_of

TODAY = 1_000.0


def at(phase: int, share: float = 0.82) -> tuple[float, ...]:
    """π with most of it in one phase, from 0."""
    rest = (1 - share) / 6
    return tuple(share if k == phase else rest for k in range(7))


def contact(key: str = "anna", phase: int = 0, **fields: Any) -> Contact:
    return Contact(key, at(phase), **{"heard": 3, "silent_days": 4.0} | fields)


def said(*codes: str, person: str = "anna", day: float = 990.0) -> list[Signalled]:
    return [
        Signalled(f"{code}-{person}-{day + place}", code, person, day + place)
        for place, code in enumerate(codes)
    ]


def dates(*days: float, linked: tuple[int, ...] = (), by: str = "anna"):
    """Set ten days apart from day 900 on; the first belongs to nobody."""
    return [
        DateSet(f"d{n}", 900.0 + 10 * n, day, n in linked, by if n else "")
        for n, day in enumerate(days)
    ]


def quotes(*changes: str) -> list[QuoteSent]:
    return [QuoteSent(f"q{n}", 900.0 + n, change) for n, change in enumerate(changes)]


def found(symptom: Symptom, **facts: Any):
    told: dict[str, Any] = {"today": TODAY, "contacts": [contact()]} | facts
    return [f for f in symptoms_of(Facts(**told)) if f.symptom == symptom]


class TestDatesPushed:
    def test_two_pushes_without_an_event(self):
        (one,) = found(Symptom.DATES_PUSHED, dates=dates(1_000, 1_010, 1_020))

        assert one.rows == ("d1", "d2")
        assert one.people == ("anna",)

    @pytest.mark.parametrize(
        "moves",
        [
            dates(1_000),
            dates(1_000, 1_010),
            dates(1_000, 1_010, 1_020, linked=(2,)),
            dates(1_020, 1_010, 1_000),
        ],
        ids=["none", "one short push", "one of two is explained", "pulled in"],
    )
    def test_less_is_nothing(self, moves):
        assert found(Symptom.DATES_PUSHED, dates=moves) == []

    def test_one_push_by_more_than_half_of_the_lead_time(self):
        assert found(Symptom.DATES_PUSHED, dates=dates(1_000, 1_051))
        assert not found(Symptom.DATES_PUSHED, dates=dates(1_000, 1_050))

    @pytest.mark.parametrize(
        ("phase", "reading"),
        [
            (0, "status_quo_stall"),
            (1, "status_quo_stall"),
            (5, "indecision_stall"),
            (3, "unclear"),
        ],
    )
    def test_what_a_push_means_depends_on_where_the_mover_is(self, phase, reading):
        (one,) = found(
            Symptom.DATES_PUSHED,
            contacts=[contact(phase=phase)],
            dates=dates(1_000, 1_010, 1_020),
        )

        assert one.reading == reading

    def test_a_reason_with_a_date_is_honest(self):
        (one,) = found(
            Symptom.DATES_PUSHED,
            dates=dates(1_000, 1_010, 1_020),
            signals=said("B34", day=921),
        )

        assert one.reading == "honest_delay"

    def test_what_we_moved_ourselves_is_ours(self):
        (one,) = found(
            Symptom.DATES_PUSHED, dates=dates(1_000, 1_010, 1_020, by="seller")
        )

        assert one.reading == "seller_caused"


class TestProbingDodged:
    def asked(self, count: int, *, since: float = 970.0) -> list[Acted]:
        return [Acted(f"a{n}", "A01", ("anna",), since + n) for n in range(count)]

    def test_two_questions_and_a_dodge(self):
        (one,) = found(
            Symptom.PROBING_DODGED, actions=self.asked(2), signals=said("B02")
        )

        assert one.people == ("anna",)
        assert one.rows == ("a0", "a1", "B02-anna-990.0")

    @pytest.mark.parametrize("answer", ["B03", "B04", "B13"])
    def test_an_answer_ends_it(self, answer):
        signals = said("B02", answer)

        assert not found(Symptom.PROBING_DODGED, actions=self.asked(2), signals=signals)

    def test_it_may_begin_again_after_an_answer(self):
        assert found(
            Symptom.PROBING_DODGED,
            actions=self.asked(2),
            signals=[*said("B03", day=960), *said("B02")],
        )

    def test_one_question_or_no_dodge_is_nothing(self):
        assert not found(
            Symptom.PROBING_DODGED, actions=self.asked(1), signals=said("B02")
        )
        assert not found(Symptom.PROBING_DODGED, actions=self.asked(5))

    @pytest.mark.claim(2)
    @pytest.mark.parametrize(
        ("phases", "reading"),
        [
            (at(0), "too_early"),
            (at(4), "too_late"),
            (at(6), "too_late"),
            (at(2), "no_trust_or_wrong_person"),
        ],
    )
    def test_two_readings_of_the_same_dodge(self, phases, reading):
        (one,) = found(
            Symptom.PROBING_DODGED,
            contacts=[replace(contact(), phases=phases)],
            actions=self.asked(2),
            signals=said("B02"),
        )

        assert one.reading == reading

    def test_who_dodges_again_and_never_answers_is_not_read_by_their_phase_alone(self):
        past = [replace(contact(), phases=(0, 0, 0.1, 0.2, 0.5, 0.2, 0))]

        def reading(*codes: str) -> str:
            signals = said(*codes)
            (one,) = found(
                Symptom.PROBING_DODGED,
                contacts=past,
                actions=self.asked(2),
                signals=signals,
            )
            return one.reading

        assert reading("B02") == "too_late"
        assert reading("B02", "B02") == "no_trust_or_wrong_person"


class TestContactReplaced:
    def test_little_of_the_influence_is_heard_once_somebody_reached_criteria(self):
        people = [contact(phase=3), contact("karel", heard=0)]

        assert found(Symptom.CONTACT_REPLACED, contacts=people, coverage=0.49)
        assert not found(Symptom.CONTACT_REPLACED, contacts=people, coverage=0.5)
        early = [contact(phase=1), contact("karel", heard=0)]
        assert not found(Symptom.CONTACT_REPLACED, contacts=early, coverage=0.1)

    @pytest.mark.claim(4)
    def test_one_contact_and_nobody_who_approves(self):
        assert found(Symptom.CONTACT_REPLACED)
        assert not found(Symptom.CONTACT_REPLACED, contacts=[contact(approves=True)])

    @pytest.mark.parametrize(
        ("codes", "reading"),
        [
            (["B45"], "unclear"),
            (["B15"], "planned_handover"),
            (["B45", "B46"], "hostile_takeover"),
            (["B45", "B46", "B47"], "gatekeeping"),
        ],
    )
    def test_what_the_heir_says_tells_it_apart(self, codes, reading):
        gone = contact("karel", is_active=False)
        heir = contact(heard=len(codes), replaces="karel")
        (one,) = found(
            Symptom.CONTACT_REPLACED, contacts=[gone, heir], signals=said(*codes)
        )

        assert one.reading == reading
        assert one.people == ("anna",)

    def test_nobody_takes_over_where_nobody_left(self):
        (one,) = found(Symptom.CONTACT_REPLACED, signals=said("B15", "B46"))

        assert one.reading == "unclear"

    def test_who_was_heard_since_is_not_shielded(self):
        people = [contact(), contact("karel", phase=3)]
        shields = said("B47", day=980)
        told = {"contacts": people, "coverage": 0.4}

        (one,) = found(Symptom.CONTACT_REPLACED, signals=shields, **told)
        assert one.reading == "gatekeeping"
        since = [*shields, *said("B05", person="karel", day=985)]
        (one,) = found(Symptom.CONTACT_REPLACED, signals=since, **told)
        assert one.reading == "unclear"


class TestSeveralQuotes:
    @pytest.mark.parametrize(
        ("changes", "reading"),
        [
            (["first", "scope", "scope"], "criteria_unsettled"),
            (["scope", "scope"], "criteria_unsettled"),
            (["first", "price", "price"], "doubt_dressed_as_price"),
            (["first", "scope", "price", "price"], "doubt_dressed_as_price"),
            (["first", "for_file", "for_file"], "column_fodder"),
            (["first", "first", "first"], "unclear"),
        ],
    )
    def test_versions_are_told_apart_by_what_changed(self, changes, reading):
        (one,) = found(Symptom.SEVERAL_QUOTES, quotes=quotes(*changes))

        assert one.reading == reading
        assert len(one.rows) == len(changes)

    @pytest.mark.parametrize("changes", [[], ["first"], ["first", "scope"]])
    def test_fewer_is_nothing(self, changes):
        assert not found(Symptom.SEVERAL_QUOTES, quotes=quotes(*changes))


@pytest.mark.claim(6)
class TestNoFile:
    def test_an_advanced_person_and_no_file(self):
        people = [contact(phase=4)]

        assert found(Symptom.NO_FILE, contacts=people)
        assert found(Symptom.NO_FILE, contacts=people, file_score=0.39)
        assert not found(Symptom.NO_FILE, contacts=people, file_score=0.4)
        assert not found(Symptom.NO_FILE, contacts=people, signals=said("B09"))
        assert not found(Symptom.NO_FILE, contacts=[contact(phase=3)])

    def test_a_seller_who_counts_on_it(self):
        assert found(Symptom.NO_FILE, seller_forecasts=True)

    def test_a_question_left_open_for_a_month(self):
        old, young = said("B10", day=970), said("B10", day=971)

        (one,) = found(Symptom.NO_FILE, signals=old)
        assert one.people == ("anna",)
        assert not found(Symptom.NO_FILE, signals=young)
        assert not found(Symptom.NO_FILE, signals=[*old, *said("B09", day=980)])

    def test_criteria_and_a_path_are_no_file(self):
        people, told = [contact(phase=4)], said("B08", "B13", "B14", day=980)

        assert found(Symptom.NO_FILE, contacts=people, signals=told)
        assert found(Symptom.NO_FILE, signals=[*said("B10", day=960), *told])

    def test_what_it_was(self):
        old = said("B10", day=960)

        assert found(Symptom.NO_FILE, signals=old)[0].reading == "never_a_project"
        (seen,) = found(Symptom.NO_FILE, signals=[*said("B09", day=950), *old])
        assert seen.reading == "unclear"
        much = said(*9 * ["B03"], day=950)
        (hidden,) = found(Symptom.NO_FILE, signals=[*much, *old])
        assert hidden.reading == "hidden_project"
        (open_,) = found(Symptom.NO_FILE, signals=[*much[1:], *said("B08"), *old])
        assert open_.reading == "never_a_project"
        gone = contact("karel", sponsors=True, is_active=False)
        (lost,) = found(Symptom.NO_FILE, contacts=[contact(), gone], signals=old)
        assert lost.reading == "lost_its_sponsor"


def test_steps_that_mostly_do_not_fit():
    def steps(*fits: int) -> list[Acted]:
        return [
            Acted(f"a{n}", "A03", ("anna",), 990.0, (fit,))
            for n, fit in enumerate(fits)
        ]

    (one,) = found(Symptom.SELLER_AHEAD, actions=steps(-2, -1, 2))
    assert one.rows == ("a0", "a1")
    assert not found(Symptom.SELLER_AHEAD, actions=steps(-2, 1, 2))
    assert not found(Symptom.SELLER_AHEAD, actions=steps(-2, -2))
    old = [replace(step, day=960.0) for step in steps(-2, -2, -2)]
    assert not found(Symptom.SELLER_AHEAD, actions=old)


def test_a_seller_who_hears_more_than_was_said_since():
    readings = [HumanReading("o1", "anna", 4, 980.0)]

    assert found(Symptom.HAPPY_EARS, readings=readings, signals=said("B01"))
    assert not found(Symptom.HAPPY_EARS, readings=readings)
    assert not found(
        Symptom.HAPPY_EARS,
        readings=readings,
        signals=said("B19"),
        contacts=[contact(phase=3)],
    )


def test_a_supporter_who_decided_nothing():
    friend = contact(phase=1, stance=0.8)

    assert found(Symptom.STANCE_WITHOUT_PHASE, contacts=[friend])
    assert not found(
        Symptom.STANCE_WITHOUT_PHASE, contacts=[contact(phase=3, stance=0.8)]
    )
    assert not found(Symptom.STANCE_WITHOUT_PHASE, contacts=[contact(stance=0.65)])


def test_silence_of_more_than_two_dwells():
    assert found(Symptom.STALE, contacts=[contact(silent_days=60.5)])
    assert not found(Symptom.STALE, contacts=[contact(silent_days=60)])
    assert not found(Symptom.STALE, contacts=[contact(heard=0, silent_days=None)])


def test_people_of_weight_who_are_far_apart():
    people = [contact(phase=0), contact("karel", phase=5)]

    (one,) = found(Symptom.PHASE_SPREAD, contacts=people)
    assert one.people == ("anna", "karel")
    light = [people[0], replace(people[1], weight=0.05)]
    assert not found(Symptom.PHASE_SPREAD, contacts=light)


def test_one_heard_of_several():
    people = [contact(), contact("karel", heard=0, silent_days=None)]

    assert found(Symptom.SINGLE_THREAD, contacts=people)
    assert not found(Symptom.SINGLE_THREAD)
    assert not found(Symptom.SINGLE_THREAD, contacts=[contact(), contact("karel")])


@pytest.mark.claim(37)
def test_an_approver_nobody_heard():
    boss = contact("boss", heard=0, silent_days=None, approves=True)

    assert found(Symptom.UNHEARD_APPROVER, contacts=[contact(phase=3), boss])
    assert not found(Symptom.UNHEARD_APPROVER, contacts=[contact(phase=1), boss])


def test_ten_steps_of_ours_raise_nothing_by_themselves():
    steps = [
        Acted(f"a{n}", f"A0{n % 8 + 1}", ("anna",), 980.0 + n, (1,)) for n in range(10)
    ]
    calm = Facts(today=TODAY, contacts=[contact(approves=True)])

    assert symptoms_of(replace(calm, actions=steps)) == symptoms_of(calm) == []


@given(st.permutations(dates(1_000, 1_010, 1_020, 1_005)))
def test_the_order_of_rows_says_nothing(moves):
    assert found(Symptom.DATES_PUSHED, dates=moves) == found(
        Symptom.DATES_PUSHED, dates=dates(1_000, 1_010, 1_020, 1_005)
    )


def test_a_workspace_sets_its_own_thresholds():
    facts = Facts(today=TODAY, dates=dates(1_000, 1_001, 1_002))

    assert symptoms_of(facts)
    assert not symptoms_of(facts, thresholds=Thresholds(pushes=3))
