"""The API about what the buyer's own file holds."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.actions.facts import AlreadyRetracted
from accounts.rest import Creation, Reader, Removal, Resource
from accounts.rest import fields as body
from accounts.rest.columns import COUNT, DAY, column, maybe, one_of
from stakeholders.actions.acts import retract_act, set_file_item
from stakeholders.actions.outcomes import AlreadyClosed
from stakeholders.api.seen import (
    FACT,
    LOGGED,
    OF_A_DEAL,
    facts_seen,
    no_later,
    open_deal_of,
)
from stakeholders.models import FileItemState, PurchaseFileItem
from stakeholders.models.acts import FILE_ITEMS


class PurchaseFileItemBody(body.Body):
    opportunity = body.Id()
    item = body.Whole(min_value=FILE_ITEMS.start, max_value=FILE_ITEMS.stop - 1)
    state = body.Choice(FileItemState.choices)
    evidence = body.Text(max_length=300, required=False)
    as_of = body.Day(required=False)


def _set(given: Mapping[str, Any], reader: Reader) -> PurchaseFileItem:
    deal = open_deal_of(given, reader)
    day = given.get("as_of", reader.today)
    no_later(day, reader.today, field="as_of")
    if given["state"] == FileItemState.EVIDENCED and not given.get("evidence"):
        raise ValidationError({"evidence": [_("Say what shows it.")]})
    return set_file_item(
        opportunity=deal,
        item=given["item"],
        state=given["state"],
        evidence=given.get("evidence", ""),
        seen_on=day,
        by=reader.membership,
        now=reader.now,
    )


def _retract(row: PurchaseFileItem, reader: Reader) -> None:
    retract_act(act=row, by=reader.membership, now=reader.now)


PURCHASE_FILE = Resource(
    name="purchase-file",
    noun="purchase-file-item",
    about="What the buyer's own file holds; the last row of an item counts.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(PurchaseFileItem),
    columns={
        **FACT,
        "item": column("item", COUNT | {"minimum": 1, "maximum": 8}),
        "state": column("state", one_of(FileItemState)),
        "evidence": maybe("evidence"),
        "as_of": column("seen_on", DAY),
        **LOGGED,
    },
    filters=OF_A_DEAL,
    creation=Creation(PurchaseFileItemBody, _set, "deal.write", (AlreadyClosed,)),
    removal=Removal(_retract, "deal.write", (AlreadyRetracted,)),
    version="revision",
)
