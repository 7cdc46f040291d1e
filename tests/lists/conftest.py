"""A workspace at one moment, in which a rep may see only their own."""

import pytest

from accounts.models import Visibility
from tests.factories import NOW, give_defaults


@pytest.fixture(autouse=True)
def world(ours, time_machine):
    time_machine.move_to(NOW, tick=False)
    give_defaults()


@pytest.fixture
def own_deals_only(ours):
    ours.rep_visibility = Visibility.OWN
    ours.save()
