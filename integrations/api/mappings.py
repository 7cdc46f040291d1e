"""A mapping in a body: which column of an uploaded table holds what."""

from rest_framework import serializers

from accounts.rest import fields as body
from integrations.importing.mappings import EARLIEST
from opportunities.models import Outcome


class MappingBody(body.Body):
    """Of one table, whose columns are known by their names; nothing lies beside it."""

    columns = serializers.DictField(child=body.Text(max_length=200))
    ignored = serializers.ListField(
        child=body.Text(max_length=200), required=False, max_length=500
    )
    is_export = body.Flag(required=False)
    sheet = body.Text(max_length=100, required=False)
    name_parts = serializers.ListField(
        child=body.Text(max_length=40), required=False, max_length=10
    )
    outcomes = serializers.DictField(child=body.Choice(Outcome.choices), required=False)
    outcome_otherwise = body.Choice(Outcome.choices, required=False)
    first_stage = body.Text(max_length=120, required=False)
    currency = body.Currency(required=False)
    zero_is_unknown = body.Flag(required=False)
    opened_on_if_missing = body.Choice([(EARLIEST, EARLIEST)], required=False)
    date_format = body.Text(max_length=40, required=False)
    decimal_sign = body.Choice([(".", "."), (",", ",")], required=False)
    countries = serializers.DictField(child=body.Text(max_length=2), required=False)
    roles = serializers.DictField(child=body.Text(max_length=40), required=False)
    probability_of = body.Whole(required=False, min_value=1, max_value=100)
