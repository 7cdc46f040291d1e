"""Too many calls are sent away; without Redis nobody is."""

import time
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from accounts.http.limits import limiter
from accounts.models import Membership
from tests.api.conftest import Api
from tests.api.test_hostile import assert_problem

pytestmark = pytest.mark.django_db


def test_every_answer_says_what_is_left(api: Api):
    first, refused = api.get("companies"), api.get("companies", x="1")

    policy = '"caller";q=600;w=60, "workspace";q=3000;w=60'
    assert first.headers["RateLimit-Policy"] == policy
    assert first.headers["RateLimit"].startswith('"caller";r=599;t=')
    assert refused.headers["RateLimit"].startswith('"caller";r=598;t=')


def test_beyond_the_limit_a_caller_waits_and_others_do_not(
    api: Api, bob: Membership, settings: Any
):
    settings.API_LIMIT_PER_CALLER = 3
    answers = [api.get("companies") for _each in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert_problem(answers[-1], 429)
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert Api(bob).get("companies").status_code == 200


def test_a_workspace_has_a_limit_of_its_own(
    api: Api, bob: Membership, charlie: Membership, settings: Any
):
    settings.API_LIMIT_PER_WORKSPACE = 2
    api.get("companies")
    Api(bob).get("companies")

    assert_problem(Api(bob).get("companies"), 429)
    assert Api(charlie).get("companies").status_code == 200


def test_without_redis_nobody_is_refused_or_kept_waiting(api: Api, settings: Any):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.API_LIMIT_PER_CALLER = 1
    began = time.monotonic()

    answers = [api.get("companies") for _each in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "RateLimit" not in answers[0].headers
    nobody: dict[str, Any] = {
        "workspace_id": uuid7(),
        "principal_id": uuid7(),
        "limits": {},
    }
    assert limiter(settings.REDIS_URL).count(**nobody) is None
    assert time.monotonic() - began < 5


def test_no_limit_is_no_header(api: Api, settings: Any):
    settings.API_LIMIT_PER_CALLER = 0

    assert "RateLimit" not in api.get("companies").headers
