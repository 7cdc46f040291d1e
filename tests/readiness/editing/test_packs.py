"""A phase model as a file: as it went, or told where it does not fit."""

import json
from dataclasses import replace

import pytest

from readiness.actions.editing.drafts import (
    discard_draft,
)
from readiness.actions.editing.packs import import_pack, read_pack
from readiness.actions.editing.rules import Malformed
from readiness.actions.editing.signal_types import (
    add_signal_type,
)
from readiness.queries.models import load
from readiness.queries.pack import pack_of
from tests.factories import NOW
from tests.readiness.editing.build import SPEC, split


@pytest.mark.django_db
def test_a_pack_comes_back_as_it_went(base, draft, edit, alice):
    split(edit, draft, "criteria", 0.2)
    edit(add_signal_type, draft=draft, code="C01", spec=replace(SPEC, steps=[3] * 8))
    draft.refresh_from_db()
    pack = pack_of(draft)
    discard_draft(draft=draft, revision=draft.revision, by=alice, now=NOW)

    made = import_pack(content=json.dumps(pack).encode(), by=alice, now=NOW)

    assert pack_of(made) == pack
    assert load(made).is_draft
    default = pack_of(base)
    again = import_pack(content=json.dumps(default).encode(), by=alice, now=NOW)
    assert pack_of(again) == default | {"version": "default-1 (2)"}


@pytest.mark.django_db
def test_numbers_from_elsewhere_are_not_called_learned_here(base, alice):
    pack = pack_of(base) | {"basis": "learned", "version": "theirs"}
    pack["parameters"] = pack["parameters"] | {"learned_from": 900}

    made = import_pack(content=json.dumps(pack).encode(), by=alice, now=NOW)

    assert made.basis == "own"
    assert "learned_from" not in made.parameters


def damaged(pack, **changes):
    return json.dumps(pack | changes).encode()


@pytest.mark.django_db
def test_a_file_that_is_no_pack_says_where(base):
    pack = pack_of(base)
    phases, signals = pack["phases"], pack["signals"]
    parameters = pack["parameters"]
    for content, sentence in (
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"9" * 5_000, "no JSON"),
        (b"[" * 100_000, "nested deeper"),
        (b" " * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
        (b'{"a": NaN}', "“NaN” is no number"),
        (b'{"a": 1, "a": 2}', "“a” is said twice"),
        (b"[]", "The file must be of the kind “object”"),
        (damaged(pack, format="x/9"), "format can't be “x/9”"),
        (damaged(pack, extra=1), "The file: “extra” is not known here"),
        (damaged(pack, version="\ud800"), "version can't be"),
        (damaged(pack, phases=phases[1:]), "phases holds 6"),
        (damaged(pack, phases=phases * 5), "at most 28"),
        (damaged(pack, phases=[*phases[:6], phases[5]]), "anchor commitment"),
        (damaged(pack, phases=phases[::-1]), r"phases\[1\].anchor"),
        (
            damaged(pack, phases=[phases[0] | {"prior_probability": 0.9}, *phases[1:]]),
            "prior_probability must add up to 1, not 1.6",
        ),
        (
            damaged(pack, phases=[phases[0] | {"jumps": {"-1": 1}}, *phases[1:]]),
            "a jump of -1 leaves",
        ),
        (
            damaged(pack, phases=[phases[0] | {"jumps": {"1": 0.5}}, *phases[1:]]),
            r"phases\[0\].jumps must add up to 1",
        ),
        (
            damaged(pack, phases=[phases[0] | {"mean_dwell_days": 0}, *phases[1:]]),
            r"phases\[0\].mean_dwell_days can't be “0”",
        ),
        (
            damaged(pack, signals=[signals[0] | {"steps": [3]}, *signals[1:]]),
            r"signals\[0\].steps holds 1 numbers",
        ),
        (
            damaged(pack, signals=[signals[0] | {"steps": [True] * 7}, *signals[1:]]),
            r"signals\[0\].steps\[0\] must be of the kind",
        ),
        (damaged(pack, signals=[*signals, signals[0]]), "the code “B01” stands twice"),
        (
            damaged(pack, signals=[s | {"is_default": False} for s in signals]),
            "of the default catalogue",
        ),
        (
            damaged(pack, parameters=parameters | {"chances": {"Z9": [0.1] * 7}}),
            "chances.Z9: no signal",
        ),
        (
            damaged(pack, parameters=parameters | {"straight_rebuy_prior": [1]}),
            "straight_rebuy_prior holds 1",
        ),
        (damaged(pack, parameters={}), "parameters lacks “importance_factor, "),
        (
            damaged(pack, parameters=parameters | {"speed_sigma": "1e999"}),
            "speed_sigma must be of the kind",
        ),
        (
            json.dumps(pack)
            .replace('"stance_gain": 0.8', '"stance_gain": 1e999')
            .encode(),
            "stance_gain can't be “inf”",
        ),
    ):
        with pytest.raises(Malformed, match=sentence) as refusal:
            read_pack(content)
        str(refusal.value).encode()  # fit for a page
        assert len(str(refusal.value)) < 3_000
