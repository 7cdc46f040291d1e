"""The facts of one deal, each kind with its own line."""

from collections.abc import Iterator

from forecasting.engine.world.calendars import written
from forecasting.engine.world.records import ContactFacts, Story
from forecasting.engine.world.telling import INFLUENCES, Line, Telling, line
from readiness.engine.expert import ANCHORS

ON_PAPER = frozenset({"B09", "B13", "B17", "B38", "B40", "B44"})
NO_WORDS = frozenset({"B31", "B49"})  # silence is noted, not heard
MEETINGS = frozenset({"A03", "A04"})
MINUTES = {"call": (5, 30), "meeting": (30, 90), "email": (3, 12), "message": (2, 5)}


def fact_lines(story: Story, telling: Telling) -> Iterator[Line]:
    """All that is known of a deal, the company and the people aside."""
    yield _opportunity(story, telling)
    for tell in (
        _stakeholders,
        _links,
        _contacts,
        _dates,
        _quotes,
        _file_items,
        _seller,
        _words,
        _review,
        _tasks,
    ):
        yield from tell(story, telling)


def _opportunity(story: Story, telling: Telling) -> Line:
    rng, is_won = telling.rng, story.outcome == "won"
    has_amount = is_won or rng.random() > 0.04
    knows_size = rng.random() < 0.5
    last = story.quotes[-1].factor if story.quotes else 1.0
    off = int(rng.integers(-1, 2))
    is_closed = story.outcome != "open"
    return line(
        "opportunity",
        id=telling.id,
        name=telling.speaker.topic.name[telling.language],
        opened_on=str(telling.calendar.on(0)),
        company=telling.company,
        owner_email=telling.owner_email,
        owner_name=telling.owner_name,
        amount=telling.money(1.0) if has_amount else None,
        currency="EUR",
        importance=story.importance,
        expected_group_size=max(2, story.size + off) if knows_size else None,
        outcome=story.outcome,
        closed_on=str(telling.calendar.on(story.until)) if is_closed else None,
        won_amount=telling.money(last) if is_won else None,
        lost_to=telling.speaker.rival if story.outcome == "lost" else None,
    )


def _stakeholders(story: Story, telling: Telling) -> Iterator[Line]:
    for seat in story.seats:
        left = None if seat.left is None else str(telling.calendar.on(seat.left))
        yield line(
            "stakeholder",
            id=telling.seat(seat.number),
            opportunity=telling.id,
            person=telling.people[seat.number],
            joined_on=str(telling.calendar.on(seat.joined)),
            roles=[seat.role],
            influence=INFLUENCES[seat.influence],
            left_on=left,
            replaced_by=telling.seat(seat.replaced_by),
        )


def _links(story: Story, telling: Telling) -> Iterator[Line]:
    for giver, taker, strength in dict.fromkeys(story.links):
        yield line(
            "influence",
            **{"from": telling.seat(giver)},
            to=telling.seat(taker),
            strength=INFLUENCES[strength],
        )


def _contacts(story: Story, telling: Telling) -> Iterator[Line]:
    for number, contact in enumerate(story.contacts, start=1):
        at = telling.calendar.at(contact.day)
        channel = _channel(contact, telling)
        low, high = MINUTES.get(channel, (1, 3))
        yield line(
            "interaction",
            id=f"{telling.id}-i{number}",
            opportunity=telling.id,
            occurred_at=written(at),
            channel=channel,
            direction="inbound" if contact.is_inbound else "outbound",
            participants=[telling.seat(seat) for seat in contact.seats],
            summary=_summary(contact, telling),
            minutes=int(telling.rng.integers(low, high)),
            logged_by=telling.owner_label,
            signals=[
                line_of_signal(seat, code, telling) for seat, code in contact.signals
            ],
            actions=[
                {"code": code, "stakeholders": [telling.seat(s) for s in seats]}
                for code, seats in contact.actions
            ],
        )


def line_of_signal(seat: int, code: str, telling: Telling) -> Line:
    """What one person signalled, with their words."""
    others = [name for number, name in telling.names.items() if number != seat]
    colleague = telling.speaker.one_of(others) if others else ""
    quote = telling.speaker.quotation(
        code, telling.languages[seat], colleague=colleague
    )
    return {"stakeholder": telling.seat(seat), "code": code, "quote": quote}


def _channel(contact: ContactFacts, telling: Telling) -> str:
    codes = {code for _, code in contact.signals}
    if codes == {"B12"} and not contact.actions:
        return "web"
    if codes & ON_PAPER or any(code == "A05" for code, _ in contact.actions):
        return "email"
    if MEETINGS & {code for code, _ in contact.actions} or "B42" in codes:
        return "meeting"
    channels = ("call", "meeting", "email", "message")
    return channels[int(telling.rng.choice(4, p=[0.4, 0.3, 0.25, 0.05]))]


