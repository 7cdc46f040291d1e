"""Two that are one: everything that hangs on either hangs on the one that stays."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection

from accounts.models import AuditEvent, Membership, MergedRow, SearchToken, Workspace
from accounts.models.base import StaleVersion
from accounts.tenancy import inside
from coaching.models import HelpRequest, Prompt, Symptom
from opportunities.actions import create_company
from opportunities.models import Company, Opportunity, RecomputeRequest
from readiness.actions.human import confirm_phase, override_phase
from readiness.models import (
    PhaseConfirmation,
    PhaseOverride,
    PhaseReading,
    SellerActionTarget,
    Signal,
)
from stakeholders.actions.merging import (
    CannotMerge,
    SameRow,
    merge_companies,
    merge_people,
)
from stakeholders.actions.people import (
    add_stakeholder,
    create_person,
    leave,
    link_influence,
    set_roles,
)
from stakeholders.models import (
    DecisionDate,
    DistinctPair,
    InfluenceLink,
    Interaction,
    OutcomeReview,
    Participation,
    Person,
    Quote,
    ReviewedPhase,
    RoleHeld,
    Stakeholder,
    Task,
)
from tests.factories import DAY, NOW, create_opportunity, give_defaults
from tests.recompute.build import JOINED, days_ago, last_reading, make, open_deal, say

pytestmark = pytest.mark.django_db

CODES = ("B01", "B03", "B05", "B07", "B10", "B12")


def sit(person: Person, deal: Opportunity, **fields: Any) -> Stakeholder:
    values: dict[str, Any] = {"joined_on": JOINED, "roles": ["champion"]} | fields
    return add_stakeholder(
        opportunity=deal, person=person, by=deal.owner, now=NOW, **values
    )


def two(by: Membership) -> tuple[Person, Person]:
    kept, gone = (
        create_person(name=name, email="karel@delta.be", by=by, now=NOW)
        for name in ("Karel Maes", "K. Maes")
    )
    return kept, gone


def merge(kept: Person, gone: Person, by: Membership | None, **values: Any) -> Person:
    return merge_people(kept=kept, gone=gone, values=values, by=by, now=NOW)


# --- every fact is kept --------------------------------------------------------------


def live(deals: list[Opportunity], kept: Person, gone: Person, rng: Random) -> None:
    """What may happen to two people in some deals, in any order."""
    for deal in deals:
        other = sit(
            create_person(name="Mia", by=deal.owner, now=NOW),
            deal,
            roles=["economic_buyer"],
        )
        who = rng.sample([kept, gone], k=rng.randint(1, 2))
        for person in who:
            mine = sit(
                person,
                deal,
                joined_on=JOINED + timedelta(days=rng.randint(0, 9)),
                roles=rng.sample(["champion", "user_buyer", "influencer"], k=2),
                influence=rng.choice(["", "low", "high"]),
                goals=rng.choice(["", "Fewer stops", "Less waste"]),
            )
            for _time in range(rng.randint(1, 4)):
                say(mine, *rng.sample(CODES, k=2), at=days_ago(rng.randint(1, 80)))
            if rng.random() < 0.7:
                confirm_phase(
                    stakeholder=mine,
                    anchor="criteria",
                    confirmed_at=days_ago(rng.randint(1, 30)),
                    by=deal.owner,
                    now=NOW,
                )
            override_phase(
                stakeholder=mine,
                anchor="resolve",
                reason="They asked for a plan.",
                set_at=NOW,
                today=DAY,
                by=deal.owner,
                now=NOW,
            )
            hang(mine, other, rng)
        make(deal)


def hang(mine: Stakeholder, other: Stakeholder, rng: Random) -> None:
    deal, fact = mine.opportunity, {"logged_at": NOW}
    Task.objects.create(opportunity=deal, stakeholder=mine, title="Call")
    DecisionDate.objects.create(
        opportunity=deal, set_at=NOW, decision_on=DAY, moved_by=mine, **fact
    )
    number = Quote.objects.filter(opportunity=deal).count() + 1
    Quote.objects.create(
        opportunity=deal,
        number=number,
        sent_on=DAY,
        total=1,
        currency="EUR",
        addressed_to=mine,
        **fact,
    )
    review = OutcomeReview.objects.create(
        opportunity=deal, reviewed_on=DAY, stopped_by=mine, **fact
    )
    ReviewedPhase.objects.create(review=review, stakeholder=mine, anchor="criteria")
    HelpRequest.objects.create(
        opportunity=deal,
        stakeholder=mine,
        question="Whom?",
        asked_by=deal.owner,
        asked_at=NOW,
    )
    giver, taker = rng.sample([mine, other], k=2)
    link_influence(
        giver=giver,
        taker=taker,
        strength=rng.choice(["low", "high"]),
        by=deal.owner,
        now=NOW,
    )


SEAT = ("stakeholder__opportunity__name", "stakeholder__person__name")
DEAL = ("opportunity__name",)
# What must be there afterwards as before, by the names of deal and person.
KEPT: dict[type, tuple[str, ...]] = {
    Signal: (*SEAT, "code", "occurred_at", "interaction_id", "lineage_id", "logged_at"),
    PhaseConfirmation: (*SEAT, "anchor", "confirmed_at", "lineage_id"),
    PhaseOverride: (*SEAT, "anchor", "reason", "lineage_id"),
    Participation: (*SEAT, "interaction_id"),
    HelpRequest: (*SEAT, "question"),
    Task: (*SEAT, "title"),
    ReviewedPhase: (*SEAT, "review_id", "anchor"),
    DecisionDate: (*DEAL, "moved_by__person__name", "lineage_id"),
    Quote: (*DEAL, "addressed_to__person__name", "number", "lineage_id"),
    OutcomeReview: (*DEAL, "stopped_by__person__name", "lineage_id"),
    Interaction: (*DEAL, "occurred_at", "lineage_id"),
}


def facts(*, called: dict[str, str]) -> dict[type, Counter[Any]]:
    return {
        model: Counter(
            tuple(called.get(str(cell), cell) for cell in row)
            for row in model.objects.values_list(*fields)  # type: ignore[attr-defined]
        )
        for model, fields in KEPT.items()
    }


def role_days() -> set[tuple[str, str, str, date]]:
    """Each role on each day of the first weeks, by deal and person."""
    days = [JOINED + timedelta(days=n) for n in range(120)]
    return {
        (row.stakeholder.opportunity.name, str(row.stakeholder), row.role, day)
        for row in RoleHeld.objects.select_related(
            "stakeholder__opportunity", "stakeholder__person"
        )
        for day in days
        if row.held_from_on <= day
        and (row.held_until_on is None or day < row.held_until_on)
    }


@pytest.mark.parametrize("seed", range(8))
def test_every_fact_is_kept(alice: Membership, seed: int):
    give_defaults()
    rng = Random(seed)
    kept, gone = two(alice)
    deals = [open_deal(owner=alice, name=f"Deal {n}") for n in range(3)]
    live(deals, kept, gone, rng)
    before = facts(called={gone.name: kept.name})
    roles = {
        (deal, kept.name if who == gone.name else who, role, day)
        for deal, who, role, day in role_days()
    }
    believed = PhaseReading.objects.count()
    listens = {
        tuple(kept.name if name == gone.name else name for name in pair)
        for pair in InfluenceLink.objects.values_list(
            "giver__person__name", "taker__person__name"
        )
    }

    merge(kept, gone, alice)

    assert facts(called={}) == before
    assert role_days() == roles
    assert PhaseReading.objects.count() == believed
    assert (
        set(
            InfluenceLink.objects.values_list(
                "giver__person__name", "taker__person__name"
            )
        )
        == listens
    )
    assert not Person.objects.filter(pk=gone.pk).exists()
    assert not Stakeholder._base_manager.filter(person=gone).exists()
    for deal in deals:
        assert Stakeholder.objects.filter(opportunity=deal, person=kept).count() == 1


@pytest.mark.parametrize("seed", range(4))
def test_the_reading_is_that_of_everything_heard_from_one(alice: Membership, seed: int):
    give_defaults()
    rng = Random(100 + seed)
    kept, gone = two(alice)
    both, one = (open_deal(owner=alice, name=name) for name in ("Both", "One"))
    seats = [sit(kept, both, joined_on=JOINED + timedelta(days=4)), sit(gone, both)]
    alone = sit(create_person(name="Karel", by=alice, now=NOW), one)
    for _time in range(9):
        codes, at = rng.sample(CODES, k=2), days_ago(rng.randint(1, 90))
        say(rng.choice(seats), *codes, at=at)
        say(alone, *codes, at=at)
    for deal in (both, one):
        make(deal)

    merge(kept, gone, alice)
    make(both)

    mine, theirs = last_reading(seats[0]), last_reading(alone)
    assert mine.probabilities == theirs.probabilities
    assert mine.stance_probability == theirs.stance_probability
    assert mine.signal_count == theirs.signal_count == 18
    assert mine.inputs_hash == theirs.inputs_hash


# --- one seat of two -----------------------------------------------------------------


def test_two_seats_become_one_that_is_there_as_long_as_either(alice: Membership):
    give_defaults()
    kept, gone = two(alice)
    deal = open_deal(owner=alice)
    mine = sit(kept, deal, joined_on=JOINED + timedelta(days=5), goals="Fewer stops")
    theirs = sit(gone, deal, influence="high", goals="Less waste")
    leave(stakeholder=mine, left_on=DAY, by=alice, now=NOW)

    merge(kept, gone, alice)

    (seat,) = Stakeholder.objects.filter(opportunity=deal)
    assert seat.pk == mine.pk
    assert (seat.joined_on, seat.left_on, seat.influence) == (JOINED, None, "high")
    assert seat.goals == "Fewer stops\n\nLess waste"
    assert MergedRow.objects.heir_of(Stakeholder, theirs.pk) == mine.pk


def test_a_role_both_held_is_held_once_and_comes_first(alice: Membership):
    give_defaults()
    kept, gone = two(alice)
    deal = open_deal(owner=alice)
    mine = sit(kept, deal, joined_on=JOINED + timedelta(days=5))
    theirs = sit(gone, deal, roles=["user_buyer", "champion"])
    set_roles(stakeholder=theirs, roles=["champion"], from_on=DAY, by=alice, now=NOW)

    merge(kept, gone, alice)

    rows = RoleHeld.objects.filter(stakeholder=mine).order_by("position")
    assert list(rows.values_list("role", "held_from_on", "held_until_on")) == [
        ("champion", JOINED, None),
        ("user_buyer", JOINED, DAY),
    ]


def test_an_action_for_both_was_for_one(alice: Membership):
    give_defaults()
    kept, gone = two(alice)
    deal = open_deal(owner=alice)
    mine, theirs = sit(kept, deal), sit(gone, deal)
    talk = say(mine, "B03", at=days_ago(3))
    Participation.objects.create(interaction=talk, stakeholder=theirs)
    action = talk.seller_actions.create(code="A01", logged_at=NOW)
    for each in (mine, theirs):
        SellerActionTarget.objects.create(action=action, stakeholder=each)

    merge(kept, gone, alice)

    assert [row.stakeholder_id for row in action.targets.all()] == [mine.pk]
    assert [row.stakeholder_id for row in talk.participations.all()] == [mine.pk]


def test_advice_and_symptoms_of_the_seat_that_goes_are_not_left_open(
    alice: Membership,
):
    give_defaults()
    kept, gone = two(alice)
    deal = open_deal(owner=alice)
    mine, theirs = sit(kept, deal), sit(gone, deal)
    for each in (mine, theirs):
        say(each, "B03", at=days_ago(3))
    make(deal)

    merge(kept, gone, alice)
    make(deal)

    assert not Prompt.objects.filter(stakeholder=theirs, closed_at=None).exists()
    assert not Symptom.objects.filter(stakeholder=theirs, closed_at=None).exists()


def test_what_was_logged_in_the_moment_of_the_merge_is_not_lost(alice: Membership):
    give_defaults()
    kept, gone = two(alice)
    deal = open_deal(owner=alice)
    mine, theirs = sit(kept, deal), sit(gone, deal)
    merge(kept, gone, alice)

    talk = say(theirs, "B03", at=days_ago(1))  # by a form that was opened before
    make(deal)

    assert Signal.objects.get(interaction=talk).stakeholder_id == mine.pk
    assert last_reading(mine).signal_count == 1


def test_three_that_are_one_are_merged_one_after_the_other(alice: Membership):
    give_defaults()
    kept, gone = two(alice)
    first = create_person(name="Carel Maes", by=alice, now=NOW)
    deal = open_deal(owner=alice)
    seats = [sit(person, deal) for person in (first, gone, kept)]
    for each in seats:
        say(each, "B03", at=days_ago(3))

    merge(gone, first, alice)
    gone.refresh_from_db()
    merge(kept, gone, alice)

    assert Signal.objects.filter(stakeholder=seats[2]).count() == 3
    assert MergedRow.objects.heir_of(Person, first.pk) == kept.pk
    assert MergedRow.objects.heir_of(Stakeholder, seats[0].pk) == seats[2].pk


# --- what stays, what is found, what is written down ---------------------------------


def test_the_fields_that_were_chosen_stay(alice: Membership):
    kept, gone = two(alice)

    merge(kept, gone, alice, name="K. Maes", phone="+32 9 000 00 00")

    kept.refresh_from_db()
    assert (kept.name, kept.phone, kept.version) == ("K. Maes", "+32 9 000 00 00", 2)
    found = SearchToken.objects.filter(kind="person").values_list("object_id", "token")
    assert {pk for pk, _word in found} == {kept.pk}
    assert "k" in {word for _pk, word in found}


def test_both_names_elsewhere_lead_to_the_one_that_stays(alice: Membership):
    kept, gone = two(alice)
    Person.objects.filter(pk=kept.pk).update(source="crm", external_id="p1")
    Person.objects.filter(pk=gone.pk).update(source="crm", external_id="p2")
    kept.refresh_from_db()
    gone.refresh_from_db()

    merge(kept, gone, alice)

    called = {"source": "crm", "external_id": "p2"}
    assert (kept.source, kept.external_id) == ("crm", "p1")
    assert MergedRow.objects.heir_called(Person, **called) == kept.pk


def test_one_without_a_name_elsewhere_takes_the_other_ones(alice: Membership):
    kept, gone = two(alice)
    Person.objects.filter(pk=gone.pk).update(source="crm", external_id="p2")
    gone.refresh_from_db()

    merge(kept, gone, alice)

    kept.refresh_from_db()
    assert (kept.source, kept.external_id) == ("crm", "p2")


def test_a_merge_is_written_down_with_what_was_known_of_the_other(alice: Membership):
    kept, gone = two(alice)

    merge(kept, gone, alice, name="K. Maes")

    event = AuditEvent.objects.get(verb="person.merged")
    assert event.subject_id == kept.pk
    assert event.before == {
        "name": "Karel Maes",
        "merged": {
            "id": str(gone.pk),
            "name": "K. Maes",
            "email": "karel@delta.be",
        },
    }
    assert event.after == {"name": "K. Maes"}


def test_the_deals_of_the_one_that_goes_are_computed_again(alice: Membership):
    give_defaults()
    kept, gone = two(alice)
    mine, theirs = (open_deal(owner=alice, name=name) for name in ("Mine", "Theirs"))
    sit(kept, mine)
    sit(gone, theirs)
    RecomputeRequest.objects.all().delete()

    merge(kept, gone, alice)

    asked = RecomputeRequest.objects.values_list("opportunity_id", flat=True)
    assert set(asked) == {theirs.pk}


def test_who_is_told_apart_from_the_one_that_goes_is_from_the_other(
    alice: Membership,
):
    kept, gone = two(alice)
    mia = create_person(name="Mia", by=alice, now=NOW)
    for other in (kept, mia):
        first, second = sorted([gone.pk, other.pk])
        DistinctPair.objects.create(
            kind="person", first_id=first, second_id=second, said_at=NOW
        )

    merge(kept, gone, alice)

    (pair,) = DistinctPair.objects.all()
    assert {pair.first_id, pair.second_id} == {kept.pk, mia.pk}


# --- refused, and then nothing of it -------------------------------------------------


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())  # type: ignore[attr-defined]
        for model in (*KEPT, Person, Stakeholder, RoleHeld, InfluenceLink, MergedRow)
    ]


def test_who_took_over_from_the_other_is_another_person(alice: Membership):
    give_defaults()
    kept, gone = two(alice)
    shared, deal = open_deal(owner=alice, name="First"), open_deal(owner=alice)
    sit(kept, shared)
    say(sit(gone, shared), "B03", at=days_ago(3))
    mine, theirs = sit(kept, deal), sit(gone, deal)
    leave(stakeholder=theirs, left_on=DAY, successor=mine, by=alice, now=NOW)
    before = everything()

    with pytest.raises(CannotMerge) as refusal:
        merge(kept, gone, alice)

    assert str(refusal.value) == (
        "In the deal “Planning” one of them took over from the other: there they are"
        " two people."
    )
    assert everything() == before


def test_who_listens_to_the_other_is_another_person(alice: Membership):
    give_defaults()
    kept, gone = two(alice)
    deal = open_deal(owner=alice)
    link_influence(
        giver=sit(gone, deal), taker=sit(kept, deal), strength="low", by=alice, now=NOW
    )
    before = everything()

    with pytest.raises(CannotMerge, match="“Planning” one of them listens"):
        merge(kept, gone, alice)

    assert everything() == before


def test_seats_in_a_deal_one_does_not_see_are_not_merged(
    alice: Membership, bob: Membership, ours: Workspace
):
    give_defaults()
    kept, gone = two(alice)
    deal = open_deal(owner=alice)
    sit(kept, deal)
    sit(gone, deal)
    Workspace.objects.filter(pk=ours.pk).update(rep_visibility="own")
    bob.workspace.refresh_from_db()
    before = everything()

    with pytest.raises(CannotMerge, match="a deal that you do not see"):
        merge(kept, gone, bob)

    assert everything() == before


def test_nobody_is_merged_with_themselves(alice: Membership):
    kept, _gone = two(alice)

    with pytest.raises(SameRow):
        merge(kept, kept, alice)


def test_what_somebody_else_changed_meanwhile_is_looked_at_again(alice: Membership):
    kept, gone = two(alice)
    Person.objects.filter(pk=gone.pk).update(version=2)

    with pytest.raises(StaleVersion):
        merge(kept, gone, alice)

    assert Person.objects.filter(pk=gone.pk).exists()


def test_one_of_another_workspace_is_not_there(alice: Membership, charlie: Membership):
    kept, _gone = two(alice)
    with inside(connection, charlie.workspace_id):
        theirs = create_person(name="Karel Maes", by=charlie, now=NOW)

    with pytest.raises(StaleVersion):
        merge(kept, theirs, alice)


# --- companies -----------------------------------------------------------------------


def test_a_company_takes_over_people_and_deals(alice: Membership):
    kept = create_company(name="Delta", domain="delta.be", by=alice, now=NOW)
    gone = create_company(name="Delta NV", country="BE", by=alice, now=NOW)
    deal = create_opportunity(owner=alice, company=gone)
    person = create_person(name="Karel", company=gone, by=alice, now=NOW)

    merge_companies(kept=kept, gone=gone, values={"country": "BE"}, by=alice, now=NOW)

    deal.refresh_from_db()
    person.refresh_from_db()
    kept.refresh_from_db()
    assert (deal.company_id, person.company_id) == (kept.pk, kept.pk)
    assert (kept.name, kept.domain, kept.country) == ("Delta", "delta.be", "BE")
    assert not Company.objects.filter(pk=gone.pk).exists()
    assert RecomputeRequest.objects.filter(opportunity_id=deal.pk).exists()
    assert AuditEvent.objects.get(verb="company.merged").subject_id == kept.pk


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Delta N.V.", "delta"),
        ("Société Générale", "SOCIETE GENERALE S.A."),
        ("Müller & Söhne GmbH", "Muller Sohne"),
    ],
)
def test_a_company_by_any_spelling_has_one_key(db: None, one: str, other: str):
    keys = [Company.objects.create(name=name).name_key for name in (one, other)]

    assert keys[0] == keys[1] != ""


@pytest.mark.parametrize(
    ("one", "other"), [("Maes, Karel", "karel  MAES"), ("Zoë Nolf", "Zoe-Nolf")]
)
def test_a_person_by_any_spelling_has_one_key(db: None, one: str, other: str):
    keys = [Person.objects.create(name=name).name_key for name in (one, other)]

    assert keys[0] == keys[1]


def test_a_domain_is_what_stands_behind_the_address(db: None):
    spellings = ("delta.be", "https://www.Delta.be/nl?x=1", "www.delta.be:443")
    rows = [Company.objects.create(name="x", domain=domain) for domain in spellings]

    assert {row.domain_key for row in rows} == {"delta.be"}
