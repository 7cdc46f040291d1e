"""Integrals over a standard normal variable as sums over a few nodes."""

from dataclasses import dataclass

from numpy.polynomial.hermite_e import hermegauss

from readiness.engine.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, eq=False)
class NormalNodes:
    """`points` and `weights`, each of shape (n,); the weights sum to one."""

    points: Floats
    weights: Floats


def normal_nodes(count: int) -> NormalNodes:
    """Return the Gauss-Hermite nodes, exact for polynomials up to degree 2·count - 1.

    :raises ValueError: if `count` is below one.
    """
    if count < 1:
        raise ValueError(f"{count} nodes are too few.")
    points, weights = hermegauss(count)
    return NormalNodes(points=frozen(points), weights=frozen(weights / weights.sum()))
