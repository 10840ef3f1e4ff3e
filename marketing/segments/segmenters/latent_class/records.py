"""A fitted latent class segmenter as plain lists and numbers, and back; floats survive JSON to the bit."""

from typing import Any

import numpy as np

from marketing.errors import InputError
from marketing.segments.segmenters.latent_class.design import Structure
from marketing.segments.segmenters.latent_class.mixture import Mixture
from marketing.segments.segmenters.latent_class.reading import Reading

NAME, VERSION = "latent_class", 1
ARRAYS = ("shares", "cells", "means", "spread", "loads")


def write(
    told: dict[str, Any], columns: int, reading: Reading, structure: Structure, mixture: Mixture
) -> dict[str, Any]:
    """`told` are the estimator's own settings."""
    return {
        "segmenter": NAME,
        "version": VERSION,
        "columns": columns,
        "settings": told,
        "reading": reading.record(),
        "structure": {
            "factors": structure.factors,
            "own": structure.own,
            "tails": structure.tails,
            "parents": [list(pair) for pair in structure.parents.items()],
            "shifts": [list(pair) for pair in structure.shifts],
        },
        "mixture": {
            **{name: getattr(mixture, name).tolist() for name in ARRAYS},
            "shapes": {name: list(getattr(mixture, name).shape) for name in ARRAYS},
            "shifts": [[*pair, by.tolist()] for pair, by in mixture.shifts.items()],
            "free": mixture.free,
        },
    }


def read(record: dict[str, Any]) -> tuple[dict[str, Any], Reading, Structure, Mixture]:
    """What `write` wrote.

    Raises:
        InputError: it was written by another segmenter or in another version.
    """
    if (record.get("segmenter"), record.get("version")) != (NAME, VERSION):
        found = f"{record.get('segmenter')!r}, version {record.get('version')!r}"
        raise InputError(
            f"These segments were stored as {found}; this is {NAME!r}, version {VERSION}. Find the segments anew."
        )
    hangs, found = record["structure"], record["mixture"]
    structure = Structure(
        hangs["factors"],
        hangs["own"],
        hangs["tails"],
        dict(hangs["parents"]),
        tuple((score, part) for score, part in hangs["shifts"]),
    )
    arrays = {name: np.array(found[name], np.float64).reshape(found["shapes"][name]) for name in ARRAYS}
    shifts = {(score, part): np.array(by, np.float32) for score, part, by in found["shifts"]}
    mixture = Mixture(1, **arrays, shifts=shifts, free=found["free"])
    return record["settings"], Reading.of_record(record["reading"]), structure, mixture
