"""What of the events moves each trend's forecast, as a short digest: where it is the same, so is what they do."""

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.events import SHAPE, Learned, cutoffs
from marketing.trends.events.happenings import concerned
from marketing.trends.events.moves import EARLY
from marketing.trends.events.pooling import KIN, expected
from marketing.trends.panels import Panel

Array = NDArray[np.float64]
FACTS = ("step", "offset", "length", "public", "prior", "spread", "fading", "lead", "lasting", "planned")
LEARNT = (*SHAPE, "back", "held", "sd")


def digests(panel: Panel, learned: Learned, horizon: int, origins: NDArray[np.int64]) -> list[str]:
    """For each trend a digest of all but its own values that `moves` goes by; empty where no event concerns it.

    That is which events there are and what was learnt of them, and at each of its origins, (slots, n) with a negative
    one where there is none, what its kin lets expect of those under way or ahead. Costs a small part of `moves`.
    """
    wanted = concerned(panel, learned.happenings, learned.sorts, learned.countries)
    told = [""] * len(panel)
    if wanted.empty:
        return told
    mine = learned.estimates[["trend", "happening", *LEARNT, "basis"]]
    wanted = wanted.merge(mine, on=["trend", "happening"], how="left", sort=False)
    texts = wanted["pool"] + "\n" + wanted["basis"].fillna("")
    parts = (
        wanted[[*FACTS, *LEARNT]].to_numpy(float),
        wanted["announced"].to_numpy("datetime64[D]").astype(np.int64)[:, None],
        pd.util.hash_array(texts.to_numpy(object))[:, None],
        _kin(panel, learned, horizon, wanted, origins).reshape(len(wanted), -1),
    )
    bytes_ = np.concatenate([np.ascontiguousarray(part).view(np.uint8) for part in parts], axis=1)
    row = wanted["row"].to_numpy(np.intp)
    bounds = np.searchsorted(row, np.arange(len(panel) + 1))
    for each in np.unique(row):
        told[each] = hashlib.sha256(bytes_[bounds[each] : bounds[each + 1]].tobytes()).hexdigest()[:16]
    return told


def _kin(
    panel: Panel, learned: Learned, horizon: int, wanted: pd.DataFrame, origins: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What is expected of each event by its kin where `moves` asks for it, (events, slots, numbers); 0 elsewhere."""
    cuts = origins[:, wanted["row"].to_numpy(np.intp)]
    since = wanted["step"].to_numpy() + cuts
    coming = (since > 0) & (since <= horizon + EARLY) & wanted["planned"].to_numpy(bool)
    under_way = (since <= 0) & (wanted["back"].to_numpy() + cuts > 0)
    slot, event = np.nonzero((cuts >= 0) & (coming | under_way))
    made = np.zeros((len(wanted), len(origins), len(KIN) + 1))
    asked = wanted.iloc[event].reset_index(drop=True).assign(cut=cuts[slot, event])
    kin = expected(learned.pools, asked, cutoffs(panel, asked))
    made[event, slot, :-1] = kin[list(KIN)].to_numpy(float)
    made[event, slot, -1] = kin["basis"].map({"own": 1.0, "kind": 2.0, "prior": 3.0}).to_numpy(float)
    return made
