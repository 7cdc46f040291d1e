"""A form leads back to a page of ours, wherever the request says it came from."""

import pytest
from django.test import RequestFactory

from accounts.http.form_pages import way_back

HOME = "/w/ours/people"
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "http:///evil.example/w/ours/",
    "https:evil.example",
    "https://testserver@evil.example/",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "\x08//evil.example",
    " //evil.example",
    "/\t/evil.example",
    "accounts:home",
    "9999-12-31",
    "?after=b",
    "",
]


@pytest.mark.parametrize("there", ELSEWHERE)
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_host_is_no_way_back(method, there):
    request = getattr(RequestFactory(), method)("/", {"next": there})

    assert way_back(request, HOME) == HOME


@pytest.mark.parametrize("there", ["/w/ours/companies?q=a&after=b", "/w/ours/#rows"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_page_of_ours_is_a_way_back(method, there):
    request = getattr(RequestFactory(), method)("/", {"next": there})

    assert way_back(request, HOME) == there


def test_form_says_more_than_the_address():
    request = RequestFactory().post("/?next=/w/ours/a", {"next": "/w/ours/b"})

    assert way_back(request, HOME) == "/w/ours/b"


def test_form_that_names_another_host_is_no_reason_to_follow_the_address():
    request = RequestFactory().post("/?next=/w/ours/a", {"next": "//evil.example"})

    assert way_back(request, HOME) == HOME
