"""Who calls the API in these tests."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from tests.api.world import create_deal_with_everything
from tests.conftest import DoorClient
from tests.factories import give_defaults

ROOT = "/api/v1/"


class Api:
    """A signed-in member who calls the API of a workspace."""

    def __init__(self, member: Membership) -> None:
        self.client: Any = DoorClient(raise_request_exception=False)
        assert member.user
        self.client.force_login(member.user)
        self.headers = {"X-Workspace": member.workspace.slug}

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(ROOT + path, params, headers=self.headers)

    def post(self, path: str, body: Any = b"", **more: Any) -> Any:
        more = {"content_type": "application/json"} | more
        return self.client.post(ROOT + path, body, headers=self.headers, **more)


@pytest.fixture
def api(alice: Membership) -> Api:
    """Alice, administrator and rep, at the API."""
    return Api(alice)


@pytest.fixture
def deal(alice: Membership) -> Any:
    """A deal of Alice's with a row of each kind."""
    give_defaults()
    return create_deal_with_everything(alice)


@pytest.fixture
def plain_client() -> Client:
    return DoorClient(raise_request_exception=False)
