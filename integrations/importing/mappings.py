"""A mapping says which column of a table of deals holds what: shipped, or a file of one's own."""

import json
import tomllib
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Mappings
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.rest.parameters import is_clean
from integrations.importing.shapes import SHAPES
from integrations.queries.texts import CURRENCIES
from opportunities.models import Outcome

PRESETS = ("maven", "plain", "salesforce", "hubspot", "pipedrive")
EARLIEST = "earliest"
# What a column may hold besides the fields of a bundle's opportunity.
_EXTRAS = """
product stage stage_on status is_won is_lost is_closed is_deleted won_on lost_on
close_on modified_at probability reason company_id owner_id contact_ids contacts
participants
"""
EXTRAS = frozenset(_EXTRAS.split())
# A field -> its column, or the names its column may have.
Columns = Mappings[str, str | Sequence[str]]
LISTS = ("companies", "teams", "products", "members", "people", "places", "history",
         "changes")  # fmt: skip


class BadMapping(Exception):
    """A mapping that can't be followed, in one sentence."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A file beside the deals' own: its name, and its columns by what they hold."""

    file: str
    columns: Columns
    also: tuple[str, ...] = ()  # other names it may have, as patterns without an ending


@dataclass(frozen=True, slots=True)
class Mapping:
    name: str
    columns: Columns  # what a deal has -> column of the file
    ignored: frozenset[str] = frozenset()
    is_export: bool = False  # of another product: more columns, moments, late entries
    sheet: str = ""  # of a workbook; empty: the first
    name_parts: tuple[str, ...] = ()  # what a deal without a name is called after
    outcomes: Mappings[str, str] = field(default_factory=dict)  # by stage
    outcome_otherwise: str = ""  # of a stage not among them; empty: refused
    first_stage: str = ""  # the stage a deal enters on the day it is opened
    currency: str = ""
    zero_is_unknown: bool = False
    opened_on_if_missing: str = ""
    date_format: str = "%Y-%m-%d"
    decimal_sign: str = "."
    companies: Beside | None = None
    teams: Beside | None = None
    products: Beside | None = None
    members: Beside | None = None
    people: Beside | None = None
    places: Beside | None = None  # who sits in which deal
    history: Beside | None = None  # states of deals over time
    changes: Beside | None = None  # changes of any field of deals, one a row
    stage_field: str = ""  # what `changes` calls the stage
    countries: Mappings[str, str] = field(default_factory=dict)
    roles: Mappings[str, str] = field(default_factory=dict)  # empty: none, unsaid
    probability_of: int = 1  # what a sure deal has

    @property
    def beside(self) -> list[Beside]:
        found = [getattr(self, name) for name in LISTS]
        return [each for each in found if each]


def mapping_named(name: str) -> Mapping:
    """A shipped mapping by its name, or one of one's own by its path (TOML or JSON).

    :raises BadMapping: when there is none, or it can't be followed.
    """
    if name in PRESETS:
        return mapping_from(name, preset(name))
    path = Path(name)
    try:
        text = path.read_text(encoding="utf-8")
        told = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except FileNotFoundError:
        raise _not_shipped(name) from None
    except (OSError, ValueError) as error:
        raise BadMapping(
            _("The mapping %(name)s can't be read: %(trouble)s.")
            % {"name": name, "trouble": error}
        ) from None
    return mapping_from(path.stem, told)


def preset(name: str) -> dict[str, Any]:
    """What a shipped mapping says, as its file does.

    :raises BadMapping: when none of this name is shipped.
    """
    if name not in PRESETS:
        raise _not_shipped(name)
    text = (files("integrations") / "defaults" / f"{name}.toml").read_text()
    return tomllib.loads(text)


def mapping_from(name: str, told: Any) -> Mapping:
    """A mapping from what its file, or a page, says.

    :raises BadMapping: when it can't be followed.
    """
    if not isinstance(told, dict) or not isinstance(told.get("columns"), dict):
        raise BadMapping(_("A mapping needs a table “columns”."))
    known = {each.name for each in fields(Mapping)} - {"name"}
    for word in told:
        if word not in known:
            raise BadMapping(_("A mapping has no “%(word)s”.") % {"word": word})
        if not _FORMS[word](told[word]):
            raise BadMapping(
                _("In the mapping, “%(word)s” is not of the right form.")
                % {"word": word}
            )
    told = told | {"ignored": frozenset(told.get("ignored", ()))}
    told["name_parts"] = tuple(told.get("name_parts", ()))
    for word in LISTS:
        if word in told:
            columns = dict(told[word])
            file, also = columns.pop("file", ""), tuple(columns.pop("also", ()))
            told[word] = Beside(file=file, columns=columns, also=also)
    mapping = Mapping(name=name, **told)
    _refuse_bad(mapping)
    return mapping


def _not_shipped(name: str) -> BadMapping:
    return BadMapping(
        _("There is no mapping “%(name)s”. Shipped are: %(shipped)s.")
        % {"name": name, "shipped": ", ".join(PRESETS)}
    )


def _is_text(told: Any) -> bool:
    return isinstance(told, str) and is_clean(told)


def _is_list(told: Any) -> bool:
    return isinstance(told, list | tuple | frozenset) and all(map(_is_text, told))


def _is_flag(told: Any) -> bool:
    return isinstance(told, bool)


def _is_words(told: Any) -> bool:
    return isinstance(told, dict) and _is_list([*told, *told.values()])


def _is_columns(told: Any) -> bool:
    """Each column by its name, or by the names it may have, of which there is one."""
    return (
        isinstance(told, dict)
        and _is_list(list(told))
        and all(_is_text(c) or (_is_list(c) and c) for c in told.values())
    )


def _is_beside(told: Any) -> bool:
    if not isinstance(told, dict) or not _is_text(told.get("file", "")):
        return False
    columns = {word: told[word] for word in told if word not in {"file", "also"}}
    return _is_list(told.get("also", [])) and _is_columns(columns)


# Of each word of a mapping, what it has to be: a mapping may come from anybody.
_FORMS: dict[str, Callable[[Any], bool]] = {
    "columns": _is_columns,
    "ignored": _is_list,
    "is_export": _is_flag,
    "sheet": _is_text,
    "name_parts": _is_list,
    "outcomes": _is_words,
    "outcome_otherwise": _is_text,
    "opened_on_if_missing": _is_text,
    "first_stage": _is_text,
    "currency": _is_text,
    "zero_is_unknown": _is_flag,
    "date_format": _is_text,
    "decimal_sign": _is_text,
    "stage_field": _is_text,
    "countries": _is_words,
    "roles": _is_words,
    "probability_of": lambda told: type(told) is int and told > 0,
    **dict.fromkeys(LISTS, _is_beside),
}


def _refuse_bad(mapping: Mapping) -> None:
    allowed = SHAPES["opportunity"].keys() | EXTRAS
    for word in mapping.columns:
        if word not in allowed:
            raise BadMapping(
                _("“%(word)s” is not something a deal has.") % {"word": word}
            )
    if "id" not in mapping.columns:
        raise BadMapping(_("A mapping says which column holds the “id”."))
    for outcome in {*mapping.outcomes.values(), mapping.outcome_otherwise} - {""}:
        if outcome not in Outcome.values:
            raise BadMapping(_("“%(word)s” is not an outcome.") % {"word": outcome})
    if mapping.currency and mapping.currency not in CURRENCIES:
        raise BadMapping(
            _("“%(word)s” is not a currency.") % {"word": mapping.currency}
        )
