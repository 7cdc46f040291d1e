"""A draft, and a hand that edits it."""

import pytest
from django.db import transaction

from readiness.actions.editing.drafts import (
    make_draft,
)
from readiness.models import (
    PhaseModel,
)
from tests.factories import NOW, give_defaults


@pytest.fixture
def base(ours, alice) -> PhaseModel:
    give_defaults()
    return PhaseModel.objects.get()


@pytest.fixture
def draft(base, alice) -> PhaseModel:
    return make_draft(base=base, name="Ours", note="a trial", by=alice, now=NOW)


@pytest.fixture
def edit(draft, alice):
    """Call an action on the draft as it is now."""

    def act(action, **values):
        draft.refresh_from_db()
        with transaction.atomic():
            return action(revision=draft.revision, by=alice, now=NOW, **values)

    return act
