"""Keep what was typed into the log, until it is saved or two weeks have passed."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership
from opportunities.models import Opportunity
from readiness.models import LogDraft
from readiness.models.draft import KEPT

LARGEST = 64_000  # characters of JSON


class DraftTooLarge(Exception):
    """More than anybody types."""


@transaction.atomic
def keep_draft(
    *,
    membership: Membership,
    opportunity: Opportunity,
    fields: Mapping[str, Sequence[str]],
    now: datetime,
) -> None:
    """Put what was typed in the place of what was kept before.

    :raises DraftTooLarge: for more than 64,000 characters.
    """
    values = {name: list(given) for name, given in fields.items()}
    if len(json.dumps(values)) > LARGEST:
        raise DraftTooLarge(_("That is too long to keep as a draft."))
    LogDraft.objects.update_or_create(
        membership=membership,
        opportunity=opportunity,
        defaults={"fields": values, "saved_at": now},
    )


def discard_draft(*, membership: Membership, opportunity: Opportunity) -> None:
    """Throw away what was typed."""
    LogDraft.objects.filter(membership=membership, opportunity=opportunity).delete()


def forget_drafts(*, now: datetime) -> None:
    """Forget the open workspace's drafts that nobody touched for two weeks."""
    LogDraft.objects.filter(saved_at__lt=now - KEPT).delete()
