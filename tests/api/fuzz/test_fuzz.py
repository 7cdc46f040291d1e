"""The API answers as it says, to anybody, and what it refuses changes nothing."""

import logging
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.actions.keys import create_api_key
from accounts.models import Role, Workspace
from accounts.rest.views import described
from accounts.tenancy import workspace
from accounts.views.keys import scopes
from tests.api.fuzz.calls import PHASES, call
from tests.api.fuzz.served import Served
from tests.api.world import create_deal_with_everything
from tests.factories import (
    NOW,
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # The tool's own, and those of a server that is shut while somebody still listens.
    pytest.mark.filterwarnings("default"),
]
SEED = 20_261_126


@pytest.fixture
def keys(committed: Workspace, settings: Any) -> dict[str, str]:
    """A key for each role, all in one workspace; how often one may call is not asked here."""
    settings.API_LIMIT_PER_CALLER = 0
    return keys_of(committed)


def keys_of(ours: Workspace) -> dict[str, str]:
    with workspace(ours):
        give_defaults()
        members = [
            create_membership(
                user=create_user(email=f"{role}@example.com"), roles=(role,)
            )
            for role in Role
        ]
        for number, member in enumerate(members, start=1):
            create_deal_with_everything(member, number=number)
        return {
            str(member.roles[0]): create_api_key(
                name="x", scopes=scopes(), membership=member, by=member, now=NOW
            )[1]
            for member in members
        }


@pytest.fixture
def served(committed: Workspace, keys: dict[str, str]) -> Iterator[Served]:
    """The product, with rows of another workspace that nobody here may touch."""
    stranger = create_workspace(slug="stranger")
    with workspace(stranger):
        user = create_user(email="stranger@example.com")
        create_membership(user=user, roles=(Role.ADMIN,))
    logging.disable(logging.CRITICAL)  # a line for each call hides what a test says
    with Served([committed.pk, stranger.pk]) as served:
        yield served
    logging.disable(logging.NOTSET)


def test_calls_nobody_thought_of(served: Served, keys: dict[str, str]):
    """Every operation, dealt out to the roles and to nobody; in the long run each calls all."""
    labels = sorted(
        f"{method.upper()} {path}"
        for path, operations in described()["paths"].items()
        for method in operations
    )
    callers = [*keys, ""]
    for share, role in enumerate(callers):
        own = set(labels[share :: len(callers)])
        told = call(
            served.url,
            secret=keys.get(role, ""),
            seed=SEED,
            examples=1,
            phases=("fuzzing",),
            only=own.__contains__,
        )
        assert told.findings == []

    assert served.changed == []
    assert {status for _method, status in served.calls} >= {200, 201, 401, 404}


CHECKS = {
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance"),
    *("negative_data_rejection", "positive_data_acceptance", "ignored_auth"),
    *("use_after_free", "ensure_resource_availability", "unsupported_method"),
    *("missing_required_header", "allow_header_conformance"),
}


@pytest.mark.proof
@pytest.mark.parametrize("role", [*map(str, Role), ""])
def test_thousands_of_calls(
    served: Served, keys: dict[str, str], role: str, capsys: pytest.CaptureFixture[str]
):
    """Five thousand calls by each role, and a thousand by nobody, in all phases."""
    least = 5_000 if role else 1_000
    began, seed = time.monotonic(), SEED
    phases: tuple[str, ...] = PHASES if role else ("fuzzing",)
    checks, findings = set(), []
    while sum(served.calls.values()) < least:
        told = call(
            served.url,
            secret=keys.get(role, ""),
            seed=seed,
            examples=5,
            phases=phases,
        )
        checks |= set(told.checks)
        findings += told.findings
        seed, phases = seed + 1, ("fuzzing", "stateful")

    with capsys.disabled():
        calls, seconds = sum(served.calls.values()), time.monotonic() - began
        sys.stdout.write(
            f"\n{role or 'nobody'}: {calls} calls in {seconds:.0f} s,"
            f" {len(findings)} findings\n{sorted(served.calls.items())}\n"
        )
    assert not findings, "\n".join(findings)
    assert served.changed == []
    assert checks >= (CHECKS if role else {"ignored_auth"})
