"""The API about views of the list of deals: what it is asked, under a name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import Team
from accounts.rest import Change, Creation, Filter, Reader, Removal, Resource
from accounts.rest import fields as body
from accounts.rest.columns import FLAG, ID, Column, column, one_of, reference
from forecasting.actions.saved_views import (
    MayNotShare,
    NotYourView,
    TooManyViews,
    ViewNameTaken,
    change_view,
    remove_view,
    save_view,
)
from forecasting.forms.saved_views import Questions, UnknownQuestion
from forecasting.models import LONGEST_QUERY, Reach, SavedView, reach_of
from forecasting.queries.saved_views import views_seen_by
from stakeholders.api.seen import row_of


class ViewBody(body.Body):
    name = body.Text(max_length=80)
    query = body.Text(max_length=LONGEST_QUERY, required=False)
    reach = body.Choice(Reach.choices, required=False)
    team = body.Id(required=False, allow_null=True)


def _save(given: Mapping[str, Any], reader: Reader) -> SavedView:
    values = {"query": ""} | _values(given, reader)
    return save_view(**values, by=reader.membership, now=reader.now)


def _change(view: SavedView, given: Mapping[str, Any], reader: Reader) -> SavedView:
    return change_view(
        view=view,
        values=_values(given, reader),
        version=view.version,
        by=reader.membership,
        now=reader.now,
    )


def _remove(view: SavedView, reader: Reader) -> None:
    remove_view(view=view, by=reader.membership, now=reader.now)


def _values(given: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    values = {name: given[name] for name in ("name", "query") if name in given}
    if "query" in values:
        try:
            values["query"] = Questions(reader.membership).canonical(values["query"])
        except UnknownQuestion as refusal:
            raise ValidationError({"query": [str(refusal)]}) from None
    return values | _shared(given)


def _shared(given: Mapping[str, Any]) -> dict[str, Any]:
    """Whom it is for: a team is named, and only for a reach of one."""
    if not given.keys() & {"reach", "team"}:
        return {}
    team = row_of(Team.objects, given.get("team"), field="team")
    reach = given.get("reach", Reach.TEAM if team else Reach.OWN)
    if (reach == Reach.TEAM) != (team is not None):
        raise ValidationError({"team": [_("Name a team for a reach of a team alone.")]})
    return {"team": team, "is_for_all": reach == Reach.WORKSPACE}


def _reach(team: UUID | None, is_for_all: bool) -> str:  # noqa: FBT001 -- columns
    return str(reach_of(team, is_for_all=is_for_all))


VIEWS = Resource(
    name="views",
    noun="view",
    about="The list of deals under a name: `query` is what its address asks on the page. A view "
    "shows everybody the deals they may see; `reach` says who finds it.",
    permission="deal.see",
    rows=lambda reader: views_seen_by(reader.membership),
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "query": column("query"),
        "owner": reference("owner_id", "owner__name"),
        "reach": Column(("team_id", "is_for_all"), one_of(Reach), _reach),
        "team": reference("team_id", "team__name", null=True),
    },
    filters={
        "owner": Filter(ID, "owner"),
        "team": Filter(ID, "team"),
        "is_for_all": Filter(FLAG, "is_for_all"),
    },
    orderings={"id": "pk", "name": "name"},
    creation=Creation(
        ViewBody, _save, "deal.see", (ViewNameTaken, TooManyViews, MayNotShare)
    ),
    change=Change(
        ViewBody, _change, "deal.see", (NotYourView, ViewNameTaken, MayNotShare)
    ),
    removal=Removal(_remove, "deal.see", (NotYourView,)),
    version="version",
)
