"""Letters leave through a real mail server, in the reader's language."""

import email
import socket
from email import policy

import pytest
from aiosmtpd.controller import Controller
from django.urls import reverse

from tests.factories import PASSWORD
from tests.signin.conftest import sign_in

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Mailbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 -- aiosmtpd's
        letter = email.message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append((envelope.rcpt_tos, letter))
        return "250 OK"


def a_free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def mailbox(settings):
    """What arrives at a mail server."""
    mailbox = Mailbox()
    server = Controller(mailbox, hostname="127.0.0.1", port=a_free_port())
    server.start()
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = server.port
    yield mailbox
    server.stop()


def test_the_letter_of_a_reset_arrives(client, ann, mailbox):
    client.post(reverse("account_reset_password"), {"email": ann.email})

    [(recipients, letter)] = mailbox.letters
    body = letter.get_content()
    assert recipients == ["ann@example.com"]
    assert letter["Subject"] == "Choose a new password for BuyReadiness"
    assert letter["From"] == "BuyReadiness <noreply@localhost>"
    assert body.startswith("Dear Ann,")
    assert "http://testserver/accounts/password/reset/key/" in body
    assert letter.get_content_type() == "text/plain"


@pytest.mark.django_db
def test_the_letter_of_a_confirmation_arrives(client, mailbox):
    words = {"email": "zoe@example.com", "name": "Zoé", "password1": PASSWORD}
    client.post(reverse("account_signup"), words)

    [(recipients, letter)] = mailbox.letters
    assert recipients == ["zoe@example.com"]
    assert letter["Subject"] == "Confirm your e-mail address for BuyReadiness"
    assert "Dear Zoé," in letter.get_content()
    assert "http://testserver/accounts/confirm-email/" in letter.get_content()


def test_a_changed_password_is_told(client, ann, mailbox):
    sign_in(client)
    words = {"oldpassword": PASSWORD, "password1": "another long password"}
    client.post(reverse("account_change_password"), words)

    [(recipients, letter)] = mailbox.letters
    assert recipients == ["ann@example.com"]
    assert "If this was not you" in letter.get_content()
    assert "Network address: 127.0.0.1" in letter.get_content()


def test_a_forged_host_writes_no_letter(client, ann, mailbox):
    answer = client.post(
        reverse("account_reset_password"),
        {"email": ann.email},
        headers={"host": "evil.example"},
    )

    assert answer.status_code == 400
    assert mailbox.letters == []


@pytest.mark.parametrize("address", ["ann@example.com", "nobody@example.com"])
def test_a_mail_server_that_is_away_is_said_and_breaks_nothing(
    client, ann, settings, mailbox, address
):
    settings.EMAIL_PORT = 1

    page = client.post(
        reverse("account_reset_password"), {"email": address}, follow=True
    )

    assert page.status_code == 200
    assert "We could not send you a letter just now" in page.content.decode()


def test_a_letter_is_in_the_readers_language(client, ann, mailbox):
    ann.language = "nl"
    ann.save()

    client.post(reverse("account_reset_password"), {"email": ann.email})
    sign_in(client)
    words = {"oldpassword": PASSWORD, "password1": "another long password"}
    client.post(reverse("account_change_password"), words)

    # A sentence that allauth itself has translated.
    assert "wachtwoord" in mailbox.letters[1][1]["Subject"].lower()
