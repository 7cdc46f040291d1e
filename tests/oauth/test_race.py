"""What is good once is good once, also when it comes twice at the same moment."""

from typing import Any

import pytest

from accounts.models import Grant, Membership, Role, Workspace
from accounts.tenancy import workspace
from tests.conftest import DoorClient, signed_in
from tests.factories import create_membership, create_user
from tests.oauth.flow import Caller, register
from tests.tenancy.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(committed: Workspace) -> Membership:
    with workspace(committed):
        return create_membership(user=create_user(), roles=tuple(Role))


def sorted_statuses(answers: list[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def of_a_connection_of_its_own(caller: Caller) -> Caller:
    return Caller(caller.application, caller.secret)


def test_a_code_is_exchanged_once(alice: Membership):
    caller = register(alice)
    code = caller.code(signed_in(DoorClient(), alice))

    answers = at_once(
        lambda _number: of_a_connection_of_its_own(caller).exchange(code), threads=3
    )

    assert sorted_statuses(answers) == [200, 400, 400]
    assert Grant.objects.get().ended_at is not None


def test_a_refresh_token_is_exchanged_once(alice: Membership):
    caller = register(alice)
    token = caller.tokens(signed_in(DoorClient(), alice))["refresh_token"]

    answers = at_once(
        lambda _number: of_a_connection_of_its_own(caller).refresh(token), threads=3
    )

    assert sorted_statuses(answers) == [200, 400, 400]
    assert Grant.objects.get().ended_at is not None
