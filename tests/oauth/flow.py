"""The steps of OAuth as an application takes them, over HTTP."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from accounts.actions.applications import register_application
from accounts.models import Application, Membership
from accounts.tenancy import workspace
from tests.conftest import DoorClient
from tests.factories import NOW

BACK = "https://app.example.com/back?from=us"
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .decode()
    .rstrip("=")
)
SCOPES = ["companies:read", "companies:write", "me:read"]
TOKEN, REVOKE, ME = "/oauth/token", "/oauth/revoke", "/api/v1/me"


def register(by: Membership, *, kind: str = "web", **fields: Any) -> "Caller":
    values: dict[str, Any] = {
        "name": "Route planner",
        "redirect_uris": [BACK],
        "scopes": SCOPES,
    } | fields
    with workspace(by.workspace):
        application, secret = register_application(kind=kind, by=by, now=NOW, **values)
    return Caller(application, secret)


class Caller:
    """An application, from outside."""

    def __init__(self, application: Application, secret: str) -> None:
        self.application, self.secret = application, secret
        self.client: Any = DoorClient(raise_request_exception=False)

    @property
    def identity(self) -> dict[str, str]:
        named = {"client_id": self.application.client_id}
        return named | ({"client_secret": self.secret} if self.secret else {})

    def question(self, **changed: Any) -> dict[str, Any]:
        """What it sends a member to the consent page with; None leaves out."""
        asked = {
            "response_type": "code",
            "client_id": self.application.client_id,
            "redirect_uri": BACK,
            "scope": "companies:read me:read",
            "state": "xyz",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changed
        return {name: value for name, value in asked.items() if value is not None}

    def code(self, client: Any, **changed: Any) -> str:
        """The code it gets when whoever is signed in says yes."""
        address = f"{consent_of(self.application)}?{query(self.question(**changed))}"
        answer = client.post(address, {"answer": "yes"})
        return sent_back(answer)["code"]

    def fetch(self, **values: Any) -> Any:
        return self.client.post(TOKEN, self.identity | values)

    def exchange(self, code: str, **changed: Any) -> Any:
        values = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        } | changed
        return self.fetch(**values)

    def tokens(self, client: Any, **changed: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.exchange(self.code(client, **changed)).json()
        return answer

    def refresh(self, refresh_token: str, **more: Any) -> Any:
        return self.fetch(
            grant_type="refresh_token", refresh_token=refresh_token, **more
        )

    def call(self, access_token: str, address: str = ME) -> Any:
        return self.client.get(address, headers=bearer(access_token))


def bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}"}


def consent_of(application: Application) -> str:
    return f"/w/{application.workspace.slug}/oauth/authorize"


def query(values: dict[str, Any]) -> str:
    return urlencode(values)


def sent_back(answer: Any) -> dict[str, str]:
    """What the address the browser is sent to carries."""
    assert answer.status_code == 303, answer.content
    carried = parse_qs(urlsplit(answer["Location"]).query)
    return {name: values[0] for name, values in carried.items()}


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]
