"""A mapping says which column of a table of deals holds what: shipped, or a file of one's own."""

import json
import tomllib
from collections.abc import Mapping as Mappings
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

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
        raise BadMapping(
            _("There is no mapping “%(name)s”. Shipped are: %(shipped)s.")
            % {"name": name, "shipped": ", ".join(PRESETS)}
        ) from None
    except (OSError, ValueError) as error:
        raise BadMapping(
            _("The mapping %(name)s can't be read: %(trouble)s.")
            % {"name": name, "trouble": error}
        ) from None
    return mapping_from(path.stem, told)


def preset(name: str) -> dict[str, Any]:
    """What a shipped mapping says, as its file does."""
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
