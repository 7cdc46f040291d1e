"""Calls nobody thought of: schemathesis makes them from the description and judges the answers."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from uuid_utils.compat import uuid7

from accounts.rest.views import described

PHASES = ("examples", "coverage", "fuzzing", "stateful")
# A check is held to more answers than it thinks of, and why.
EXPECTED: dict[str, list[int | str]] = {
    # Who may not, or where there is nothing, is told so before a header is looked for; RFC
    # 6585 has a status of its own for a missing If-Match.
    "missing_required_header": [401, 403, 404, 415, 422, 428],
    # RFC 9110: a tag that is none matches no row, which is 412.
    "negative_data_rejection": ["4xx"],
    # A well-formed tag that is not the row's is 412, an action that is refused 409.
    "positive_data_acceptance": ["2xx", 401, 403, 404, 409, 412],
}
# What no description can say, so that a body as described may be 422.
UNSAID = {
    "format": {
        "uuid": "that a row with this id is there",
        "binary": "what is in a file",
    },
    "pattern": {"^[A-Z]{3}$": "that a currency is in use"},
}


@dataclass(frozen=True)
class Caller:
    """`may` says of a method and a path whether a call may succeed there at all.

    `invents` other credentials of the kinds that are described, where none is given; a
    session would be taken for invented too, its cookie being one of several.
    """

    headers: Mapping[str, str]
    invents: bool = True
    may: Callable[[str, str], bool] = lambda method, path: True
    least: int = 5_000  # calls in the long run
    phases: tuple[str, ...] = PHASES


@dataclass
class Told:
    """What came of some calls."""

    checks: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


def call(
    url: str,
    caller: Caller,
    *,
    seed: int,
    examples: int,
    phases: tuple[str, ...] = PHASES,
    only: Callable[[str], bool] = lambda label: True,
) -> Told:
    """Call every operation whose label (`GET /api/v1/me`) is wanted, as a caller does."""
    raw = json.loads(json.dumps(described()))
    raw["paths"] = {
        path: some
        for path, operations in raw["paths"].items()
        if (
            some := {m: o for m, o in operations.items() if only(f"{m.upper()} {path}")}
        )
    }
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "workers": 1,
            "base-url": url,
            "continue-on-failure": True,
            "request-timeout": 60,  # a busy machine is no finding
            "headers": dict(caller.headers),
            "generation": {
                "max-examples": examples,
                "no-shrink": True,
                "with-security-parameters": caller.invents,
                "database": "none",
            },
            "phases": {name: {"enabled": name in phases} for name in PHASES},
            "checks": {
                name: {"expected-statuses": statuses}
                for name, statuses in EXPECTED.items()
            },
            "operations": _excused(raw),
        }
    )
    schema = schemathesis.openapi.from_dict(raw, config=config)
    told = Told()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(event, told)
        if isinstance(event, events.NonFatalError | events.FatalError):
            told.findings.append(f"the tool itself: {vars_of(event)}")
    return told


def vars_of(event: Any) -> str:
    return f"{getattr(event, 'label', '')} {getattr(event, 'value', event)}"


def _note(event: Any, told: Told) -> None:
    recorder = event.recorder
    for id, nodes in recorder.checks.items():
        for node in nodes:
            told.checks[node.name] += 1
            if node.failure_info is not None:
                case = recorder.cases[id].value
                answer = recorder.find_response(case_id=id)
                failure = node.failure_info.failure
                told.findings.append(
                    f"{node.name}: {case.operation.label}: {failure.message[:300]}\n"
                    f"  {node.failure_info.code_sample[:600]}\n"
                    f"  {answer and (answer.status_code, answer.content[:300])}"
                )


def _excused(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """What is asked of single operations, and why not more."""
    return [
        {
            "include-name": f"{method.upper()} {path}",
            "checks": _excuses(operation, raw["components"]["schemas"]),
        }
        for path, operations in raw["paths"].items()
        for method, operation in operations.items()
    ]


def _excuses(operation: Any, components: dict[str, Any]) -> dict[str, Any]:
    excuses: dict[str, Any] = {}
    if any(_unsaid(operation.get("requestBody"), components)):
        statuses = [*EXPECTED["positive_data_acceptance"], 422]
        excuses["positive_data_acceptance"] = {"expected-statuses": statuses}
    if "207" in operation["responses"]:
        # Each item of a batch is kept or refused by itself, and the answer says which.
        excuses["negative_data_rejection"] = {"expected-statuses": ["4xx", 207]}
    return excuses


def _unsaid(part: Any, components: dict[str, Any]) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _unsaid(each, components)
    elif isinstance(part, dict):
        if "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            yield from _unsaid(components[name], components)
        for name, reasons in UNSAID.items():
            said = part.get(name)
            if isinstance(said, str) and said in reasons:
                yield reasons[said]
        for each in part.values():
            yield from _unsaid(each, components)


# Days and moments that have come, since nothing is known of others; and the description's
# years, which the formats do not know.
schemathesis.openapi.format(
    "date", strategies.dates(date(2000, 1, 1), date(2026, 1, 1)).map(str)
)
schemathesis.openapi.format(
    "date-time",
    strategies.integers(946_684_800, 1_767_225_600).map(
        lambda seconds: datetime.fromtimestamp(seconds, UTC).isoformat()
    ),
)


@schemathesis.hook("before_call")
def say_what_only_the_server_knows(context: Any, case: Any, kwargs: Any) -> None:
    """Of a cursor the signature; of a key that it was used for something else."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.query and "cursor" in case.query:
        case.query["cursor"] = ""
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = uuid7().hex
