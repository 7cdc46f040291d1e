"""The library of advice as it is shipped: what a workspace starts from and goes back to."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from coaching.models import Situation

PERSON_TEXTS = ("observation", "doubt", "next_step", "do", "do_not", "missing")
LANGUAGES = ("en", "nl", "fr")


@dataclass(frozen=True, slots=True)
class Shipped:
    """A play of the shipped library."""

    code: str
    role: str
    situation: str
    anchor: str
    texts: Mapping[str, Mapping[str, str]]
    action: str = ""  # the step of ours that its next step is, where it is one

    @property
    def key(self) -> tuple[str, str]:
        return self.code, self.role


@cache
def shipped_plays() -> dict[tuple[str, str], Shipped]:
    """Every shipped play, by its code and the role it is for."""
    path = files("coaching") / "defaults" / "plays.json"
    told = json.loads(path.read_text())
    general = {play.key: play for play in _general(told)}
    return general | {play.key: play for play in _for_roles(told, general)}


def _general(told: Mapping[str, Any]) -> Iterator[Shipped]:
    for row in told["phases"]:
        yield _of_people(row, row["case"], anchor=row["phase"])
    for row in told["clarify"]:
        yield _of_people(row, Situation.CLARIFY)
    for row in told["group"]:
        yield _of_people(row, Situation.GROUP)
    yield _of_people(told["advise_to_stop"], Situation.STOP)
    for row in told["constraints"]:
        texts = {"sentence": row["sentence"]}
        code = f"constraint_{row['kind']}"
        yield Shipped(code, "", str(Situation.CONSTRAINT), "", texts)


def _of_people(row: Mapping[str, Any], situation: str, *, anchor: str = "") -> Shipped:
    texts = {name: row[name] for name in PERSON_TEXTS if name in row}
    action = row.get("action", "")
    return Shipped(row["code"], "", str(situation), anchor, texts, action)


def _for_roles(
    told: Mapping[str, Any], general: Mapping[tuple[str, str], Shipped]
) -> Iterator[Shipped]:
    """What is said otherwise to a role; the rest is as for everybody."""
    for row in told["for_roles"]:
        base = general[row["play"], ""]
        own = {name: row[name] for name in PERSON_TEXTS if name in row}
        yield Shipped(
            base.code,
            row["role"],
            base.situation,
            base.anchor,
            {**base.texts, **own},
            row.get("action", ""),
        )
