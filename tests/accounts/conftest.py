import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership


def signed_in(client: Client, member: Membership) -> Client:
    assert member.user
    client.force_login(member.user)
    return client


@pytest.fixture
def as_alice(client: Client, alice: Membership) -> Client:
    """Alice, administrator and rep, is signed in."""
    return signed_in(client, alice)


@pytest.fixture
def as_bob(client: Client, bob: Membership) -> Client:
    """Bob, a rep, is signed in."""
    return signed_in(client, bob)


@pytest.fixture
def cost_of() -> Callable[..., list[str]]:
    """The statements one GET sends besides BEGIN, SET LOCAL and COMMIT.

    After a first one, which fills the caches.
    """

    def measure(client: Client, path: str, **headers: Any) -> list[str]:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path, headers=headers)
        assert response.status_code == 200
        return [
            query["sql"]
            for query in captured.captured_queries
            if not re.match("SET LOCAL|SAVEPOINT|RELEASE", query["sql"])
        ]

    return measure
