"""What if: a form that answers and writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from forecasting.forms.what_if import Supposable, WhatIfForm
from forecasting.models import PeriodOutlook
from forecasting.queries.forecasted import Forecasted
from forecasting.queries.listed import labels_by_anchor
from forecasting.queries.moments import Moment
from forecasting.queries.present import forecasts_now, last_forecasts
from forecasting.queries.what_if import Supposed, suppose
from forecasting.templatetags.deals import percent_filter
from forecasting.views.asked import Asked, asked_of
from opportunities.actions import RateMissing
from opportunities.models import Opportunity
from readiness.queries.models import LoadedModel, active_model
from stakeholders.models import Stakeholder

DEALS_AT_ONCE = 3
PAGE = "forecasting/what_if.html"


@dataclass(frozen=True, slots=True)
class Chance:
    """A deal in question: won in the period, as it is and as it would be."""

    deal: Opportunity
    before: float
    after: float


@require_safe
@member("forecast.see")
def what_if(request: WorkspaceRequest, slug: str) -> HttpResponse:
    asked = asked_of(request)
    context: dict[str, Any] = {
        "asked": asked,
        "span": asked.span,
        "chosen": asked.chosen,
    }
    deals = _deals(request)
    if asked.chosen is None or asked.is_past or not deals:
        return render_page(request, PAGE, context | {"offered": _offered(asked)})
    model = active_model()
    mades = forecasts_now(
        deals,
        last=last_forecasts(deals),
        model=model,
        workspace=request.workspace,
        now=asked.now,
    )
    labels = labels_by_anchor()
    form = WhatIfForm(
        request.GET if _is_asking(request) else None,
        people=_people(mades, labels=labels, model=model),
        phases=list(labels.items()),
        days=max((asked.span.ends_on - asked.today).days, 1),
    )
    context |= {"deals": deals, "form": form}
    context |= _answer(request, asked, mades, form=form, model=model)
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, PAGE, context, partial="answer", status=status)


def _deals(request: WorkspaceRequest) -> list[Opportunity]:
    """Those asked about that one may see and that are open, three at most."""
    ids = []
    for text in request.GET.getlist("deal")[:DEALS_AT_ONCE]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    rows = Opportunity.objects.visible_to(request.membership).still_open()
    return list(rows.filter(pk__in=ids).order_by("name", "pk")) if ids else []


def _offered(asked: Asked) -> list[Opportunity]:
    """The deals to choose from: those that move the range most."""
    if asked.chosen is None:
        return []
    movers = PeriodOutlook.objects.values_list("movers", flat=True)
    moving = [UUID(row[0]) for row in movers.get(pk=asked.chosen.row.pk)]
    rows = Opportunity.objects.still_open().filter(pk__in=moving)
    if asked.seen is not None:
        rows = rows.filter(owner__in=asked.seen)
    found = {row.pk: row for row in rows.select_related("company")}
    return [found[pk] for pk in moving if pk in found]


def _is_asking(request: WorkspaceRequest) -> bool:
    return any(name.startswith(("phase-", "stance-", "days-")) for name in request.GET)


def _people(
    mades: Sequence[Forecasted], *, labels: Mapping[str, str], model: LoadedModel
) -> list[Supposable]:
    """Everybody active in these deals, by name."""
    people = [p for made in mades for p in made.deal.people if not p.has_left]
    rows = Stakeholder.objects.filter(pk__in=[person.key for person in people])
    names = {str(pk): name for pk, name in rows.values_list("pk", "person__name")}
    weights = {p.key: p.weight for made in mades for p in made.forecast.people}
    told = []
    for person in people:
        place = int(person.phases.argmax())
        label = labels[model.anchors[place]]
        stands = f"{label} {percent_filter(float(person.phases[place]))}"
        told.append(
            Supposable(
                key=person.key,
                name=names.get(person.key, ""),
                stands="" if person.silent_days is None else stands,
                weight=weights.get(person.key, 0.0),
            )
        )
    return sorted(told, key=lambda each: (each.name, each.key))


def _answer(
    request: WorkspaceRequest,
    asked: Asked,
    mades: Sequence[Forecasted],
    *,
    form: WhatIfForm,
    model: LoadedModel,
) -> dict[str, Any]:
    assert asked.chosen is not None  # noqa: S101 -- for mypy
    try:
        found: Supposed = suppose(
            mades,
            form.suppositions,
            span=asked.span,
            line=asked.chosen,
            owners=asked.owners,
            model=model,
            moment=Moment.of(request.workspace, night=None, now=asked.now),
        )
    except RateMissing as refusal:
        return {"refusal": str(refusal)}
    return {
        "found": found,
        "is_supposing": any(not each.is_empty for each in form.suppositions.values()),
        "chances": [
            Chance(made.deal.opportunity, *found.chances[made.deal.opportunity.pk])
            for made in mades
        ],
    }
