from math import exp

import pytest

from forecasting.engine.purchase_file import (
    FileSignal,
    ItemState,
    file_factor,
    purchase_file,
)

CLAIMED, EVIDENCED, UNKNOWN = ItemState.CLAIMED, ItemState.EVIDENCED, ItemState.UNKNOWN


def judged(*signals: tuple[str, float], **items: ItemState):
    return purchase_file(
        [FileSignal(code, temper) for code, temper in signals],
        items={int(name.removeprefix("item")): state for name, state in items.items()},
    )


def chance(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


@pytest.mark.claim(6)
def test_nothing_known_changes_nothing():
    file = judged(item3=UNKNOWN)

    assert (file.score, file.probability, file.factor) == (0.0, 0.5, 1.0)


@pytest.mark.parametrize(
    ("signal", "log_odds"),
    [
        (("B09", 1.0), 1.5),
        (("B08", 0.6), 0.9),
        (("B10", 0.6), -0.9),
        (("B24", 0.6), -0.9),
        (("B51", 0.6), -3.0),
        (("B01", 0.6), 0.0),
    ],
)
def test_each_signal_has_its_say(signal, log_odds):
    assert judged(signal).probability == pytest.approx(chance(log_odds))


def test_only_the_first_of_a_code_counts():
    assert judged(("B08", 0.6), ("B08", 1.0)) == judged(("B08", 0.6))


def test_the_checklist_is_weighed():
    file = judged(item2=EVIDENCED, item3=CLAIMED)

    assert file.score == pytest.approx(0.23)
    assert file.probability == pytest.approx(chance(0.46))
    assert file.factor == 1.0


def test_an_item_told_by_a_signal_counts_once():
    file = judged(("B09", 1.0), item3=EVIDENCED, item2=EVIDENCED)

    assert file.told == {3}
    assert (file.score, file.untold) == pytest.approx((0.35, 0.15))
    assert file.probability == pytest.approx(chance(1.5 + 0.3))


@pytest.mark.claim(6)
def test_doubt_lowers():
    file = judged(("B51", 1.0), ("B10", 0.6))

    assert file.factor == pytest.approx(chance(-3.9) / 0.5)


def test_purchase_file_refuses_a_strange_item():
    with pytest.raises(ValueError, match="no item 9"):
        judged(item9=CLAIMED)


def test_purchase_file_refuses_a_strange_temper():
    with pytest.raises(ValueError, match=r"1\.5"):
        judged(("B09", 1.5))


def test_file_factor_refuses():
    with pytest.raises(ValueError, match=r"1\.2"):
        file_factor(1.2)
