"""The products A'A of designs, taken apart so that every variance is cheap.

The ridge unknowns u have normal priors of precision D. With the eigenvectors of G_uu in the metric of D, found once,
(G_uu + s D)^-1 is known for every variance s, and with it the Hessian of the slope changes once u is eliminated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int_]


@dataclass
class Gram:
    """A'A of m trends, or of one design that all share (m = 1), with its ridge part taken apart.

    whole (m, P, P); values (m, u) and vectors (m, u, u): (G_uu + s D)^-1 = vectors diag(1 / (values + s)) vectors'.
    across (m, S, u): G_du vectors. base (m, S, S) and shares (m, S, u), where there: the Hessian of the slope changes
    once the ridge is eliminated is base + shares diag(s / (values + s)) shares', in which nothing cancels.
    """

    whole: Floats
    values: Floats
    vectors: Floats
    across: Floats
    base: Floats | None = None
    shares: Floats | None = None

    @property
    def shared(self) -> bool:
        return len(self.whole) == 1

    def of(self, rows: Rows) -> "Gram":
        """The Gram matrices of some of the trends."""
        if self.shared:
            return self
        base = None if self.base is None else self.base[rows]
        shares = None if self.shares is None else self.shares[rows]
        return Gram(self.whole[rows], self.values[rows], self.vectors[rows], self.across[rows], base, shares)


def taken_apart(whole: Floats, penalty: Floats) -> Gram:
    """Prepare Gram matrices (m, P, P) whose first unknowns have normal priors of precision `penalty` (u,)."""
    u = len(penalty)
    scale = 1 / np.sqrt(penalty)
    values, vectors = np.linalg.eigh(whole[:, :u, :u] * scale[:, None] * scale)
    # Directions that no date speaks of have eigenvalues of rounding; a value too large only makes their steps shorter.
    values = np.maximum(values, 1e-14 * values[:, -1:])
    vectors = vectors * scale[:, None]
    return Gram(whole, values, vectors, whole[:, u:, :u] @ vectors)


def taken_apart_finely(designs: Floats, penalty: Floats) -> Gram:
    """The same from the designs (m, T, P) themselves, for when the noise is too small beside them for their squares."""
    u = len(penalty)
    scale = 1 / np.sqrt(penalty)
    left, singular, right = np.linalg.svd(designs[:, :, :u] * scale, full_matrices=False)
    hinges = designs[:, :, u:]
    shares = left.swapaxes(1, 2) @ hinges
    beside = hinges - left @ shares
    again = left.swapaxes(1, 2) @ beside  # once more: rounding of the first time
    beside -= left @ again
    shares = (shares + again).swapaxes(1, 2)
    vectors = right.swapaxes(1, 2) * scale[:, None]
    whole = designs.swapaxes(1, 2) @ designs
    return Gram(whole, singular**2, vectors, shares * singular[:, None], beside.swapaxes(1, 2) @ beside, shares)


def times(rows: Floats, matrices: Floats) -> Floats:
    """rows (n, a) times matrices (n, a, b), or one matrix (1, a, b) for all."""
    if len(matrices) == 1:
        return np.asarray(rows @ matrices[0])
    return np.asarray((rows[:, None, :] @ matrices)[:, 0])


def reduced(gram: Gram, s: Floats, rows: Rows, chosen: Rows, on: Bools) -> Floats:
    """G_dd − G_du (G_uu + s D)^-1 G_ud on the chosen changes, and the identity where `on` is False."""
    u = gram.vectors.shape[1]
    which = np.zeros(len(rows), int) if gram.shared else rows
    shift = 1 / (gram.values[which] + s[:, None])
    one, other = chosen[:, :, None], chosen[:, None, :]
    whole = gram.whole[which[:, None, None], u + one, u + other]
    if gram.base is None or gram.shares is None:
        across = gram.across[which[:, None], chosen]
        hessian = whole - (across * shift[:, None, :]) @ across.swapaxes(1, 2)
        trace = 1e-14
    else:
        shares = gram.shares[which[:, None], chosen]
        hessian = gram.base[which[:, None, None], one, other]
        hessian += (shares * (s[:, None] * shift)[:, None, :]) @ shares.swapaxes(1, 2)
        trace = 1e-30
    hessian *= on[:, :, None] & on[:, None, :]
    diagonal = np.arange(chosen.shape[1])
    own = whole[:, diagonal, diagonal]
    # A change that the ridge unknowns can nearly stand in for keeps a trace of its own: steps are corrections, so
    # that this slows them and does not bend where they end.
    kept = np.maximum(hessian[:, diagonal, diagonal] * (1 + 1e-12), trace * own + 1e-300)
    hessian[:, diagonal, diagonal] = np.where(on, kept, 1.0)
    return np.asarray(hessian)
