"""Chances of a workspace's own phases as chances of the seven anchors."""

from collections.abc import Sequence

import numpy as np

from readiness.engine.arrays import Floats
from readiness.engine.expert import ANCHORS


def by_anchor(chances: Floats, anchors: Sequence[str]) -> Floats:
    """Sum chances of phases (..., K) to chances of the seven anchors."""
    summed = np.zeros((*chances.shape[:-1], len(ANCHORS)))
    for place, anchor in enumerate(anchors):
        summed[..., ANCHORS.index(anchor)] += chances[..., place]
    return summed
