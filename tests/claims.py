"""The rows of the founding article: what each asks, where it lives, which tests show it.

`python -m tests.claims` writes docs/claims.md from the marks in the tests.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "claims.md"

# What it asks, and where the product has it; an empty place is "not there yet".
ROWS: dict[int, tuple[str, str]] = {
    1: (
        "Decision dates that keep moving are seen, with who moved them and why",
        "Deal, Symptoms: “Decision dates pushed back”",
    ),
    2: (
        "No answer to probing, told apart: too early, too late, no trust",
        "Deal, Symptoms: “Questions without an answer”",
    ),
    3: (
        "What is said fits the person's phase, in the workspace's words",
        "Deal, Person, Queue: the advice; Settings: Advice",
    ),
    4: (
        "A single contact replaced is seen before and at once after",
        "Deal, Symptoms: “One contact, or a new one”; the forecast",
    ),
    5: (
        "Several quotes for one deal are told apart, and none counts double",
        "Deal: quotes, amount range, “Several quotes”",
    ),
    6: (
        "A deal without a purchase file is seen before it is called off",
        "Deal: purchase file, “No purchase file”",
    ),
    7: (
        "Asked at the end: how, was there a file, who stopped it, where was each",
        "Close a deal",
    ),
    8: (
        "What acting at the wrong moment costs, per team",
        "Coaching: Timing and effect",
    ),
    9: ("Readiness per person comes first; nothing ranks by stage", "every page"),
    10: (
        "No method is imposed: phases, signals and rules are the workspace's own",
        "Settings: Phase model; import and export",
    ),
    11: (
        "The model is learned again and again, versioned, its defaults labelled",
        "Settings: Phase model",
    ),
    12: (
        "The seller's view beside the buyers' phases, the gap named",
        "Accuracy; “We are ahead of the buyer”",
    ),
    13: (
        "Each belief is traced to what the buyer said or did",
        "Person: how the reading came about",
    ),
    14: ("A forecast of whether and how much, as distributions", "Deal, Forecast"),
    15: ("One log of all that is said and done, digital traces as impressions", "Log"),
    16: ("No forced order: back-steps, skips, parallel minds", "Log, Person"),
    17: (
        "How badly stages and phases match",
        "Insights: your stage against where buyers stood",
    ),
    18: (
        "The mind is of a person in one deal, with its own speed",
        "Person in the deal",
    ),
    19: (
        "Goals, criteria and worries of each person",
        "Person in the deal: roles and influence",
    ),
    20: ("What the seller does raises no readiness", "every number"),
    21: (
        "Does a step fit the moment: a warning before, a word after",
        "Log, Tasks, Person: the timing of our steps",
    ),
    22: (
        "When to speak again, from the phase and the person's own rhythm",
        "Person, Before a meeting: when to speak again",
    ),
    23: (
        "A message for the group when its phases differ",
        "Deal, Queue: “Next step for the group”",
    ),
    24: ("Material the buyer can use", "Deal: Material for the buyer"),
    25: (
        "A forecast from phases, frozen and scored beside its rivals",
        "Accuracy; `manage.py backtest`",
    ),
    26: (
        "The buying cycle in the centre, stages a derived report only",
        "every page; Insights: your stage against where buyers stood",
    ),
    27: ("What science supports and what it does not", "Coaching: Evidence"),
    28: (
        "Does everybody pass the same phases? Skips and back-steps counted",
        "Settings: Phase model, the report of learning",
    ),
    29: (
        "No sex, age, nationality; does a role change where one starts?",
        "Import; the report of learning",
    ),
    30: (
        "A phase foretold thirty days ahead, scored against standing still",
        "Insights: where people were foretold to be",
    ),
    31: ("The next step of each person, for every department", "Queue, Tasks"),
    32: (
        "A human reading stands beside the model's, and is scored",
        "Person: “I read it otherwise…”; Coaching: Human readings",
    ),
    33: (
        "Own signals, and a person's own way of showing a phase",
        "Settings: Phase model; dialect",
    ),
    34: ("Now: what was heard ages, and greys out", "Person, Deal"),
    35: (
        "The more important, the longer: shown with its interval",
        "Settings: Phase model, the report of learning",
    ),
    36: (
        "How well a rep reads buyers, for the rep and their coach",
        "Coaching: Human readings, One-to-ones, Practice",
    ),
    37: ("Who decides, who was heard, who is missing", "Deal: buying group, coverage"),
    38: (
        "Does reading well go with winning?",
        "Coaching: Human readings, for managers and coaches",
    ),
    39: ("Logged in twenty seconds; who fell silent is named", "Log, Today"),
    40: ("Whose time it is: ours, theirs, agreed", "Deal: whose time it was"),
    41: ("Win rate over won, lost and no decision, the denominator named", "Accuracy"),
    42: (
        "Dwell and cycle by competing risks, not by winners alone",
        "Settings: Phase model, the report of learning",
    ),
    43: ("Works without a pipeline", "the first hour of an empty workspace"),
    44: (
        "A queue ordered by the value of the next buyer step, that says why",
        "Coaching: Queue",
    ),
    45: ("Reports of movement, coverage and forecast quality", "Forecast, Accuracy"),
    46: (
        "One-to-ones from what is seen, with notes and what was promised",
        "Coaching: One-to-ones",
    ),
    47: ("The readiness of each person involved", "Deal: buying group"),
    48: (
        "What is spent on which phase, and per euro won",
        "Insights: what was spent on whom; Settings: the cost of an hour",
    ),
    49: ("Practice: written cases, read and scored", "Coaching: Practice"),
    50: ("A start within a day: import, beside another CRM, three languages", "Import"),
    51: ("A scan of what is there already, as the first screen", "Coaching: Symptoms"),
    52: ("Many companies that never see each other", "everywhere"),
    53: (
        "Interest is not readiness: phase, stance and certainty apart",
        "Person, Deal",
    ),
    54: ("The product reports its own misses", "Accuracy"),
}


def marks() -> Iterator[tuple[int, str]]:
    """Row and test, for each mark in the tests."""
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        place = path.relative_to(TESTS.parent)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for row in _rows_of(node):
                    yield row, f"{place}::{node.name}"


def _rows_of(node: ast.FunctionDef | ast.ClassDef) -> Iterator[int]:
    for decorator in node.decorator_list:
        if (
            isinstance(decorator, ast.Call)
            and isinstance(decorator.func, ast.Attribute)
            and decorator.func.attr == "claim"
        ):
            yield from (int(ast.literal_eval(each)) for each in decorator.args)


def render() -> str:
    """The page: a row each, with its tests or that it is not there yet."""
    shown: dict[int, list[str]] = {row: [] for row in ROWS}
    for row, test in marks():
        shown[row].append(test)
    there = sum(1 for row, (_asks, place) in ROWS.items() if place and shown[row])
    lines = [
        "# The founding article, row by row",
        "",
        "Written by `python -m tests.claims` from the marks in the tests. A row is there when the"
        " product has a place for it and a test shows it; that a claim is *true* of a workspace is"
        " for its own Accuracy page to say.",
        "",
        f"{there} of {len(ROWS)} rows are there.",
        "",
        "| # | what it asks | where | shown by |",
        "|---|---|---|---|",
    ]
    for row, (asks, place) in ROWS.items():
        tests = "<br>".join(f"`{test}`" for test in shown[row])
        lines.append(
            f"| {row} | {asks} | {place or '**not there yet**'} | {tests or '—'} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render())
