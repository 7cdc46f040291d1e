"""A task plans one of our steps: how it is said, and what follows when it is done."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import Membership
from opportunities.models import Opportunity
from readiness.models import LogDraft
from stakeholders.actions.acts import UnknownStep, change_task, create_task
from stakeholders.models import Stakeholder, Task
from tests.factories import NOW, give_defaults
from tests.recompute.build import open_deal, seat

pytestmark = pytest.mark.django_db

LIST = "/w/ours/tasks"


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(bob: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=bob)


@pytest.fixture
def karel(deal: Opportunity) -> Stakeholder:
    return seat(deal, "Karel")


def promise(deal: Opportunity, title: str = "Show it", **fields: Any) -> Task:
    return create_task(opportunity=deal, title=title, by=deal.owner, now=NOW, **fields)


def words(page: Any) -> str:
    return " ".join(page.content.decode().split())


def new(deal: Opportunity) -> str:
    return f"/w/ours/opportunities/{deal.pk}/tasks/new"


def options_of(page: Any, name: str) -> list[tuple[str, str]]:
    choices = page.context["form"].fields[name].choices
    return [(value, str(label)) for value, label in choices]


# --- Said ------------------------------------------------------------------------------


def test_the_form_offers_our_steps_in_the_readers_words(
    as_bob: Any, bob: Membership, deal: Opportunity
):
    english = options_of(as_bob.get(new(deal)), "action")
    assert bob.user
    bob.user.language = "nl"
    bob.user.save()
    dutch = options_of(as_bob.get(new(deal)), "action")

    assert english[0] == ("", "none in particular")
    assert english[1] == ("A04", "Business-case or criteria workshop")
    assert len(english) == len(dutch) == 9
    assert ("A01", "Diagnosegesprek") in dutch


def test_a_step_is_noted_and_put_right(as_bob: Any, deal: Opportunity, karel):
    typed = {"title": "Show it", "stakeholder": str(karel.pk), "action": "A03"}
    as_bob.post(new(deal), typed)
    task = Task.objects.get()
    page = f"/w/ours/tasks/{task.pk}/edit"

    shown = as_bob.get(page)
    as_bob.post(page, {"title": "Ask", "action": "A01", "version": 1})

    assert 'value="A03" selected' in shown.content.decode()
    task.refresh_from_db()
    assert (task.title, task.action) == ("Ask", "A01")


@pytest.mark.parametrize("action", ["A99", "a03", "B01", "A" * 30, "A0\x003", "<b>"])
def test_what_is_no_step_is_refused_and_the_rest_is_kept(
    as_bob: Any, deal: Opportunity, action: str
):
    refused = as_bob.post(new(deal), {"title": "Show it", "action": action})

    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() == {"action"}
    assert 'value="Show it"' in refused.content.decode()
    assert not Task.objects.exists()


def test_the_action_refuses_by_itself(deal: Opportunity):
    with pytest.raises(UnknownStep, match="There is no action “A99”"):
        promise(deal, action="A99")
    task = promise(deal)
    with pytest.raises(UnknownStep):
        change_task(
            task=task, values={"action": "A99"}, version=1, by=deal.owner, now=NOW
        )


def test_a_step_that_no_model_knows_any_more_stays_by_its_code(
    as_bob: Any, deal: Opportunity
):
    task = promise(deal)
    Task.objects.update(action="OLD")
    page = f"/w/ours/tasks/{task.pk}/edit"

    shown = as_bob.get(page)
    saved = as_bob.post(page, {"title": "Call", "action": "OLD", "version": 1})

    assert options_of(shown, "action")[-1] == ("OLD", "OLD (no longer used)")
    task.refresh_from_db()
    assert (saved.status_code, task.title, task.action) == (303, "Call", "OLD")
    assert "OLD" not in dict(options_of(as_bob.get(new(deal)), "action"))


def test_a_page_that_proposes_a_step_fills_the_form(
    as_bob: Any, deal: Opportunity, karel
):
    given = {"title": "<Show>" + "x" * 300, "stakeholder": str(karel.pk)}
    page = as_bob.get(new(deal), given | {"action": "A03"})
    odd = as_bob.get(new(deal), {"action": "A99", "stakeholder": "\x00", "owner": "x"})

    words = page.content.decode()
    assert f'value="{karel.pk}" selected' in words
    assert 'value="A03" selected' in words
    assert 'value="&lt;Show&gt;' in words
    assert page.context["form"]["title"].value() == given["title"][:200]
    assert odd.status_code == 200
    assert "A99" not in odd.content.decode()


# --- Done ------------------------------------------------------------------------------


def offered(page: Any) -> dict[str, list[str]]:
    words = page.content.decode().replace("&amp;", "&")
    href = next(part for part in words.split('"') if "/log?did=" in part)
    return parse_qs(urlsplit(href).query)


def test_a_planned_step_that_is_done_offers_to_log_it(
    as_bob: Any, deal: Opportunity, karel
):
    task = promise(deal, title="Show <it>", action="A03", stakeholder=karel)
    back = f"/w/ours/opportunities/{deal.pk}"

    done = as_bob.post(f"/w/ours/tasks/{task.pk}/done", {"next": back})
    there = as_bob.get(done.url)
    listed = as_bob.get(LIST)

    told = {"did": ["A03"], "took": [str(karel.pk)]}
    assert offered(there) == offered(listed) == told
    assert "“Show &lt;it&gt;” is done." in there.content.decode()
    assert "/log?did=" not in as_bob.get(back).content.decode(), "it is said once"


def test_in_the_list_itself_the_row_offers_it(as_bob: Any, deal: Opportunity, karel):
    task = promise(deal, action="A03", stakeholder=karel)

    as_bob.post(
        f"/w/ours/tasks/{task.pk}/done", {"next": LIST}, headers={"HX-Request": "true"}
    )
    rows = as_bob.get(LIST, headers={"HX-Request": "true"})
    later = as_bob.get("/w/ours/opportunities/" + str(deal.pk))

    assert offered(rows)["did"] == ["A03"]
    assert "/log?did=" not in later.content.decode()


def test_a_task_without_a_step_offers_nothing(as_bob: Any, deal: Opportunity, karel):
    task = promise(deal, stakeholder=karel)

    as_bob.post(f"/w/ours/tasks/{task.pk}/done")

    assert "/log?did=" not in as_bob.get(LIST).content.decode()


def test_the_log_begins_with_the_step_and_the_person(
    as_bob: Any, deal: Opportunity, karel
):
    page = as_bob.get(
        f"/w/ours/opportunities/{deal.pk}/log",
        {"did": ["A03", "A99"], "took": [str(karel.pk), "nobody", str(deal.pk)]},
    )

    form = page.context["form"]
    assert (form["did"].value(), form["took"].value()) == (["A03"], [str(karel.pk)])
    checked = re.findall(r'name="(did|took)" value="([^"]*)"[^>]* checked', words(page))
    assert checked == [("took", str(karel.pk)), ("did", "A03")]


def test_a_draft_of_another_talk_comes_first_and_untouched(
    as_bob: Any, bob: Membership, deal: Opportunity, karel
):
    ruth = seat(deal, "Ruth")
    log = f"/w/ours/opportunities/{deal.pk}/log"
    token = as_bob.get(log).context["form"]["token"].value()
    as_bob.post(f"{log}/draft", {"token": token, "took": [str(ruth.pk)]})

    page = as_bob.get(log, {"did": "A03", "took": str(karel.pk)})

    assert LogDraft.objects.filter(membership=bob).exists()
    assert page.context["form"]["took"].value() == [str(ruth.pk)]
    assert page.context["form"]["did"].value() == []
    assert "Save or discard it first" in page.content.decode()
    assert "Save or discard it first" not in as_bob.get(log).content.decode()
