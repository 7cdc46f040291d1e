"""What was promised, and what the buyer has on file: what the pages answer."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Workspace
from opportunities.models import Opportunity, Outcome
from stakeholders.actions.acts import create_task, finish_task, set_file_item
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.models import OutcomeEvent, PurchaseFileItem, Task
from tests.factories import DAY, NOW, create_membership, give_defaults
from tests.recompute.build import open_deal, seat

pytestmark = pytest.mark.django_db

LIST = "/w/ours/tasks"


@pytest.fixture
def deal(bob: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=bob)


def promise(deal: Opportunity, title: str = "Call", **fields: Any) -> Task:
    return create_task(opportunity=deal, title=title, by=deal.owner, now=NOW, **fields)


def end(deal: Opportunity) -> None:
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        by=deal.owner,
        now=NOW,
    )


def groups_of(page: str) -> list[str]:
    heads = re.findall(r'scope="rowgroup"[^>]*>(.*?)</th>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", head).split()) for head in heads]


def test_a_task_is_noted_and_put_right(as_bob: Any, deal: Opportunity):
    karel = seat(deal)
    here = f"/w/ours/opportunities/{deal.pk}"

    made = as_bob.post(
        f"{here}/tasks/new", {"title": "Call", "stakeholder": str(karel.pk)}
    )
    task = Task.objects.get()
    saved = as_bob.post(
        f"/w/ours/tasks/{task.pk}/edit",
        {"title": "Call back", "due_on": "2026-05-04", "version": 1, "next": LIST},
    )

    task.refresh_from_db()
    assert (made.url, saved.url) == (here, LIST)
    assert (task.title, task.due_on, task.stakeholder) == ("Call back", DAY, None)


def test_whom_a_task_was_for_stays_when_they_leave(as_bob: Any, deal: Opportunity):
    karel = seat(deal)
    task = promise(deal, stakeholder=karel)
    karel.left_on = DAY
    karel.save()

    page = as_bob.get(f"/w/ours/tasks/{task.pk}/edit").content.decode()

    assert f'value="{karel.pk}" selected' in page


def test_a_task_is_done_and_undone_where_it_stands(as_bob: Any, deal: Opportunity):
    task = promise(deal)

    done = as_bob.post(f"/w/ours/tasks/{task.pk}/done", {"next": f"{LIST}?by=owner"})
    page = as_bob.get(LIST).content.decode()
    again = as_bob.post(f"/w/ours/tasks/{task.pk}/done")
    undone = as_bob.post(f"/w/ours/tasks/{task.pk}/undo")

    task.refresh_from_db()
    assert (done.status_code, done.url) == (303, f"{LIST}?by=owner")
    assert f"/w/ours/tasks/{task.pk}/undo" in page
    assert (again.url, undone.url, task.done_at) == (LIST, LIST, None)


def test_what_was_done_long_ago_shows_when_it_is_asked_for(
    as_bob: Any, deal: Opportunity
):
    task = promise(deal, title="Send the draft")
    finish_task(task=task, by=deal.owner, now=timezone.now() - timedelta(days=2))

    assert task.title not in as_bob.get(LIST).content.decode()
    assert task.title in as_bob.get(LIST, {"done": "on"}).content.decode()


@pytest.mark.claim(31)
def test_tasks_stand_by_day_owner_person_and_department(
    as_bob: Any, deal: Opportunity, bob: Membership
):
    promise(deal, title="A", due_on=DAY, owner=bob, department="Finance")
    promise(deal, title="B", stakeholder=seat(deal))

    pages = {
        by: groups_of(as_bob.get(LIST, {"by": by}).content.decode())
        for by in ("due", "owner", "person", "department")
    }

    assert pages["due"] == ["Mon 4 May 2026 overdue", "no date"]
    assert pages["owner"] == ["Bob", "nobody yet"]
    assert pages["person"] == ["Karel", "nobody in particular"]
    assert pages["department"] == ["Finance", "no department"]


def test_the_list_is_narrowed_by_owner_and_department(
    as_bob: Any, deal: Opportunity, bob: Membership
):
    promise(deal, title="Of Bob", owner=bob)
    promise(deal, title="Of finance", department="Finance")

    of_bob = as_bob.get(LIST, {"owner": str(bob.pk)}).content.decode()
    of_finance = as_bob.get(LIST, {"department": "fin"}).content.decode()
    nothing = as_bob.get(LIST, {"department": "zzz"}).content.decode()

    assert ("Of Bob" in of_bob, "Of finance" in of_bob) == (True, False)
    assert ("Of Bob" in of_finance, "Of finance" in of_finance) == (False, True)
    assert "None match" in nothing


def test_tasks_of_deals_one_may_not_see_are_not_there(
    as_bob: Any, deal: Opportunity, ours: Workspace
):
    ours.rep_visibility = "own"
    ours.save(update_fields=["rep_visibility"])
    hidden = open_deal(owner=create_membership(), name="Hidden")
    promise(hidden, title="Secret")

    assert "Secret" not in as_bob.get(LIST, {"done": "on"}).content.decode()


def test_the_list_costs_the_same_with_one_task_and_with_three(
    as_bob: Any, deal: Opportunity, bob: Membership, cost_of: Any
):
    promise(deal, owner=bob, stakeholder=seat(deal), due_on=DAY)
    once = len(cost_of(as_bob, LIST))

    for name in ("Ruth", "Jan"):
        other = open_deal(owner=create_membership(), name=name)
        promise(other, owner=other.owner, stakeholder=seat(other, name))

    assert len(cost_of(as_bob, LIST)) == once <= 8


def file_of(deal: Opportunity, **typed: str) -> dict[str, str]:
    values = {f"item{number}-state": "unknown" for number in range(1, 9)}
    return values | {name.replace("__", "-"): text for name, text in typed.items()}


def test_the_purchase_file_keeps_what_was_claimed_and_evidenced(
    as_bob: Any, deal: Opportunity, ours: Workspace
):
    address = f"/w/ours/opportunities/{deal.pk}/purchase-file"
    typed = file_of(
        deal,
        item2__state="evidenced",
        item2__evidence="Minutes of 3 May",
        item2__seen_on="2026-05-03",
        item5__state="claimed",
    )

    response = as_bob.post(address, typed)

    rows = {row.item: row for row in PurchaseFileItem.objects.all()}
    assert response.url == f"/w/ours/opportunities/{deal.pk}"
    assert set(rows) == {2, 5}
    assert rows[2].evidence == "Minutes of 3 May"
    assert rows[5].seen_on == ours.today(timezone.now())
    assert "Last: evidenced" in as_bob.get(address).content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"item1__state": "evidenced"}, "Say what shows it."),
        ({"item1__state": "claimed", "item1__seen_on": "2190-01-01"}, "in the future"),
        ({"item3__state": "claimed", "item3__seen_on": "2026-01-01"}, "a later word"),
    ],
)
def test_the_purchase_file_refuses_in_words_and_keeps_the_rest(
    as_bob: Any, deal: Opportunity, typed: dict[str, str], sentence: str
):
    set_file_item(
        opportunity=deal, item=3, state="unknown", seen_on=DAY, by=None, now=NOW
    )
    response = as_bob.post(
        f"/w/ours/opportunities/{deal.pk}/purchase-file",
        file_of(deal, item4__evidence="By Ruth", **typed),
    )

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert 'value="By Ruth"' in response.content.decode()
    assert PurchaseFileItem.objects.count() == 1


def test_a_closed_deal_is_refused_in_words(as_bob: Any, deal: Opportunity):
    end(deal)
    here = f"/w/ours/opportunities/{deal.pk}"

    filed = as_bob.post(f"{here}/purchase-file", file_of(deal, item1__state="claimed"))
    promised = as_bob.post(f"{here}/tasks/new", {"title": "Call"})

    assert (filed.status_code, promised.status_code) == (422, 422)
    assert "Reopen it before you go on." in filed.content.decode()
    assert "Reopen it before you go on." in promised.content.decode()
    assert not Task.objects.exists()


def test_a_closed_deal_is_reopened_for_a_reason(as_bob: Any, deal: Opportunity):
    end(deal)
    address = f"/w/ours/opportunities/{deal.pk}/reopen"

    assert as_bob.post(address, {"reason": ""}).status_code == 422
    assert as_bob.post(address, {"reason": "They called"}).status_code == 303

    deal.refresh_from_db()
    assert not deal.is_closed
    assert OutcomeEvent.objects.get(outcome="open").reason == "They called"
    refused = as_bob.post(address, {"reason": "Again"})
    assert refused.status_code == 422
    assert 'value="Again"' in refused.content.decode()


def test_the_file_and_a_task_cost_the_same_with_one_row_and_with_three(
    as_bob: Any, deal: Opportunity, cost_of: Any
):
    task = promise(deal, stakeholder=seat(deal))
    here = f"/w/ours/opportunities/{deal.pk}"
    pages = [
        f"{here}/purchase-file",
        f"{here}/tasks/new",
        f"/w/ours/tasks/{task.pk}/edit",
    ]
    once = [len(cost_of(as_bob, address)) for address in pages]

    for item in (1, 2, 3):
        set_file_item(
            opportunity=deal, item=item, state="claimed", seen_on=DAY, by=None, now=NOW
        )
        seat(deal, f"Person {item}")
        create_membership()

    assert [len(cost_of(as_bob, address)) for address in pages] == once
    assert max(once) <= 10
