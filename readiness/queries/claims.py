"""What science supports of all this, and what it does not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import in_words


class Support(models.TextChoices):
    STRONG = "strong", _("well supported")
    PARTIAL = "partial", _("partly supported")
    WEAK = "weak", _("not tested yet")
    AGAINST = "against", _("speaks against the idea")


@dataclass(frozen=True, slots=True)
class Claim:
    """One finding, how well it is supported, and what it means for the product."""

    support: str
    texts: Mapping[str, Mapping[str, Any]]
    sources: tuple[str, ...]

    @property
    def claim(self) -> str:
        return in_words(self.texts, "claim")

    @property
    def here(self) -> str:
        return in_words(self.texts, "here")

    @property
    def support_label(self) -> str:
        return str(Support(self.support).label)

    @property
    def tone(self) -> str:
        tones = {
            Support.STRONG: "good",
            Support.PARTIAL: "warn",
            Support.AGAINST: "bad",
        }
        return tones.get(Support(self.support), "")


@cache
def claims() -> tuple[Claim, ...]:
    """The findings as they are shipped, in their order."""
    path = files("readiness") / "defaults" / "evidence.json"
    return tuple(
        Claim(
            support=row["support"],
            texts={"claim": row["claim"], "here": row["here"]},
            sources=tuple(row["sources"]),
        )
        for row in json.loads(path.read_text())
    )
