"""The edge: clock and environment are read here, once for each command, and passed in."""

import datetime as dt
import os
import tempfile
from pathlib import Path

from marketing import people, settings
from marketing.people import Person
from marketing.settings import Settings


def now() -> dt.datetime:
    """The clock's time."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The clock's date, where this machine is."""
    return dt.datetime.now().astimezone().date()


def choices(folder: Path) -> Settings:
    """The settings of a workspace, and of this installation."""
    return settings.read(folder, os.environ)


def installation() -> Settings:
    """What holds where there is no workspace: the defaults, and this installation's chat model."""
    with tempfile.TemporaryDirectory() as nowhere:
        return settings.read(Path(nowhere), os.environ)


def person(by: str | None, chosen: Settings) -> Person:
    """Who acts: the name given, or else MARQUEE_PERSON or the login."""
    return people.person(by, chosen) if by is not None else people.acting(os.environ, chosen)
