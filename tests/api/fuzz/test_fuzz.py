"""The API answers as it says, to anybody, and what it refuses changes nothing."""

import logging
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from accounts.models import Role, Workspace
from accounts.rest.views import described
from accounts.tenancy import workspace
from tests.api.fuzz.callers import NAMES, callers_of
from tests.api.fuzz.calls import Caller, call
from tests.api.fuzz.served import Served
from tests.factories import create_membership, create_user, create_workspace

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # The tool's own, and those of a server that is shut while somebody still listens.
    pytest.mark.filterwarnings("default"),
]
SEED = 20_261_126
DEALT = (
    *map(str, Role),
    "nobody",
)  # the operations, in the short run; some to the others


@pytest.fixture
def callers(committed: Workspace, settings: Any) -> dict[str, Caller]:
    """How often one may call is not asked here."""
    settings.API_LIMIT_PER_CALLER = 0
    return callers_of(committed)


@pytest.fixture
def served(committed: Workspace, callers: dict[str, Caller]) -> Iterator[Served]:
    """The product, with rows of another workspace that nobody here may touch."""
    stranger = create_workspace(slug="stranger")
    with workspace(stranger):
        user = create_user(email="stranger@example.com")
        create_membership(user=user, roles=(Role.ADMIN,))
    logging.disable(logging.CRITICAL)  # a line for each call hides what a test says
    with Served([committed.pk, stranger.pk]) as served:
        yield served
    logging.disable(logging.NOTSET)


def labels_of(name: str) -> set[str]:
    """The operations that a caller is dealt in the short run."""
    labels = sorted(
        f"{method.upper()} {path}"
        for path, operations in described()["paths"].items()
        for method in operations
    )
    if name in DEALT:
        return set(labels[DEALT.index(name) :: len(DEALT)])
    return set(labels[NAMES.index(name) :: 12])


def test_calls_nobody_thought_of(served: Served, callers: dict[str, Caller]):
    """Every operation, dealt out; in the long run each caller calls all."""
    for name, caller in callers.items():
        served.begin()
        told = call(
            served.url,
            caller,
            seed=SEED,
            examples=1,
            phases=("fuzzing",),
            only=labels_of(name).__contains__,
        )
        assert told.findings == [], name
        refuse_what_one_may_not(served, caller)

    assert {status for _method, status in served.calls} >= {200, 201, 401, 403, 404}


def refuse_what_one_may_not(served: Served, caller: Caller) -> None:
    """Refusals and reads changed nothing, and what succeeded was allowed to."""
    assert served.changed == []
    assert {each for each in served.done if not caller.may(*each)} == set()


CHECKS = {
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance"),
    *("negative_data_rejection", "positive_data_acceptance", "ignored_auth"),
    *("use_after_free", "ensure_resource_availability", "unsupported_method"),
    *("missing_required_header", "allow_header_conformance"),
}
# Of who calls in some phases only, or is refused nearly everywhere.
FEWER = {
    "nobody": {"ignored_auth"},
    "session": CHECKS - {"unsupported_method", "allow_header_conformance"},
    "forged": {"status_code_conformance", "ignored_auth"},
    "narrow": {"status_code_conformance", "ignored_auth"},
}


@pytest.mark.proof
@pytest.mark.parametrize("name", NAMES)
def test_thousands_of_calls(
    served: Served,
    callers: dict[str, Caller],
    name: str,
    capsys: pytest.CaptureFixture[str],
):
    """As many calls as the caller makes at least; at first in all of their phases."""
    caller = callers[name]
    began, seed, phases = time.monotonic(), SEED, caller.phases
    checks, findings = set(), []
    while sum(served.calls.values()) < caller.least:
        told = call(served.url, caller, seed=seed, examples=5, phases=phases)
        checks |= set(told.checks)
        findings += told.findings
        seed += 1
        phases = tuple(
            each for each in caller.phases if each in {"fuzzing", "stateful"}
        )

    me = requests.get(f"{served.url}/api/v1/me", headers=caller.headers, timeout=60)
    with capsys.disabled():
        calls, seconds = sum(served.calls.values()), time.monotonic() - began
        sys.stdout.write(
            f"\n{name}: {calls} calls in {seconds:.0f} s,"
            f" {len(findings)} findings; {me.status_code} in the end\n"
            f"{sorted(served.calls.items())}\n"
        )
    assert not findings, "\n".join(findings)
    refuse_what_one_may_not(served, caller)
    assert checks >= FEWER.get(name, CHECKS)
