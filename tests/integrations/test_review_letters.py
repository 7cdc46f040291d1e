"""The weekly review by mail: once, after the quiet hours, about what one may see."""

from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Membership, Role, User
from buyreadiness.tasks import senders
from forecasting.actions.reviews import freeze_review
from forecasting.actions.snapshots import freeze_deals
from forecasting.actions.subscriptions import subscribe
from forecasting.models import ReviewSubscription
from integrations.actions.letters import post_reviews, send_review
from integrations.actions.outbox import claim_entries
from integrations.models import OutboxEntry, OutboxKind
from opportunities.models import Opportunity
from readiness.queries.as_of import AsOf
from readiness.queries.models import active_model
from tests.factories import NOW, create_membership, create_user, give_defaults
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db

HERE = reverse("forecasting:reviews", kwargs={"slug": "ours"})
MAIL = reverse("forecasting:reviews-mail", kwargs={"slug": "ours"})
STOP = reverse("forecasting:reviews-mail-stop", kwargs={"slug": "ours"})
ADDRESS = f"https://crm.example.com{HERE}"
WEEK_AGO = NOW - timedelta(days=7)


@pytest.fixture(autouse=True)
def now(ours, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def computed(owner: Membership, *, at=WEEK_AGO, **fields):
    deal = open_deal(owner=owner, **fields)
    say(seat(deal), "B27", at=at - timedelta(days=2), now=at)
    make(deal, now=at)
    return deal


def night(ours, at=NOW) -> None:
    deals = list(Opportunity.objects.still_open().order_by("pk"))
    freeze_deals(deals, model=active_model(), workspace=ours, now=at)
    assert freeze_review(AsOf.of(ours, at=None, now=at))
    post_reviews(workspace=ours, now=at)


def send(at=NOW) -> int:
    """What a sweep and its workers do at a moment; how many letters were due."""
    claimed = claim_entries(now=at)
    for entry in claimed:
        assert senders[OutboxKind(entry.kind)].name.endswith("mail_review")
        send_review(subscription_id=entry.object_id, door=nullcontext, now=lambda: at)
    return len(claimed)


def test_a_letter_says_what_was_frozen_and_what_moved(alice, ours):
    computed(alice)
    night(ours, WEEK_AGO)
    computed(alice, at=NOW, name="New")
    subscribe(address=ADDRESS, by=alice)
    night(ours)

    assert send() == 1

    (letter,) = mail.outbox
    assert letter.to == ["alice@example.com"]
    assert "weekly review" in letter.subject
    assert "8 times in 10" in letter.body
    assert "It rests on 2 open deals." in letter.body
    assert "Change in a week" in letter.body
    assert "New:" in letter.body
    assert ADDRESS in letter.body


def test_each_week_is_told_once(alice, ours):
    computed(alice)
    subscribe(address=ADDRESS, by=alice)
    night(ours, WEEK_AGO)
    send(WEEK_AGO)
    # A worker was killed before it could say so: the entry is there again.
    post_reviews(workspace=ours, now=WEEK_AGO)
    send(WEEK_AGO + timedelta(minutes=5))
    assert len(mail.outbox) == 1
    assert not OutboxEntry.objects.exists()

    night(ours)
    send()

    assert len(mail.outbox) == 2


def test_a_letter_speaks_the_language_of_whoever_gets_it(alice, ours):
    User.objects.filter(pk=alice.user_id).update(language="nl")
    computed(alice)
    subscribe(address=ADDRESS, by=alice)
    night(ours)
    send()

    assert "Verwacht" in mail.outbox[0].body


def test_a_rep_is_told_of_their_own_deals_only(alice, ours):
    computed(alice, amount=1_000_000)
    user = create_user(email="rep@example.com", name="Remy")
    rep = create_membership(workspace=ours, user=user, roles=(Role.REP,))
    computed(rep, amount=1_000)
    subscribe(address=ADDRESS, by=rep)
    night(ours)
    send()

    (letter,) = mail.outbox
    assert "It rests on 1 open deal." in letter.body
    assert "Remy" in letter.body


def test_who_has_left_is_told_nothing(alice, ours):
    computed(alice)
    subscribe(address=ADDRESS, by=alice)
    night(ours)
    Membership.objects.filter(pk=alice.pk).update(status="suspended")

    assert send() == 1
    assert mail.outbox == []
    assert not OutboxEntry.objects.exists()


def test_a_letter_that_cannot_leave_is_tried_again(alice, ours, settings):
    computed(alice)
    subscribe(address=ADDRESS, by=alice)
    night(ours)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens
    send()
    assert send() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert send(NOW + timedelta(minutes=15)) == 1
    assert len(mail.outbox) == 1


def test_a_letter_nobody_could_take_for_a_week_is_dropped(alice, ours, settings):
    computed(alice)
    subscribe(address=ADDRESS, by=alice)
    night(ours)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    send(NOW + timedelta(days=8))

    assert not OutboxEntry.objects.exists()


@pytest.mark.parametrize(
    ("hour", "quiet", "waits"),
    [
        (3, (time(22), time(7)), timedelta(hours=4)),
        (23, (time(22), time(7)), timedelta(hours=8)),
        (12, (time(22), time(7)), timedelta(0)),
        (12, (time(11, 30), time(13)), timedelta(hours=1)),
        (7, (time(22), time(7)), timedelta(0)),
        (3, (None, None), timedelta(0)),
    ],
)
def test_quiet_hours_are_kept(ours, hour, quiet, waits):
    user = User(time_zone="UTC", quiet_from=quiet[0], quiet_until=quiet[1])
    at = datetime(2026, 5, 4, hour, tzinfo=UTC)

    assert user.undisturbed_at(at, zone=ours.zone) == at + waits


def test_quiet_hours_hold_a_letter_back(alice, ours):
    there = NOW.astimezone(ours.zone)
    User.objects.filter(pk=alice.user_id).update(
        quiet_from=(there - timedelta(hours=1)).time(),
        quiet_until=(there + timedelta(hours=1)).time(),
    )
    computed(alice)
    subscribe(address=ADDRESS, by=alice)
    night(ours)

    assert send() == 0
    assert send(NOW + timedelta(hours=1)) == 1
    assert len(mail.outbox) == 1


def test_the_page_begins_and_ends_it(as_alice, alice, ours):
    assert "Mail me each week" in as_alice.get(HERE).content.decode()

    page = as_alice.post(MAIL, follow=True).content.decode()
    assert "Stop mailing me" in page
    as_alice.post(MAIL)  # again: still one
    row = ReviewSubscription.objects.get()
    assert (row.member, row.address) == (alice, f"http://testserver{HERE}")

    assert "Mail me each week" in as_alice.post(STOP, follow=True).content.decode()
    assert not ReviewSubscription.objects.exists()