def _summary(contact: ContactFacts, telling: Telling) -> str:
    language = telling.languages[contact.seats[0]]
    if contact.actions:
        return telling.speaker.note(contact.actions[0][0], language)
    codes = {code for _, code in contact.signals}
    if codes & (ON_PAPER | NO_WORDS | {"B12"}):
        return ""
    return telling.speaker.note("heard", language)


def _dates(story: Story, telling: Telling) -> Iterator[Line]:
    for date in story.dates:
        speaker, language = telling.speaker, telling.language
        has_reason = not date.is_first and not date.is_linked
        yield line(
            "decision_date",
            opportunity=telling.id,
            set_at=written(telling.calendar.at(date.day)),
            decision_on=str(telling.calendar.planned(date.decision_day)),
            reason=speaker.phrase("reasons", language) if has_reason else None,
            linked_event=speaker.phrase("events", language) if date.is_linked else None,
            moved_by="seller" if date.by is None else telling.seat(date.by),
        )


def _quotes(story: Story, telling: Telling) -> Iterator[Line]:
    for quote in story.quotes:
        yield line(
            "quote",
            opportunity=telling.id,
            version=quote.version,
            sent_on=str(telling.calendar.on(quote.day)),
            total=telling.money(quote.factor),
            currency="EUR",
            change=quote.change,
            addressed_to=telling.seat(quote.to),
        )


def _file_items(story: Story, telling: Telling) -> Iterator[Line]:
    told = set()
    for item in story.file_items:
        day = str(telling.calendar.on(item.day))
        if (item.item, day) in told:
            continue
        told.add((item.item, day))
        yield line(
            "purchase_file_item",
            opportunity=telling.id,
            item=item.item,
            state=item.state,
            evidence=telling.speaker.phrase_at(
                "evidence", telling.language, item.item - 1
            ),
            as_of=day,
        )


def _seller(story: Story, telling: Telling) -> Iterator[Line]:
    for said in story.seller:
        at = written(telling.calendar.at(said.day))
        if said.stage is not None:
            yield line(
                "stage_change", opportunity=telling.id, stage=said.stage, changed_at=at
            )
        yield line(
            "seller_forecast",
            opportunity=telling.id,
            set_at=at,
            probability=said.probability,
            close_on=str(telling.calendar.planned(said.close_day)),
        )


def _words(story: Story, telling: Telling) -> Iterator[Line]:
    for said in story.confirmations:
        yield line(
            "confirmation",
            stakeholder=telling.seat(said.seat),
            phase=ANCHORS[said.phase],
            confirmed_at=written(telling.calendar.at(said.day)),
            quote=telling.speaker.phrase_at(
                "confirmed", telling.languages[said.seat], said.phase
            ),
            by=telling.owner_label,
        )
    for said in story.overrides:
        yield line(
            "override",
            stakeholder=telling.seat(said.seat),
            phase=ANCHORS[said.phase],
            set_at=written(telling.calendar.at(said.day)),
            reason=telling.speaker.phrase("override", telling.language),
            by=telling.owner_label,
            expires_on=str(telling.calendar.planned(said.day + 60)),
        )


def _review(story: Story, telling: Telling) -> Iterator[Line]:
    review = story.review
    if review is None:
        return
    yield line(
        "outcome_review",
        opportunity=telling.id,
        reviewed_on=str(telling.calendar.on(story.until + 2)),
        file_existed=review.file_existed,
        stopped_by=telling.seat(review.stopped_by),
        phases=[
            {"stakeholder": telling.seat(seat), "phase": ANCHORS[phase]}
            for seat, phase in review.phases
        ],
        note=telling.speaker.phrase(f"review_{story.outcome}", telling.language),
        by=telling.owner_label,
    )


def _tasks(story: Story, telling: Telling) -> Iterator[Line]:
    if story.outcome != "open":
        return
    rng, main = telling.rng, story.main.number
    for number in range(int(rng.integers(0, 3))):
        due = story.until + float(rng.integers(-6, 18))
        yield line(
            "task",
            id=f"{telling.id}-t{number + 1}",
            opportunity=telling.id,
            title=telling.speaker.phrase(
                "tasks", telling.language, colleague=telling.names[main]
            ),
            stakeholder=telling.seat(main),
            owner_email=telling.owner_email,
            due_on=str(telling.calendar.planned(due)),
        )
