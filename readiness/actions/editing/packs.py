"""A version that comes as a file: read strictly, and made a draft."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from readiness.actions.editing.drafts import write_draft
from readiness.actions.editing.rules import (
    Malformed,
    brief,
    refuse_malformed,
    refuse_unfit,
)
from readiness.actions.versions import free_version
from readiness.models import Basis, PhaseModel
from readiness.queries.pack import numbers_in, pack_of

MOST_BYTES = 2 * 1024 * 1024
VERSIONS_COMPARED = 20


@transaction.atomic
def import_pack(*, content: bytes, by: Membership, now: datetime) -> PhaseModel:
    """Make a draft of a phase-model pack, or nothing.

    Numbers are called what the file calls them only where the workspace has a version
    with the same numbers that is called so; else they are numbers set by hand.

    :raises Malformed: with sentences that name the place.
    """
    pack = read_pack(content)
    basis = _basis_of(pack)
    parameters = dict(pack["parameters"])
    if basis == Basis.OWN:
        parameters.pop("learned_from", None)  # these deals were not closed here
    draft = write_draft(
        {
            **pack,
            "version": free_version(pack["version"]),
            "basis": basis,
            "parameters": parameters,
        },
        now=now,
    )
    record(
        verb="phase_model.imported",
        subject=draft,
        by=by,
        at=now,
        after={"version": pack["version"]},
    )
    return draft


def read_pack(content: bytes) -> dict[str, Any]:
    """Read a file as a pack that could be made a draft.

    :raises Malformed: with sentences that name the place.
    """
    if len(content) > MOST_BYTES:
        raise Malformed([_("The file is larger than 2 MB: no phase model is.")])
    try:
        pack = json.loads(
            content.decode("utf-8-sig"),
            parse_constant=_no_number,
            object_pairs_hook=_once,
        )
    except RecursionError as error:
        raise Malformed(
            [_("The file is nested deeper than any phase model.")]
        ) from error
    except ValueError as error:
        raise Malformed(
            [_("The file is no JSON: %(why)s") % {"why": brief(str(error))}]
        ) from error
    refuse_malformed(pack)
    refuse_unfit(pack)
    return dict(pack)


def _no_number(word: str) -> float:
    raise Malformed([_("“%(word)s” is no number.") % {"word": word}])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed([_("“%(name)s” is said twice.") % {"name": brief(twice)}])
    return told


def _basis_of(pack: Mapping[str, Any]) -> str:
    """What the numbers are called here."""
    claimed, numbers = pack["basis"], numbers_in(pack)
    rows = PhaseModel.objects.filter(basis=claimed).order_by("-created_at", "-pk")
    if any(numbers_in(pack_of(row)) == numbers for row in rows[:VERSIONS_COMPARED]):
        return str(claimed)
    return Basis.OWN
