"""Who makes the generated calls: a key of each role, a browser, and some who may do little."""

from typing import Any

from django.conf import settings
from django.test import Client

from accounts.actions.keys import create_api_key
from accounts.models import Membership, Role, Workspace
from accounts.tenancy import workspace
from accounts.views.keys import scopes
from tests.api.fuzz.calls import Caller
from tests.api.world import create_deal_with_everything
from tests.factories import NOW, create_membership, create_user, give_defaults

NARROW = "companies"  # what the narrow key may read
CSRF = "a" * 32
NAMES = (*map(str, Role), "nobody", "session", "forged", "narrow")


def _may_read(method: str, path: str) -> bool:
    return method in {"GET", "HEAD"}


def _may_read_some(method: str, path: str) -> bool:
    return _may_read(method, path) and path.split("/")[3] == NARROW


def callers_of(ours: Workspace) -> dict[str, Caller]:
    """All in one workspace; `forged` and `narrow` are a member with every role.

    `session` is one of every role but the administrator's, who could end their own sessions.
    """
    with workspace(ours):
        give_defaults()
        members = [_member(role, role) for role in Role]
        everything = _member("all", *Role)
        browser = _member("browser", *(set(Role) - {Role.ADMIN}))
        for number, member in enumerate([*members, everything, browser], start=1):
            create_deal_with_everything(member, number=number)
        keys = {str(each.roles[0]): _key(each, scopes()) for each in members}
        narrow = _key(everything, {f"{NARROW}:read"})
    session = _session(browser)
    cookie, name = session["Cookie"], settings.CSRF_COOKIE_NAME
    signed = {"Cookie": f"{cookie}; {name}={CSRF}", "X-CSRFToken": CSRF}
    few: dict[str, Any] = {"least": 1_000, "phases": ("fuzzing",)}
    return {
        **{role: Caller(key) for role, key in keys.items()},
        "nobody": Caller({}, may=lambda method, path: False, **few),
        "session": Caller(
            session | signed,
            invents=False,
            least=3_000,
            phases=("fuzzing", "stateful"),
        ),
        # A page of somebody else's makes the browser call: it sends the cookie alone.
        "forged": Caller(_session(everything), invents=False, may=_may_read, **few),
        "narrow": Caller(narrow, may=_may_read_some, **few),
    }


def _member(name: str, *roles: Role) -> Membership:
    user = create_user(email=f"{name}@example.com")
    return create_membership(user=user, roles=roles)


def _key(member: Membership, scopes: set[str]) -> dict[str, str]:
    _key, secret = create_api_key(
        name="x", scopes=scopes, membership=member, by=member, now=NOW
    )
    return {"Authorization": f"Bearer {secret}"}


def _session(member: Membership) -> dict[str, str]:
    client = Client()
    assert member.user
    client.force_login(member.user)
    name = settings.SESSION_COOKIE_NAME
    return {
        "Cookie": f"{name}={client.cookies[name].value}",
        "X-Workspace": member.workspace.slug,
    }
