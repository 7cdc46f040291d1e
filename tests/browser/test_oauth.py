"""An application is registered, let in from a page of its own, and sent away."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from accounts.models import Application, Membership, Role
from tests.browser.conftest import assert_fine
from tests.factories import create_membership, create_user, create_workspace
from tests.oauth.flow import CHALLENGE, VERIFIER, query


@pytest.fixture
def alice(transactional_db) -> Membership:
    ours = create_workspace(slug="ours", name="Delta Metalworks")
    user = create_user(email="alice@example.com", name="Alice Adams")
    return create_membership(workspace=ours, user=user, roles=tuple(Role))


@pytest.fixture
def website():
    """Another site, to be sent back to."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Route planner</title><p>Connected.</p>")

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/back"
    server.shutdown()
    server.server_close()


def post(address: str, values: dict[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(
        urlopen(Request(address, query(values).encode())).read()
    )
    return answer


def test_from_registering_to_sending_away(alice, open_page, website, live_server):
    page = open_page("/w/ours/settings/applications", user=alice.user)
    assert_fine(page, "applications-none")
    page.get_by_label("Name", exact=True).fill("Route planner")
    page.get_by_label("an app on people's own computer or phone").check()
    page.get_by_label("Where people are sent back to").fill(website)
    page.get_by_role("button", name="Register the application").click()
    expect(page.get_by_text("PKCE stands in for it")).to_be_visible()
    assert_fine(page, "applications")

    client_id = Application.objects.get().client_id
    question = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": website,
        "state": "xyz",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    page.goto(f"{live_server.url}/oauth/authorize?{query(question)}")
    expect(page.get_by_role("heading", name="Let Route planner in?")).to_be_visible()
    assert_fine(page, "consent")
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_text("Connected.")).to_be_visible()

    told = parse_qs(urlsplit(page.url).query)
    assert told["state"] == ["xyz"]
    exchange = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": told["code"][0],
        "redirect_uri": website,
        "code_verifier": VERIFIER,
    }
    token = post(f"{live_server.url}/oauth/token", exchange)["access_token"]
    assert call(live_server, token)["name"] == "Alice Adams"

    page.goto(f"{live_server.url}/profile")
    assert_fine(page, "profile-applications")
    page.get_by_role("button", name="Send Route planner away").click()
    expect(page.get_by_text("acts for you no longer")).to_be_visible()
    with pytest.raises(Exception, match="401"):
        call(live_server, token)


def test_a_service_sees_its_secret_once(alice, open_page):
    page = open_page("/w/ours/settings/applications", user=alice.user)
    page.get_by_label("Name", exact=True).fill("Nightly import")
    page.get_by_role("button", name="Register the application").click()

    secret = page.get_by_label("The secret", exact=True)
    expect(secret).to_be_visible()
    assert secret.input_value().startswith("brs_")
    assert_fine(page, "applications-service")


def test_an_unknown_application_gets_a_page_and_no_answer(alice, open_page):
    # The browser says of a 404 that it is one.
    page = open_page("/oauth/authorize?client_id=x", user=alice.user, listen=False)

    expect(page.get_by_text("Nothing was given to it.")).to_be_visible()
    assert_fine(page, "consent-refused")


def call(live_server, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    request = Request(f"{live_server.url}/api/v1/me", headers=headers)
    answer: dict[str, Any] = json.loads(urlopen(request).read())
    return answer
