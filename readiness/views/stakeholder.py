"""One person in one deal: where they stand, and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.actions.facts import AlreadyRetracted, retract
from accounts.forms.looking_back import AsOfForm
from accounts.http.form_pages import FormPage
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from opportunities.models import Opportunity
from opportunities.queries import waiting_for
from readiness.actions.human import (
    ExpiresInThePast,
    ReasonNeeded,
    confirm_phase,
    override_phase,
    take_back_confirmation,
)
from readiness.engine.disagreement import Disagreement, disagreement
from readiness.forms.human import ConfirmForm, OverrideForm
from readiness.models import PhaseConfirmation, PhaseOverride
from readiness.queries.as_of import AsOf, overrides_in_force
from readiness.queries.explained import Explained, explain
from readiness.queries.models import active_model
from readiness.queries.timing import Timing, timings_at
from readiness.signals import person_shown
from stakeholders.actions.acts import InTheFuture, UnknownPhase
from stakeholders.models import ANCHORS, InfluenceLink, Stakeholder
from stakeholders.queries.roles import RolesShown, roles_shown


@require_safe
@member("deal.see")
def stakeholder(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    seat = _seat(request, id)
    now = timezone.now()
    today = request.workspace.today(now)
    form = AsOfForm(request.GET, today=today)
    day = form.day
    when = AsOf.on(day, workspace=request.workspace, now=now)
    model = active_model()
    explained = explain(
        seat,
        opportunity=seat.opportunity,
        workspace=request.workspace,
        model=model,
        now=when.at,
        known_at=when.known_at,
    )
    override = overrides_in_force([seat], when=when).get(seat.pk)
    heard_at = explained.reading.last_heard_at
    roles = roles_shown([seat], day=day or today)[seat.pk]
    timings = [] if explained.reading.is_unknown else _timings(seat, explained)
    context: dict[str, Any] = {
        "now": now,
        "seat": seat,
        "deal": seat.opportunity,
        "roles": roles,
        "explained": explained,
        "labels": explained.catalogue.phase_names,
        "probabilities": None
        if explained.reading.is_unknown
        else explained.reading.probabilities,
        "age_days": (when.at.timestamp() - heard_at) / 86_400 if heard_at else None,
        "override": override,
        "apart": _apart(explained, override),
        "suits": [each for each in timings if each.suits],
        "harms": [each for each in reversed(timings) if each.harms],
        "listeners": InfluenceLink.objects.filter(giver=seat).select_related(
            "taker__person"
        ),
        "waiting": waiting_for(
            workspace_id=request.workspace.pk,
            now=now,
            opportunity_id=seat.opportunity_id,
        ),
        "form": form,
        "day": day,
        "may_write": "deal.write" in permissions_of(request.membership),
    }
    if not day:
        context |= _besides(
            seat, roles=roles, explained=explained, request=request, now=now
        )
    return render_page(
        request, "readiness/stakeholder.html", context, status=form.status
    )


def _timings(seat: Stakeholder, explained: Explained) -> list[Timing]:
    return timings_at(
        explained.reading.probabilities,
        name=seat.person.name,
        catalogue=explained.catalogue,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def override(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    seat, now = _seat(request, id), timezone.now()
    form = OverrideForm(posted(request))
    if form.is_valid():
        try:
            override_phase(
                stakeholder=seat,
                set_at=now,
                today=request.workspace.today(now),
                by=request.membership,
                now=now,
                **form.cleaned_data,
            )
        except (ExpiresInThePast, ReasonNeeded, UnknownPhase) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your reading stands beside the model's now."))
            return _to_seat(slug, seat.pk)
    page = FormPage(
        title=_("You read %(name)s otherwise") % {"name": seat},
        back=reverse("readiness:stakeholder", args=[slug, seat.pk]),
        back_text=str(seat),
        note=_(
            "It is shown, and scored later, and changes no number: what they say or do"
            " would. If they said it in plain words, confirm it instead."
        ),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def confirm(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    seat, now = _seat(request, id), timezone.now()
    form = ConfirmForm(
        posted(request), initial={"confirmed_at": timezone.localtime(now)}
    )
    if form.is_valid():
        try:
            confirm_phase(
                stakeholder=seat, by=request.membership, now=now, **form.cleaned_data
            )
        except (InTheFuture, UnknownPhase) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Their own words are evidence now."))
            return _to_seat(slug, seat.pk)
    page = FormPage(
        title=_("%(name)s said where they are") % {"name": seat},
        back=reverse("readiness:stakeholder", args=[slug, seat.pk]),
        back_text=str(seat),
    )
    return page.answer(request, form)


@require_POST
@member("deal.write")
def end_override(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(
        PhaseOverride,
        pk=id,
        stakeholder__opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    with _taking_back(request, said=_("The inferred reading is back.")):
        retract(fact=row, by=request.membership, now=timezone.now())
    return _to_seat(slug, row.stakeholder_id)


@require_POST
@member("deal.write")
def retract_confirmation(
    request: WorkspaceRequest, slug: str, id: UUID
) -> HttpResponse:
    row = get_object_or_404(
        PhaseConfirmation.objects.select_related("stakeholder__opportunity"),
        pk=id,
        stakeholder__opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    with _taking_back(request, said=_("The confirmation is taken back.")):
        take_back_confirmation(
            confirmation=row, by=request.membership, now=timezone.now()
        )
    return _to_seat(slug, row.stakeholder_id)


@contextmanager
def _taking_back(request: WorkspaceRequest, *, said: str) -> Iterator[None]:
    try:
        yield
    except AlreadyRetracted as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, said)


def _apart(explained: Explained, override: PhaseOverride | None) -> Disagreement | None:
    """How far a human's reading lies from the model's, where both say something."""
    if override is None or explained.reading.is_unknown:
        return None
    chances = explained.model.engine.anchor_chances(explained.reading.probabilities)
    return disagreement(chances, override.anchor, order=ANCHORS)


def _seat(request: WorkspaceRequest, pk: UUID) -> Stakeholder:
    return get_object_or_404(
        Stakeholder.objects.select_related(
            "person__company", "opportunity__company", "replaced_by__person"
        ),
        pk=pk,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )


def _besides(
    seat: Stakeholder,
    *,
    roles: RolesShown,
    explained: Explained,
    request: WorkspaceRequest,
    now: datetime,
) -> dict[str, Any]:
    """What the apps above show of this person."""
    answers: Any = person_shown.send(
        sender=Stakeholder,
        seat=seat,
        roles=roles,
        explained=explained,
        request=request,
        now=now,
    )
    return {name: part for _receiver, told in answers for name, part in told.items()}


def _to_seat(slug: str, pk: UUID) -> HttpResponse:
    return see_other(reverse("readiness:stakeholder", args=[slug, pk]))
