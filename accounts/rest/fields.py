"""The fields of a body: one written form each, and nothing that was not asked for."""

import base64
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.models.currencies import current_codes
from accounts.rest import written
from accounts.rest.columns import Schema
from accounts.rest.parameters import day_of, instant_of, uuid_of

_AMOUNT = re.compile(written.AMOUNT)
_RATE = re.compile(written.RATE)
_VISIBLE = re.compile(written.VISIBLE)


class Body(serializers.Serializer[Any]):
    """A body that names a field nobody knows is refused, at every level.

    What is nested is whole, also in a change, which for itself sends what changes.
    """

    @classmethod
    def shapes(cls, whole: Schema) -> list[Schema]:
        """What it may look like, where fields depend on each other: for the description."""
        return [whole]

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                sentence = _("There is no such field.")
                raise ValidationError({str(name)[:100]: [sentence] for name in unknown})
            if self.parent is not None:
                self._refuse_part(data)
        return super().to_internal_value(data)

    def _refuse_part(self, data: Mapping[str, Any]) -> None:
        missing = {
            name: [field.error_messages["required"]]
            for name, field in self.fields.items()
            if field.required and name not in data
        }
        if missing:
            raise ValidationError(missing)


class Text(serializers.CharField):
    """Text; `line` is one line of it. Needed text has a letter that can be seen."""

    def __init__(self, *, line: bool = True, **kwargs: Any) -> None:
        self.line = line
        super().__init__(**({"allow_blank": not kwargs.get("required", True)} | kwargs))

    @property
    def described(self) -> dict[str, Any]:
        is_needed = not self.allow_blank
        return {"pattern": written.text(is_line=self.line, is_needed=is_needed)}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise ValidationError(_("This is a text."))
        if not re.fullmatch(written.text(is_line=self.line, is_needed=False), data):
            raise ValidationError(_("Control characters can't be part of a text."))
        text = super().to_internal_value(data)
        if not self.allow_blank and not _VISIBLE.search(text):
            raise ValidationError(_("This can't be empty."))
        return text


class Bytes(Text):
    """Some bytes, in base64."""

    described = {"pattern": written.BASE64, "contentEncoding": "base64"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"allow_blank": False} | kwargs))

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if not re.fullmatch(written.BASE64, text):
            raise ValidationError(_("This can't be read."))
        return base64.b64decode(text)


class Mail(Text, serializers.EmailField):
    """An e-mail address."""

    described = {}


class Choice(serializers.ChoiceField):
    """One of a list, as it is written there."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise ValidationError(_("This is a text."))
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number, not the text of one; in JSON Schema 2.0 is one too."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is float and data.is_integer():
            return int(data)
        if type(data) is not int:
            raise ValidationError(_("This is a whole number."))
        return data


class Flag(serializers.BooleanField):
    """`true` or `false`, not the text of one."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            raise ValidationError(_("This is true or false."))
        return data


class Number(serializers.FloatField):
    """A number, not the text of one; with its least and its most."""

    def to_internal_value(self, data: Any) -> float:
        if type(data) not in {int, float}:
            raise ValidationError(_("This is a number."))
        try:
            return float(data)
        except OverflowError:  # an int of hundreds of digits
            return math.inf


class Share(serializers.FloatField):
    """A part of a whole: above 0, at most 1."""

    described = {"exclusiveMinimum": 0, "maximum": 1}

    def to_internal_value(self, data: Any) -> float:
        if type(data) not in {int, float} or not 0 < data <= 1:
            raise ValidationError(_("This is a number above 0, at most 1."))
        return float(data)


class Day(serializers.DateField):
    """A day: `2026-05-04`."""

    described = {"pattern": written.DAY}

    def to_internal_value(self, value: Any) -> Any:
        day = day_of(value) if isinstance(value, str) else None
        if day is None:
            raise ValidationError(_("A day is written like 2026-05-04."))
        return day


class Instant(serializers.DateTimeField):
    """A moment with its offset: `2026-05-04T09:30:00Z`."""

    described = {"pattern": written.INSTANT}

    def to_internal_value(self, value: Any) -> Any:
        moment = instant_of(value) if isinstance(value, str) else None
        if moment is None:
            raise ValidationError(_("A moment is written like 2026-05-04T09:30:00Z."))
        return moment


class Id(serializers.UUIDField):
    """The id of a row."""

    def to_internal_value(self, data: Any) -> Any:
        row = uuid_of(data) if isinstance(data, str) else None
        if row is None:
            raise ValidationError(_("This is not an id."))
        return row


class Currency(Text):
    """A code of a currency that is in use."""

    described = {"pattern": written.CURRENCY}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 3, "allow_blank": False} | kwargs))

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code not in current_codes():
            raise ValidationError(_("A currency is a code like EUR."))
        return code


class Rate(serializers.CharField):
    """A number above 0 as a text, with up to nine digits on each side."""

    described = {"pattern": written.RATE, "examples": ["0.91"]}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not _RATE.fullmatch(data) or not Decimal(data):
            raise ValidationError(_("A rate is a text like 0.91, above 0."))
        return Decimal(data)


class Money(serializers.Field[Any, Any, Any, Any]):
    """`{"amount": "12000.00", "currency": "EUR"}`; the amount is a text."""

    described = {
        "type": "object",
        "properties": {
            "amount": {"type": "string", "pattern": written.AMOUNT},
            "currency": {"type": "string", "pattern": written.CURRENCY},
        },
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }

    def to_internal_value(self, data: Any) -> tuple[Decimal, str]:
        if not isinstance(data, dict) or set(data) != {"amount", "currency"}:
            raise ValidationError(_("Money is an amount and a currency."))
        amount, currency = data["amount"], data["currency"]
        if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
            raise ValidationError(_("An amount is a text like 12000.00."))
        if not isinstance(currency, str) or currency not in current_codes():
            raise ValidationError(_("A currency is a code like EUR."))
        return Decimal(amount), currency


class File(serializers.FileField):
    """A file of a form; what it is, is said by what is in it."""

    described = {"type": "string", "format": "binary"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"allow_empty_file": True, "max_length": 255} | kwargs))
