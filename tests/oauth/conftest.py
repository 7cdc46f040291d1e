"""What the tests of OAuth share."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone


@pytest.fixture
def later() -> Iterator[Callable[[timedelta], Any]]:
    """Let time pass until the end of the test."""
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield traveller.shift
