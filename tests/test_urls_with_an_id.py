"""A stranger's row and a missing one look the same, at every address with an id."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.actions.applications import register_application
from accounts.actions.audit import record
from accounts.actions.keys import create_api_key
from accounts.models import (
    ApiKey,
    Application,
    AuditEvent,
    Membership,
    TeamMember,
    TeamPart,
    Workspace,
)
from accounts.tenancy import inside
from coaching.models import (
    CoachingNote,
    Commitment,
    HelpRequest,
    Play,
    PracticeAnswer,
    PracticeCase,
    Prompt,
    Symptom,
)
from forecasting.models import (
    CalibrationVersion,
    Forecast,
    ManagerCall,
    MapStatus,
    PeriodOutlook,
    PeriodReview,
    SavedView,
    Snapshot,
    Target,
)
from integrations.models import (
    ExportRun,
    ImportRun,
    WebhookDelivery,
    WebhookEndpoint,
)
from opportunities.models import Company, ExchangeRate, Opportunity
from readiness.actions.phase_models import copy_default_model
from readiness.models import (
    ActionType,
    Phase,
    PhaseConfirmation,
    PhaseModel,
    PhaseOverride,
    Signal,
    SignalType,
)
from stakeholders.models import (
    DecisionDate,
    InfluenceLink,
    Interaction,
    OutcomeEvent,
    OutcomeReview,
    Person,
    PurchaseFileItem,
    Quote,
    RoleHeld,
    RoleType,
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
    create_user,
    give_defaults,
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


def create_second_person() -> Person:
    """Noted twice: the later one is asked about."""
    same: dict[str, Any] = {"name": "Tina Wouters", "email": "tina@example.com"}
    return [Person.objects.create(**same) for _time in range(2)][1]


def create_second_company() -> Company:
    return [create_company(name="Echo Plastics") for _time in range(2)][1]


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


def create_play() -> Play:
    return Play.objects.create(code="y", situation="constraint", texts={"sentence": {}})


def create_prompt() -> Prompt:
    return Prompt.objects.create(
        opportunity=create_deal(),
        play=Play.objects.create(code="x", situation="constraint"),
        evidence_hash="x",
        opened_at=NOW,
    )


def create_case() -> PracticeCase:
    return PracticeCase.objects.create(
        title="x",
        language="en",
        story="x",
        why="x",
        anchor="criteria",
        signals=[{"code": "B13", "days_ago": 2}],
        written_at=NOW,
    )


def create_coached() -> Membership:
    """A member whom everybody of the open workspace coaches."""
    member, team = create_membership(), create_team()
    workspace = member.workspace
    for each in Membership.objects.of(workspace):
        part = TeamPart.MEMBER if each == member else TeamPart.COACH
        TeamMember.objects.create(team=team, membership=each, part=part)
    return member


def create_note() -> CoachingNote:
    member = create_coached()
    return CoachingNote.objects.create(
        member=member, text="x", written_by=member, written_at=NOW
    )


def create_commitment() -> Commitment:
    member = create_coached()
    return Commitment.objects.create(
        member=member, text="x", due_on=DAY, made_by=member, made_at=NOW
    )


def create_help() -> HelpRequest:
    member = create_coached()
    return HelpRequest.objects.create(
        opportunity=create_opportunity(owner=member),
        question="x",
        asked_by=member,
        asked_at=NOW,
    )


def create_import() -> ImportRun:
    return ImportRun.objects.create(source="deals.csv", digest="x", started_at=NOW)


def create_export() -> ExportRun:
    return ExportRun.objects.create(contents="people", format="csv", asked_at=NOW)


def create_fresh_export() -> ExportRun:
    """The API knows those of the last day."""
    return ExportRun.objects.create(
        contents="people", format="csv", asked_at=timezone.now()
    )


def create_webhook() -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(
        url=f"https://{uuid7()}.example.com/", events=[], secret="x", created_at=NOW
    )


def create_delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.create(
        endpoint=create_webhook(),
        event="webhook.test",
        payload={},
        created_at=NOW,
        due_at=NOW,
    )


def create_rate() -> ExchangeRate:
    return ExchangeRate.objects.create(valid_on=DAY, currency="USD", base="EUR", rate=1)


def create_target() -> Target:
    return Target.objects.create(starts_on=DAY, ends_on=DAY, amount=1, currency="EUR")


def create_view() -> SavedView:
    """One for everybody: administrators keep it in order."""
    return SavedView.objects.create(
        owner=create_membership(), name="At risk", is_for_all=True
    )


def create_called_deal() -> Opportunity:
    """A deal only managers may say something of: others are refused before any look."""
    return create_deal()


def create_call() -> ManagerCall:
    return ManagerCall.objects.create(
        starts_on=DAY,
        ends_on=DAY,
        amount=1,
        currency="EUR",
        reason="Their board meets in January.",
        logged_at=NOW,
    )


def create_key() -> ApiKey:
    member = create_membership()
    key, _secret = create_api_key(
        name="x", scopes=["me:read"], membership=member, by=member, now=NOW
    )
    return key


def create_application() -> Application:
    member = create_membership(user=create_user(email=f"{uuid7()}@example.com"))
    application, _secret = register_application(
        name="x",
        kind="service",
        redirect_uris=[],
        scopes=["me:read"],
        by=member,
        now=NOW,
    )
    return application


def create_link() -> InfluenceLink:
    giver, taker = create_seat(), create_seat()
    return InfluenceLink.objects.create(giver=giver, taker=taker)


def create_outcome() -> OutcomeEvent:
    return OutcomeEvent.objects.create(
        opportunity=create_deal(), outcome="open", happened_on=DAY, logged_at=NOW
    )


def create_held_role() -> RoleHeld:
    return RoleHeld.objects.create(
        stakeholder=create_seat(), role="user_buyer", held_from_on=DAY
    )


def create_outcome_review() -> OutcomeReview:
    return OutcomeReview.objects.create(
        opportunity=create_deal(), reviewed_on=DAY, logged_at=NOW
    )


def create_snapshot() -> Snapshot:
    deal = create_deal()
    return Snapshot.objects.create(
        opportunity=deal,
        owner=deal.owner,
        taken_on=DAY,
        starts_at=NOW,
        won=[0.1] * 79,
        lost=[0.1] * 79,
        no_decision=[0.1] * 79,
        outcome="open",
        model_version="default-1",
        map_version="1",
    )


def create_review() -> PeriodReview:
    sums = ("won_so_far", "mean", "p10", "p50", "p90")
    return PeriodReview.objects.create(
        week_starts_on=DAY,
        taken_on=DAY,
        owner=create_membership(),
        starts_on=DAY,
        ends_on=DAY,
        currency="EUR",
        open_count=0,
        without_amount_count=0,
        seed=1,
        **dict.fromkeys(sums, 1),
    )


def create_symptom() -> Symptom:
    return Symptom.objects.create(
        opportunity=create_deal(), code="S1", people=[], rows=[], opened_at=NOW
    )


def create_practice_answer() -> PracticeAnswer:
    return PracticeAnswer.objects.create(
        member=create_membership(),
        shipped="x",
        probabilities=[1 / 7] * 7,
        model_probabilities=[1 / 7] * 7,
        anchor="criteria",
        answered_at=NOW,
    )


def create_event() -> AuditEvent:
    team = create_team()
    record(verb="team.created", subject=team, by=None, at=NOW)
    return AuditEvent.objects.get(verb="team.created")


def create_file_item() -> PurchaseFileItem:
    return PurchaseFileItem.objects.create(
        opportunity=create_deal(), item=1, state="claimed", seen_on=DAY, logged_at=NOW
    )


def create_role() -> RoleType:
    return RoleType.objects.create(
        code="x", position=1, counts_as="veto", default_weight=0.5
    )


def create_model() -> PhaseModel:
    return PhaseModel.objects.create(version="x", status="active", created_at=NOW)


def create_map() -> CalibrationVersion:
    return CalibrationVersion.objects.create(
        version=f"map {CalibrationVersion.objects.count()}",
        status=MapStatus.OFFERED,
        knots=[{"days": n, "intercept": -0.8, "slope": 0.6} for n in (30, 60, 90)],
        floor=0.005,
        trials=[],
        last_seen_on=DAY,
        created_at=NOW,
    )


def create_draft() -> PhaseModel:
    """A version beside the active one, with phases of its own."""
    if not PhaseModel.objects.exists():
        give_defaults()
    base = PhaseModel.objects.earliest("created_at")
    draft = PhaseModel.objects.create(
        version=f"{PhaseModel.objects.count() + 1}",
        status="draft",
        created_at=NOW,
        parameters=base.parameters,
    )
    for rows in (Phase, SignalType, ActionType):
        for row in rows.objects.filter(model=base):
            row.pk, row.model, row._state.adding = uuid7(), draft, True
            row.save()
    return draft


def create_phase() -> Phase:
    return Phase.objects.filter(model=create_draft()).earliest("position")


def create_signal_of_a_draft() -> SignalType:
    return SignalType.objects.filter(model=create_draft()).earliest("code")


def create_action_of_a_draft() -> ActionType:
    return ActionType.objects.filter(model=create_draft()).earliest("code")


def create_signal_type() -> SignalType:
    return SignalType.objects.create(
        model=create_model(), code="B03", steps=[1], evidence_class="A"
    )


def create_reading() -> Stakeholder:
    copy_default_model(now=NOW)
    return create_seat()


def create_forecast() -> Opportunity:
    """The API calls a forecast by its opportunity."""
    deal = create_deal()
    Forecast.objects.create(
        opportunity=deal,
        computed_at=NOW,
        starts_at=NOW,
        **{name: [0.1] for name in ("won", "lost", "no_decision")},
        target_on=DAY,
        target_basis="period",
        won_by_target_probability=0.1,
        decided_probability=0.1,
        constraint_kind="veto",
        constraint_gain=0.1,
    )
    return deal


def create_period() -> PeriodOutlook:
    return PeriodOutlook.objects.create(
        owner=create_membership(),
        starts_on=DAY,
        ends_on=DAY,
        refreshed_at=NOW,
        currency="EUR",
        seed=1,
        open_count=1,
        without_amount_count=0,
        **dict.fromkeys(("won_so_far", "mean", "p10", "p50", "p90"), 1),
    )


API: dict[str, Callable[[], Any]] = {
    "api:company": create_company,
    "api:exchange-rate": create_rate,
    "api:person": create_person,
    "api:person-merge": create_person,
    "api:company-merge": create_company,
    "api:person-tell-apart": create_person,
    "api:company-tell-apart": create_company,
    "api:duplicate-person": create_second_person,
    "api:duplicate-company": create_second_company,
    "api:export": create_fresh_export,
    "api:export-file": create_fresh_export,
    "api:import": create_import,
    "api:import-check": create_import,
    "api:import-commit": create_import,
    "api:import-discard": create_import,
    "api:import-preview-undo": create_import,
    "api:import-undo": create_import,
    "api:stakeholder": create_seat,
    "api:role": create_role,
    "api:influence-link": create_link,
    "api:quote": create_quote,
    "api:decision-date": create_decision_date,
    "api:purchase-file-item": create_file_item,
    "api:outcome": create_outcome,
    "api:task": create_task,
    "api:interaction": create_interaction,
    "api:signal": create_signal,
    "api:confirmation": create_confirmation,
    "api:override": create_override,
    "api:signal-type": create_signal_of_a_draft,
    "api:phase-model": create_model,
    "api:phase-model-activate": create_draft,
    "api:phase-model-roll-back": create_draft,
    "api:phase-model-set-numbers": create_draft,
    "api:pack": create_draft,
    "api:differences": create_draft,
    "api:model-preview": create_draft,
    "api:phase": create_phase,
    "api:phase-split": create_phase,
    "api:phase-merge": create_phase,
    "api:action-type": create_action_of_a_draft,
    "api:reading": create_reading,
    "api:opportunity": create_deal,
    "api:forecast": create_forecast,
    "api:portfolio-forecast": create_period,
    "api:prompt": create_prompt,
    "api:held-role": create_held_role,
    "api:outcome-review": create_outcome_review,
    "api:task-done": create_task,
    "api:task-undo": create_task,
    "api:stakeholder-set-roles": create_seat,
    "api:stakeholder-leave": create_seat,
    "api:stakeholder-come-back": create_seat,
    "api:opportunity-close": create_deal,
    "api:opportunity-reopen": create_deal,
    "api:opportunity-hand-over": create_deal,
    "api:snapshot": create_snapshot,
    "api:period-review": create_review,
    "api:target": create_target,
    "api:call": create_call,
    "api:view": create_view,
    "api:prompt-answer": create_prompt,
    "api:symptom": create_symptom,
    "api:practice-answer": create_practice_answer,
    "api:one-to-one": create_coached,
    "api:agenda": create_coached,
    "api:commitment": create_commitment,
    "api:commitment-keep": create_commitment,
    "api:coaching-note": create_note,
    "api:coaching-note-retract": create_note,
    "api:help-request": create_help,
    "api:help-request-answer": create_help,
    "api:webhook": create_webhook,
    "api:webhook-test": create_webhook,
    "api:webhook-rotate-secret": create_webhook,
    "api:webhook-switch-on": create_webhook,
    "api:webhook-switch-off": create_webhook,
    "api:webhook-delivery": create_delivery,
    "api:webhook-delivery-replay": create_delivery,
    "api:member": create_membership,
    "api:member-suspend": create_membership,
    "api:member-reinstate": create_membership,
    "api:member-remove": create_membership,
    "api:team": create_team,
    "api:team-place": create_team,
    "api:team-attach-coach": create_team,
    "api:team-take-out": create_team,
    "api:api-key": create_key,
    "api:api-key-revoke": create_key,
    "api:audit-event": create_event,
}

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
    "readiness:model-version": create_draft,
    "readiness:model-activate": create_draft,
    "readiness:model-roll-back": create_draft,
    "readiness:model-pack": create_draft,
    "forecasting:model-preview": create_draft,
    "readiness:model-draft-new": create_draft,
    "readiness:model-edit": create_draft,
    "readiness:model-name": create_draft,
    "readiness:model-discard": create_draft,
    "readiness:model-diff": create_draft,
    "readiness:model-numbers": create_draft,
    "readiness:model-signals": create_draft,
    "readiness:signal-type-new": create_draft,
    "readiness:model-actions": create_draft,
    "readiness:action-type-new": create_draft,
    "readiness:phase": create_phase,
    "readiness:phase-split": create_phase,
    "readiness:phase-merge": create_phase,
    "readiness:signal-type": create_signal_of_a_draft,
    "readiness:signal-type-remove": create_signal_of_a_draft,
    "readiness:action-type": create_action_of_a_draft,
    "readiness:action-type-remove": create_action_of_a_draft,
    "forecasting:map-activate": create_map,
    "readiness:log": create_deal,
    "readiness:log-draft": create_deal,
    "readiness:log-discard": create_deal,
    "readiness:decision-date-new": create_deal,
    "readiness:quote-new": create_deal,
    "readiness:opportunity-close": create_deal,
    "stakeholders:stakeholder-new": create_deal,
    "stakeholders:material": create_deal,
    "stakeholders:purchase-file": create_deal,
    "stakeholders:opportunity-reopen": create_deal,
    "stakeholders:task-new": create_deal,
    "opportunities:opportunity-edit": create_deal,
    "opportunities:opportunity-hand-over": create_deal,
    "opportunities:opportunity-retract": create_deal,
    "coaching:opportunity": create_deal,
    "coaching:moved": create_deal,
    "coaching:brief": create_deal,
    "coaching:left": create_seat,
    "readiness:stakeholder": create_seat,
    "readiness:stakeholder-leave": create_seat,
    "readiness:override": create_seat,
    "readiness:confirm": create_seat,
    "stakeholders:stakeholder-edit": create_seat,
    "stakeholders:stakeholder-back": create_seat,
    "readiness:interaction-edit": create_interaction,
    "readiness:interaction-retract": create_interaction,
    "readiness:signal-retract": create_signal,
    "readiness:decision-date-retract": create_decision_date,
    "readiness:quote-retract": create_quote,
    "readiness:override-end": create_override,
    "readiness:confirmation-retract": create_confirmation,
    "readiness:person": create_person,
    "stakeholders:person-edit": create_person,
    "stakeholders:person-merge": create_person,
    "stakeholders:company-merge": create_company,
    "stakeholders:task-edit": create_task,
    "stakeholders:task-done": create_task,
    "stakeholders:task-undo": create_task,
    "opportunities:company-edit": create_company,
    "forecasting:company": create_company,
    "forecasting:rate-retract": create_rate,
    "forecasting:view-edit": create_view,
    "forecasting:view-ask": create_view,
    "forecasting:view-share": create_view,
    "forecasting:view-remove": create_view,
    "forecasting:call-retract": create_call,
    "forecasting:deal-call": create_called_deal,
    "forecasting:target-edit": create_target,
    "forecasting:target-remove": create_target,
    "coaching:play": create_play,
    "coaching:play-reset": create_play,
    "coaching:play-for-role": create_play,
    "coaching:prompt-answer": create_prompt,
    "coaching:meeting": create_coached,
    "coaching:note-retract": create_note,
    "coaching:commitment-kept": create_commitment,
    "coaching:help-answer": create_help,
    "coaching:practice-case": create_case,
    "coaching:practice-withdraw": create_case,
    "integrations:import-run": create_import,
    "integrations:import-mapping": create_import,
    "integrations:import-commit": create_import,
    "integrations:import-discard": create_import,
    "integrations:import-refused": create_import,
    "integrations:export-file": create_export,
    "integrations:import-undo": create_import,
    "integrations:import-undo-preview": create_import,
    "integrations:webhook": create_webhook,
    "integrations:webhook-test": create_webhook,
    "integrations:webhook-secret": create_webhook,
    "integrations:webhook-switch": create_webhook,
    "integrations:webhook-remove": create_webhook,
    "integrations:delivery-replay": create_delivery,
    "accounts:api-key-revoke": create_key,
    "accounts:application-secret": create_application,
    "accounts:application-revoke": create_application,
    "accounts:application-send-away": create_application,
    **API,
    "stakeholders:waiting": create_deal,
}

# Who may not see the deal sees nothing that hangs on it.
# What these show is missing until something more has happened.
OF_LATER_ROWS = {"coaching:moved", "coaching:left"}
OF_SOMEBODY_ELSE = {"api:practice-answer"}  # between two people, whatever one's role

ON_A_DEAL: set[Callable[[], Any] | None] = {
    *(create_deal, create_seat, create_interaction, create_signal, create_task),
    *(create_decision_date, create_quote, create_override, create_confirmation),
    *(create_prompt, create_link, create_outcome, create_file_item),
    *(create_reading, create_forecast, create_period),
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
    if door.name.startswith(("readiness:", "coaching:")):
        give_defaults()  # pages that read the phase model

    response = ask(client, door, slug="ours", id=id_of(door, FOREIGN[door.name]()))

    is_missing = door.name in OF_LATER_ROWS | OF_SOMEBODY_ELSE
    wanted = {404} if is_missing else {200, 204, 302, 303, 409, 422}
    assert response.status_code in wanted


@with_id
@pytest.mark.django_db
def test_a_foreign_row_and_a_missing_one_get_the_same_bytes(
    client: Any, alice: Membership, charlie: Membership, door: Door
):
    with inside(connection, charlie.workspace_id):
        foreign = id_of(door, FOREIGN[door.name]())
    client.force_login(alice.user)

    answers = [ask(client, door, slug="ours", id=id) for id in (foreign, uuid7())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert bytes_of(answers[0]) == bytes_of(answers[1])


@with_id
@pytest.mark.django_db
def test_a_stranger_learns_nothing(
    client: Any, alice: Membership, charlie: Membership, door: Door
):
    row = id_of(door, FOREIGN[door.name]())
    client.force_login(charlie.user)

    answers = [
        ask(client, door, slug=slug, id=id)
        for slug, id in [("ours", row), ("ours", uuid7()), ("nowhere", row)]
    ]

    # At the API nobody is let in before an address is looked at.
    assert {answer.status_code for answer in answers} == {
        404 if door.is_a_page else 401
    }
    assert len({bytes_of(answer) for answer in answers}) == 1


@pytest.mark.parametrize(
    "door",
    [door for door in our_doors() if FOREIGN.get(door.name) in ON_A_DEAL],
    ids=lambda door: door.name,
)
@pytest.mark.django_db
def test_what_hangs_on_a_deal_one_may_not_see_is_missing(
    client: Any, bob: Membership, ours: Workspace, door: Door
):
    row = id_of(door, FOREIGN[door.name]())
    ours.rep_visibility = "own"
    ours.save(update_fields=["rep_visibility"])
    client.force_login(bob.user)

    answers = [ask(client, door, slug="ours", id=id) for id in (row, uuid7())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert bytes_of(answers[0]) == bytes_of(answers[1])


def id_of(door: Door, row: Any) -> Any:
    """What an address calls a row: at the API a fact is called by its lineage."""
    return row.pk if door.is_a_page else getattr(row, "lineage_id", row.pk)


def bytes_of(answer: Any) -> bytes:
    """An answer without the number of its request."""
    without: bytes = re.sub(rb'"request_id":"[^"]*"', b"", answer.content)
    return without


def ask(client: Any, door: Door, *, slug: str, id: Any) -> Any:
    """GET the address, or POST where only that is answered."""
    is_page = door.is_a_page
    address = reverse(
        door.name, kwargs={"slug": slug, "id": id} if is_page else {"id": id}
    )
    headers = {} if is_page else {"X-Workspace": slug}
    response = client.get(address, headers=headers)
    if response.status_code == 405:
        told = {} if is_page else {"content_type": "application/json"}
        response = client.post(address, headers=headers, **told)
    return response
