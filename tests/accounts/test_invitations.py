import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import tenancy
from accounts.actions.invitations import (
    InvitationOfSomebodyElse,
    InvitationOver,
    NotASeat,
    SeatHasNoEmail,
    accept_invitation,
    hash_of,
    invite,
    withdraw_invitation,
)
from accounts.actions.members import AlreadyAMember, remove_member, suspend
from accounts.models import AuditEvent, Invitation, Membership, Role, Workspace
from accounts.signin.invited import INVITATION_IN_SESSION
from buyreadiness.services.ports import free_port
from tests.factories import NOW, PASSWORD, create_membership, create_user

pytestmark = pytest.mark.django_db


def invite_dora(alice: Membership, **fields) -> Invitation:
    seat = create_membership(name="Dora")
    told: dict[str, Any] = {
        "email": "dora@example.com",
        "now": NOW,
        "origin": "https://crm.example",
    }
    return invite(membership=seat, by=alice, **told | fields)


def link_in(letter: Any) -> str:
    """The address in a letter, also in one whose long lines were broken for the way."""
    found = re.search(r"https?://\S+/join/\S+", str(letter).replace("=\r\n", ""))
    assert found
    return found[0]


def test_letter_says_who_where_and_until_when(
    alice, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        invitation = invite_dora(alice)

    (letter,) = mail.outbox
    assert letter.to == ["dora@example.com"]
    assert letter.subject == "Alice invites you to Ours on BuyReadiness"
    origin, _slash, token = link_in(letter.body).rpartition("/join/")
    assert origin == "https://crm.example"
    assert hash_of(token) == invitation.token_hash
    assert "11 May 2026" in letter.body
    invitation.refresh_from_db()
    assert invitation.sent_at is not None


def test_letter_escapes_nothing(alice, django_capture_on_commit_callbacks):
    alice.name = "Alice & Sons <sales>"
    with django_capture_on_commit_callbacks(execute=True):
        invite_dora(alice)

    assert "Alice & Sons <sales> invites you" in mail.outbox[0].body


def test_line_break_in_a_name_forges_no_header(
    alice, django_capture_on_commit_callbacks
):
    alice.name = "Alice\r\nBcc: everybody@example.com"
    with django_capture_on_commit_callbacks(execute=True):
        invite_dora(alice)

    assert mail.outbox[0].recipients() == ["dora@example.com"]


def test_second_invitation_kills_the_first(alice):
    first = invite_dora(alice)
    invite(
        membership=first.membership,
        email="d@example.com",
        by=alice,
        now=NOW,
        origin="http://x",
    )

    first.refresh_from_db()
    assert first.revoked_at == NOW
    assert Invitation.objects.open(NOW).count() == 1


def test_member_with_sign_in_is_not_invited(alice, bob):
    with pytest.raises(NotASeat):
        invite(membership=bob, email="b@example.com", by=alice, now=NOW, origin="")


def test_seat_without_address_is_not_invited(alice):
    with pytest.raises(SeatHasNoEmail):
        invite_dora(alice, email=" ")


def test_seat_is_not_invited_by_an_address_in_use(alice, bob):
    with pytest.raises(AlreadyAMember):
        invite_dora(alice, email="Bob@example.com")


def test_accepting_gives_the_seat(alice):
    invitation, dora = invite_dora(alice), create_user(email="dora@example.com")

    member = accept_invitation(invitation=invitation, user=dora, now=NOW)

    assert (member.user, member.name) == (dora, "Dora")
    assert AuditEvent.objects.get(verb="member.joined").actor == member


@pytest.mark.parametrize(
    "spoil",
    [
        lambda alice, i: withdraw_invitation(invitation=i, by=alice, now=NOW),
        lambda alice, i: suspend(membership=i.membership, by=alice, now=NOW),
        lambda alice, i: remove_member(
            membership=i.membership, heir=None, by=alice, now=NOW
        ),
        lambda _alice, i: accept_invitation(
            invitation=i, user=create_user(email="dora@example.com"), now=NOW
        ),
        lambda _alice, _i: Invitation.objects.update(expires_at=NOW),
    ],
    ids=["withdrawn", "suspended", "removed", "used", "expired"],
)
def test_spoiled_invitation_is_over(alice, spoil):
    invitation = invite_dora(alice)
    spoil(alice, invitation)
    user = create_user(email="other@example.com")

    with pytest.raises(InvitationOver):
        accept_invitation(invitation=invitation, user=user, now=NOW)


def test_invitation_of_somebody_else_is_refused(alice):
    user = create_user(email="eve@example.com", name="Eve")

    with pytest.raises(InvitationOfSomebodyElse) as refusal:
        accept_invitation(invitation=invite_dora(alice), user=user, now=NOW)

    assert str(refusal.value) == (
        "This invitation is for dora@example.com; you are signed in as eve@example.com."
    )


# --- The pages -------------------------------------------------------------------------


@pytest.fixture
def link(alice, time_machine, django_capture_on_commit_callbacks) -> str:
    """The path in the letter to Dora."""
    time_machine.move_to(NOW, tick=False)
    with django_capture_on_commit_callbacks(execute=True):
        invite_dora(alice)
    return link_in(mail.outbox[0].body).removeprefix("https://crm.example")


def test_link_leaves_the_secret_out_of_the_address(client: Client, link):
    response = client.get(link)

    assert response.status_code == 302
    assert response["Location"] == "/join"
    assert client.session[INVITATION_IN_SESSION] == hash_of(link.rpartition("/")[2])


def test_visitor_is_told_who_invites_and_led_to_an_account(client: Client, link):
    page = client.get(link, follow=True).content.decode()

    assert "Alice invites you to Ours" in page
    assert "/accounts/signup/?next=/join&amp;email=dora%40example.com" in page
    assert "/accounts/login/?next=/join" in page


def test_invited_person_joins_with_two_clicks(client: Client, link, ours):
    client.force_login(create_user(email="dora@example.com", name="Dora"))

    page = client.get(link, follow=True)
    response = client.post("/join/accept")

    assert b"Accept" in page.content
    assert response.status_code == 303
    assert response["Location"] == "/w/ours/"
    assert client.get("/w/ours/").status_code == 200
    assert INVITATION_IN_SESSION not in client.session


def test_somebody_else_is_told_to_sign_out(client: Client, link, bob):
    client.force_login(create_user(email="eve@example.com", name="Eve"))

    page = client.get(link, follow=True).content.decode()
    refused = client.post("/join/accept")

    assert "You are signed in as eve@example.com." in page
    assert "Accept" not in page
    assert refused.status_code == 422
    assert b"you are signed in as eve@example.com" in refused.content


def test_unknown_used_and_missing_invitations_look_the_same(client: Client, link):
    pages = [client.get("/join").content]
    pages.append(client.get("/join/never-existed", follow=True).content)
    Invitation.objects.update(revoked_at=NOW)
    pages.append(client.get(link, follow=True).content)

    assert len(set(pages)) == 1
    assert b"This invitation can't be used" in pages[0]
    assert client.get("/join").status_code == 404


def test_accepting_needs_a_sign_in(client: Client, link):
    client.get(link)

    response = client.post("/join/accept")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_home_leads_an_invited_person_on(client: Client, link):
    client.get(link)
    client.force_login(create_user(email="dora@example.com", name="Dora"))

    assert client.get("/")["Location"] == "/join"


def test_tie_of_the_invitation_page_to_its_week(client: Client, link, time_machine):
    client.get(link)
    time_machine.move_to(NOW + timedelta(days=7), tick=False)

    assert client.get("/join").status_code == 404


# --- A real mail server ----------------------------------------------------------------


class Letters:
    """What a mail server does with what it is given: it keeps it."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        self.kept.append(envelope.content.decode())
        return "250 kept"


@pytest.fixture
def smtp(settings) -> int:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return int(settings.EMAIL_PORT)


@pytest.fixture
def letters(smtp: int) -> Iterator[list[str]]:
    handler = Letters()
    server = Controller(handler, hostname="127.0.0.1", port=smtp)
    server.start()
    yield handler.kept
    server.stop()


@pytest.fixture
def zoe(committed: Workspace, client: Client) -> Membership:
    """Administrator of a workspace whose rows are committed; signed in."""
    user = create_user(email="zoe@example.com", name="Zoe")
    zoe = create_membership(workspace=committed, user=user, roles=(Role.ADMIN,))
    client.force_login(user)
    return zoe


def add_and_invite(client: Client) -> Membership:
    data = {"name": "Yan", "email": "yan@example.com", "roles": "rep", "then": "invite"}
    response = client.post("/w/committed/members/add", data)
    assert response.status_code == 303
    return Membership.objects.get(name="Yan")


def test_letter_arrives_by_smtp(zoe, client: Client, letters):
    seat = add_and_invite(client)

    (letter,) = letters
    assert "To: yan@example.com" in letter
    assert "http://testserver/join/" in letter.replace("=\r\n", "")
    page = client.get(f"/w/committed/members/{seat.pk}").content.decode()
    assert "Sent to yan@example.com" in page


def test_mail_server_that_is_down_loses_nothing(zoe, client: Client, smtp, caplog):
    seat = add_and_invite(client)

    assert client.get("/w/committed/members").content.count(b"invitation not sent") == 1
    page = client.get(f"/w/committed/members/{seat.pk}").content.decode()
    assert "The letter did not leave" in page
    assert "Send again" in page
    assert "Could not send invitation" in caplog.text


def test_letter_is_sent_again_when_the_server_is_back(zoe, client, smtp, request):
    seat = add_and_invite(client)
    letters = request.getfixturevalue("letters")

    response = client.post(
        f"/w/committed/members/{seat.pk}/invite", {"email": "yan@example.com"}
    )

    assert response.status_code == 303
    assert len(letters) == 1
    with tenancy.workspace(zoe.workspace):
        verbs = AuditEvent.objects.values_list("verb", flat=True)
        assert list(verbs.order_by("at", "id")) == [
            "member.added",
            *["member.invited"] * 2,
        ]


def test_whole_way_from_letter_to_workspace(zoe, client: Client, letters):
    """Closed registration: the letter is enough to make an account and come in."""
    add_and_invite(client)
    path = link_in(letters[0]).removeprefix("http://testserver")
    yan = Client()

    yan.get(path)
    yan.post(
        reverse("account_signup"),
        {"name": "Yan", "email": "yan@example.com", "password1": PASSWORD},
    )
    accepted = yan.post("/join/accept")

    assert accepted["Location"] == "/w/committed/"
    assert yan.get("/w/committed/").status_code == 200
