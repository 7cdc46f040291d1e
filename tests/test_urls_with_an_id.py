"""A stranger's row and a missing one look the same, at every address with an id."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from uuid_utils.compat import uuid7

from accounts.actions.keys import create_api_key
from accounts.models import ApiKey, Membership, TeamMember, TeamPart, Workspace
from accounts.tenancy import inside
from coaching.models import Play, Prompt
from forecasting.models import Target
from integrations.models import ImportRun
from opportunities.models import ExchangeRate, Opportunity
from readiness.models import PhaseConfirmation, PhaseOverride, Signal
from stakeholders.models import (
    DecisionDate,
    Interaction,
    Person,
    Quote,
    Stakeholder,
    Task,
)
from tests.factories import (
    DAY,
    NOW,
    create_company,
    create_membership,
    create_opportunity,
    create_team,
)
from tests.urls import Door, our_doors


def create_place() -> TeamMember:
    return TeamMember.objects.create(
        team=create_team(), membership=create_membership(), part=TeamPart.MEMBER
    )


def create_deal() -> Opportunity:
    return create_opportunity(owner=create_membership())


def create_seat() -> Stakeholder:
    person = create_person()
    return Stakeholder.objects.create(
        opportunity=create_deal(), person=person, joined_on=DAY
    )


def create_person() -> Person:
    return Person.objects.create(name="Karel Maes")


def create_interaction() -> Interaction:
    return Interaction.objects.create(
        opportunity=create_deal(), occurred_at=NOW, channel="call", logged_at=NOW
    )


def create_signal() -> Signal:
    seat = create_seat()
    interaction = Interaction.objects.create(
        opportunity=seat.opportunity, occurred_at=NOW, channel="call", logged_at=NOW
    )
    return Signal.objects.create(
        interaction=interaction,
        stakeholder=seat,
        code="B03",
        occurred_at=NOW,
        logged_at=NOW,
    )


def create_decision_date() -> DecisionDate:
    return DecisionDate.objects.create(
        opportunity=create_deal(), set_at=NOW, decision_on=DAY, logged_at=NOW
    )


def create_quote() -> Quote:
    return Quote.objects.create(
        opportunity=create_deal(),
        number=1,
        sent_on=DAY,
        total=1,
        currency="EUR",
        logged_at=NOW,
    )


def create_override() -> PhaseOverride:
    return PhaseOverride.objects.create(
        stakeholder=create_seat(), anchor="criteria", set_at=NOW, logged_at=NOW
    )


def create_confirmation() -> PhaseConfirmation:
    return PhaseConfirmation.objects.create(
        stakeholder=create_seat(), anchor="criteria", confirmed_at=NOW, logged_at=NOW
    )


def create_task() -> Task:
    return Task.objects.create(opportunity=create_deal(), title="Send the draft")


def create_prompt() -> Prompt:
    return Prompt.objects.create(
        opportunity=create_deal(),
        play=Play.objects.create(code="x", situation="constraint"),
        evidence_hash="x",
        opened_at=NOW,
    )


def create_import() -> ImportRun:
    return ImportRun.objects.create(source="deals.csv", digest="x", started_at=NOW)


def create_rate() -> ExchangeRate:
    return ExchangeRate.objects.create(valid_on=DAY, currency="USD", base="EUR", rate=1)


def create_target() -> Target:
    return Target.objects.create(starts_on=DAY, ends_on=DAY, amount=1, currency="EUR")


def create_key() -> ApiKey:
    member = create_membership()
    key, _secret = create_api_key(
        name="x", scopes=["me:read"], membership=member, by=member, now=NOW
    )
    return key


# A row the address could be about, made in the open workspace.
FOREIGN: dict[str, Callable[[], Any]] = {
    "accounts:member": create_membership,
    "accounts:member-edit": create_membership,
    "accounts:member-suspend": create_membership,
    "accounts:member-reinstate": create_membership,
    "accounts:member-invite": create_membership,
    "accounts:member-withdraw": create_membership,
    "accounts:member-remove": create_membership,
    "accounts:team": create_team,
    "accounts:team-edit": create_team,
    "accounts:team-delete": create_team,
    "accounts:team-place": create_team,
    "accounts:team-attach": create_team,
    "accounts:team-leave": create_place,
    "readiness:log": create_deal,
    "readiness:log-draft": create_deal,
    "readiness:log-discard": create_deal,
    "readiness:decision-date-new": create_deal,
    "readiness:quote-new": create_deal,
    "readiness:opportunity-close": create_deal,
    "stakeholders:stakeholder-new": create_deal,
    "stakeholders:purchase-file": create_deal,
    "stakeholders:opportunity-reopen": create_deal,
    "stakeholders:task-new": create_deal,
    "opportunities:opportunity-edit": create_deal,
    "opportunities:opportunity-hand-over": create_deal,
    "opportunities:opportunity-retract": create_deal,
    "coaching:opportunity": create_deal,
    "coaching:moved": create_deal,
    "readiness:stakeholder": create_seat,
    "readiness:stakeholder-leave": create_seat,
    "readiness:override": create_seat,
    "readiness:confirm": create_seat,
    "stakeholders:stakeholder-edit": create_seat,
    "readiness:interaction-edit": create_interaction,
    "readiness:interaction-retract": create_interaction,
    "readiness:signal-retract": create_signal,
    "readiness:decision-date-retract": create_decision_date,
    "readiness:quote-retract": create_quote,
    "readiness:override-end": create_override,
    "readiness:confirmation-retract": create_confirmation,
    "readiness:person": create_person,
    "stakeholders:person-edit": create_person,
    "stakeholders:task-edit": create_task,
    "stakeholders:task-done": create_task,
    "stakeholders:task-undo": create_task,
    "opportunities:company-edit": create_company,
    "forecasting:company": create_company,
    "forecasting:rate-retract": create_rate,
    "forecasting:target-edit": create_target,
    "forecasting:target-remove": create_target,
    "coaching:prompt-answer": create_prompt,
    "integrations:import-run": create_import,
    "integrations:import-mapping": create_import,
    "integrations:import-commit": create_import,
    "integrations:import-discard": create_import,
    "integrations:import-refused": create_import,
    "accounts:api-key-revoke": create_key,
}

# Who may not see the deal sees nothing that hangs on it.
ON_A_DEAL: set[Callable[[], Any] | None] = {
    *(create_deal, create_seat, create_interaction, create_signal, create_task),
    *(create_decision_date, create_quote, create_override, create_confirmation),
    create_prompt,
}

with_id = pytest.mark.parametrize(
    "door", [door for door in our_doors() if door.has_id], ids=lambda door: door.name
)


def test_every_url_with_an_id_is_listed():
    assert {door.name for door in our_doors() if door.has_id} == set(FOREIGN)


@with_id
@pytest.mark.django_db
def test_it_answers_for_a_row_of_ours(
    client: Any, alice: Membership, ours: Workspace, door: Door
):
    client.force_login(alice.user)

    response = ask(client, door, slug="ours", id=FOREIGN[door.name]().pk)

    assert response.status_code in {200, 204, 302, 303, 409, 422}


@with_id
@pytest.mark.django_db
def test_a_foreign_row_and_a_missing_one_get_the_same_bytes(
    client: Any, alice: Membership, charlie: Membership, door: Door
):
    with inside(connection, charlie.workspace_id):
        foreign = FOREIGN[door.name]().pk
    client.force_login(alice.user)

    answers = [ask(client, door, slug="ours", id=id) for id in (foreign, uuid7())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@with_id
@pytest.mark.django_db
def test_a_stranger_learns_nothing(
    client: Any, alice: Membership, charlie: Membership, door: Door
):
    row = FOREIGN[door.name]().pk
    client.force_login(charlie.user)

    answers = [
        ask(client, door, slug=slug, id=id)
        for slug, id in [("ours", row), ("ours", uuid7()), ("nowhere", row)]
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    "door",
    [door for door in our_doors() if FOREIGN.get(door.name) in ON_A_DEAL],
    ids=lambda door: door.name,
)
@pytest.mark.django_db
def test_what_hangs_on_a_deal_one_may_not_see_is_missing(
    client: Any, bob: Membership, ours: Workspace, door: Door
):
    row = FOREIGN[door.name]()
    ours.rep_visibility = "own"
    ours.save(update_fields=["rep_visibility"])
    client.force_login(bob.user)

    answers = [ask(client, door, slug="ours", id=id) for id in (row.pk, uuid7())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def ask(client: Any, door: Door, *, slug: str, id: Any) -> Any:
    """GET the address, or POST where only that is answered."""
    is_page = door.is_a_page
    address = reverse(
        door.name, kwargs={"slug": slug, "id": id} if is_page else {"id": id}
    )
    headers = {} if is_page else {"X-Workspace": slug}
    response = client.get(address, headers=headers)
    if response.status_code == 405:
        response = client.post(address, headers=headers)
    return response
