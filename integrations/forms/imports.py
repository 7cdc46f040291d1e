"""The file, and what its columns hold."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.importing.besides import fitted
from integrations.importing.mappings import EARLIEST, PRESETS, preset
from integrations.importing.personal import is_personal
from integrations.queries.texts import CURRENCIES
from opportunities.models import Outcome

MOST_BESIDE = 8

# What a column may hold, in the order they are offered.
HOLDS: dict[str, str | Promise] = {
    "id": _("number of the deal"),
    "name": _("name of the deal"),
    "company": _("company"),
    "owner_email": _("owner's e-mail address"),
    "owner_name": _("owner's name"),
    "opened_on": _("opened on"),
    "closed_on": _("closed on"),
    "stage": _("stage"),
    "outcome": _("outcome (open, won, lost, no_decision, withdrawn)"),
    "amount": _("amount"),
    "won_amount": _("amount won"),
    "currency": _("currency"),
    "product": _("product"),
    "importance": _("importance (small, mid, large, strategic)"),
    "buying_class": _("buying class (new, modified, straight_rebuy)"),
    "expected_group_size": _("size of the buying group"),
    "lost_to": _("lost to"),
    "reason": _("why it ended"),
    "status": _("status: open, won or lost"),
    "is_won": _("whether it is won"),
    "is_lost": _("whether it is lost"),
    "is_closed": _("whether it is closed"),
    "is_deleted": _("whether it was deleted"),
    "won_on": _("won on"),
    "lost_on": _("lost on"),
    "close_on": _("closing day, foreseen while it is open"),
    "stage_on": _("entered the stage on"),
    "probability": _("seller's probability"),
    "modified_at": _("last changed"),
    "company_id": _("number of the company"),
    "owner_id": _("number of the owner"),
    "contact_ids": _("numbers of its people"),
    "contacts": _("names of its people"),
    "participants": _("names of more people"),
}
DATES = {
    "%Y-%m-%d": "2026-05-31",
    "%d/%m/%Y": "31/05/2026",
    "%m/%d/%Y": "05/31/2026",
    "%d.%m.%Y": "31.05.2026",
    "%d-%m-%Y": "31-05-2026",
    "%Y/%m/%d": "2026/05/31",
}
SAY_END = frozenset({"stage", "status", "is_won", "is_closed"})
ENDS = {
    "won_stages": Outcome.WON,
    "lost_stages": Outcome.LOST,
    "no_decision_stages": Outcome.NO_DECISION,
    "withdrawn_stages": Outcome.WITHDRAWN,
}


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Any number of files, none included."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files = data if isinstance(data, list | tuple) else [data]
        return [
            super(SeveralFiles, self).clean(file, initial) for file in files if file
        ]


class UploadForm(forms.Form):
    """A file, and those its mapping reads beside it."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        max_length=255,
        help_text=_("A bundle (JSON Lines) or a table of deals (CSV or XLSX)."),
        error_messages={"required": _("Choose a file.")},
        widget=forms.FileInput(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.jsonl,.ndjson,.json"}
        ),
    )
    beside = SeveralFiles(
        label=_("Files beside it"),
        required=False,
        help_text=_(
            "Lists an export has besides the deals: companies, people, who is in which"
            " deal, the history of stages."
        ),
        widget=SeveralFilesInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def clean_beside(self) -> "list[UploadedFile[Any]]":
        files: list[UploadedFile[Any]] = self.cleaned_data["beside"]
        if len(files) > MOST_BESIDE:
            raise forms.ValidationError(
                _("At most %(most)s files beside it."), params={"most": MOST_BESIDE}
            )
        return files


class PresetForm(forms.Form):
    preset = forms.ChoiceField(
        label=_("Start from"),
        choices=[
            ("plain", _("a plain table of deals")),
            ("salesforce", _("Salesforce, an export of opportunities")),
            ("hubspot", _("HubSpot, an export of deals")),
            ("pipedrive", _("Pipedrive, an export of deals")),
            ("maven", _("Maven Analytics, CRM sales opportunities")),
        ],
    )

    def __init__(self, *args: Any, sheets: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sheets:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet"), choices=[(name, name) for name in sheets]
            )


class MappingForm(forms.Form):
    """One question for each column, and how the cells are written."""

    preset = forms.ChoiceField(
        choices=[(name, name) for name in PRESETS], widget=forms.HiddenInput
    )
    sheet = forms.CharField(required=False, widget=forms.HiddenInput)
    date_format = forms.ChoiceField(
        label=_("Days are written as"), choices=list(DATES.items())
    )
    decimal_sign = forms.ChoiceField(
        label=_("Decimal sign"), choices=[(".", "1234.50"), (",", "1234,50")]
    )
    currency = forms.CharField(
        label=_("Currency of all amounts"),
        required=False,
        max_length=3,
        help_text=_("Three letters, as EUR; empty when a column says it."),
    )
    zero_is_unknown = forms.BooleanField(
        label=_("An amount of 0 means that it is not known"), required=False
    )
    earliest = forms.BooleanField(
        label=_("A deal without an opening day was opened on the earliest day here"),
        required=False,
    )
    won_stages = forms.CharField(
        label=_("Stages or statuses that mean won"), required=False
    )
    lost_stages = forms.CharField(
        label=_("Stages or statuses that mean lost"), required=False
    )
    no_decision_stages = forms.CharField(
        label=_("Stages that mean no decision"), required=False
    )
    withdrawn_stages = forms.CharField(
        label=_("Stages that mean withdrawn"), required=False
    )

    def __init__(self, *args: Any, columns: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = list(columns)
        choices = [("", _("leave out")), *HOLDS.items()]
        for name in ENDS:
            self.fields[name].max_length = 300  # type: ignore[attr-defined]
        for number, column in enumerate(self.columns):
            if not is_personal(column):
                self.fields[f"column_{number}"] = forms.ChoiceField(
                    label=column, choices=choices, required=False
                )

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].strip().upper()
        if currency and currency not in CURRENCIES:
            raise forms.ValidationError(
                _("%(value)s is not a currency, written as EUR."),
                params={"value": currency},
            )
        return currency

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "preset" in self.errors:  # a hidden field shows no error of its own
            self.add_error(None, gettext("Start from one of the shipped mappings."))
        seen: dict[str, str] = {}
        for name, column in self._asked():
            held = values.get(name, "")
            if held and held in seen:
                sentence = gettext("The column %(other)s holds this already.")
                self.add_error(name, sentence % {"other": seen[held]})
            elif held:
                seen[held] = column
        if "id" not in seen:
            self.add_error(
                None, gettext("Say which column holds the number of the deal.")
            )
        if "opened_on" not in seen and not values.get("earliest"):
            self.add_error(
                None, gettext("Say which column holds the day the deal was opened.")
            )
        says_end = not seen.keys().isdisjoint(SAY_END)
        if any(values.get(name) for name in ENDS) and not says_end:
            self.add_error(None, gettext("Say which column holds the stage."))
        return values

    def _asked(self) -> list[tuple[str, str]]:
        names = [(f"column_{n}", column) for n, column in enumerate(self.columns)]
        return [(name, column) for name, column in names if name in self.fields]

    def mapping(self) -> dict[str, Any]:
        """What was chosen, as the file of a mapping would say it."""
        told = self.cleaned_data
        name = told["preset"]
        base = {} if name == "plain" else preset(name)
        chosen = [(told[field], column) for field, column in self._asked()]
        outcomes = {
            stage: end.value
            for field, end in ENDS.items()
            for stage in _words(told[field])
        }
        mapping = base | {
            "columns": {held: column for held, column in chosen if held},
            "ignored": [column for held, column in chosen if not held],
            "name_parts": base.get("name_parts", ["product", "company"]),
            "outcomes": outcomes,
            "outcome_otherwise": Outcome.OPEN.value if outcomes else "",
            "currency": told["currency"],
            "zero_is_unknown": told["zero_is_unknown"],
            "opened_on_if_missing": EARLIEST if told["earliest"] else "",
            "date_format": told["date_format"],
            "decimal_sign": told["decimal_sign"],
            "sheet": told["sheet"],
        }
        if "stage" not in mapping["columns"]:
            mapping.pop("first_stage", None)
        return mapping


def best_preset(columns: Iterable[str]) -> str:
    """The shipped mapping most of whose columns the file has."""
    there = set(columns)

    def share(name: str) -> float:
        asked = preset(name)["columns"]
        found = sum(not there.isdisjoint(_names(told)) for told in asked.values())
        return found / len(asked)

    return max(PRESETS, key=share) if there else "plain"


def initial_of(name: str, columns: list[str]) -> dict[str, Any]:
    """What a shipped mapping would answer for a file's columns."""
    told = preset(name)
    held_by = {
        _letters(column): held
        for held, column in fitted(told["columns"], columns).items()
    }
    values: dict[str, Any] = {
        "preset": name,
        "date_format": told.get("date_format", "%Y-%m-%d"),
        "decimal_sign": told.get("decimal_sign", "."),
        "currency": told.get("currency", ""),
        "zero_is_unknown": told.get("zero_is_unknown", False),
        "earliest": told.get("opened_on_if_missing") == EARLIEST,
    }
    taken: set[str] = set()
    for number, column in enumerate(columns):
        held = held_by.get(_letters(column), "")
        if held and held not in taken:
            taken.add(held)
            values[f"column_{number}"] = held
    return values | _ends_of(told.get("outcomes", {}))


def initial_from(mapping: dict[str, Any], name: str, columns: list[str]) -> Any:
    """What was answered before, to be answered again."""
    held_by = {column: held for held, column in mapping["columns"].items()}
    values = initial_of(name, []) | {
        key: mapping[key]
        for key in ("date_format", "decimal_sign", "currency", "zero_is_unknown")
    }
    values["earliest"] = mapping["opened_on_if_missing"] == EARLIEST
    values |= {
        f"column_{number}": held_by.get(column, "")
        for number, column in enumerate(columns)
    }
    return values | _ends_of(mapping["outcomes"])


def _ends_of(outcomes: dict[str, str]) -> dict[str, str]:
    return {
        field: ", ".join(stage for stage, ended in outcomes.items() if ended == end)
        for field, end in ENDS.items()
    }


def _names(told: Any) -> list[str]:
    return [told] if isinstance(told, str) else list(told)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
