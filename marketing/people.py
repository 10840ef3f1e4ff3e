"""Who is acting, in which role, and what that role may do.

A workspace's `settings.toml` gives names their roles (`[people]`). While it names nobody, as on a laptop of
one, whoever is acting is its owner; once it names someone, everyone else may only look. Who may look may take what
is seen away as a file of insights; files of copy and of people, which go to platforms, are for editors.
"""

import getpass
import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketing.errors import InputError, RightsError, printable
from marketing.settings import Settings

NAME_LIMIT = 80  # characters

# What each role may do beyond the one before it.
GRANTS: dict[str, tuple[str, ...]] = {
    "viewer": ("read",),
    "editor": ("run", "ingest", "plan", "draft", "edit", "export"),
    "approver": ("review",),
    "owner": ("erase", "settings"),
}
ROLES = tuple(GRANTS)
ACTIONS = {
    "read": "look at this workspace",
    "run": "start runs",
    "ingest": "put data in",
    "plan": "save scenarios",
    "draft": "have drafts written",
    "edit": "edit drafts",
    "export": "take approved copy or lists of people out",
    "review": "approve or reject drafts",
    "erase": "erase people",
    "settings": "change the settings",
}


@dataclass(frozen=True)
class Person:
    """Someone at work in a workspace."""

    name: str
    role: str


def may(person: Person, action: str) -> bool:
    """Whether the person's role allows the action, one of ACTIONS."""
    if action not in ACTIONS:
        raise ValueError(f"There is no action {action!r}; there are {', '.join(ACTIONS)}.")
    return any(action in GRANTS[role] for role in ROLES[: ROLES.index(person.role) + 1])


def require(person: Person, action: str) -> None:
    """Raise RightsError, saying whose role would do, unless the person may."""
    if may(person, action):
        return
    able = [role for role in ROLES if may(Person("", role), action)]
    raise RightsError(
        f"{person.name} is {_a(person.role)} here and may not {ACTIONS[action]}. "
        f"Ask {_a(able[0])}{' or above' if len(able) > 1 else ''}, or have the role changed "
        "under [people] in settings.toml."
    )


def require_jobs(person: Person, jobs: Sequence[str]) -> None:
    """Raise RightsError unless the person may have these jobs done: drafting is a right of its own."""
    for job in jobs:
        require(person, "draft" if job == "draft" else "run")


def person(name: str, settings: Settings) -> Person:
    """The person of that name, in the role that the settings give.

    Raises:
        InputError: the name is empty, too long or not printable, or the settings give a role there is none of.
    """
    wrong = [f"{printable(who)} = {printable(role)!r}" for who, role in settings.people.items() if role not in ROLES]
    if wrong:
        raise InputError(
            f"settings.toml gives roles that do not exist: {', '.join(wrong)}. Choose among {', '.join(ROLES)}."
        )
    name = tidy(name)
    if not settings.people:
        return Person(name, "owner")
    roles = {tidy(who): role for who, role in settings.people.items()}
    return Person(name, roles.get(name, "viewer"))


def acting(environment: Mapping[str, str], settings: Settings) -> Person:
    """The person named by MARQUEE_PERSON, or else by the system's login."""
    return person(environment.get("MARQUEE_PERSON", "").strip() or _login(), settings)


def tidy(name: str) -> str:
    """A name as it is compared and kept: composed accents, single spaces.

    Raises:
        InputError: nothing is left, it is too long, or holds control or direction characters.
    """
    tidied = " ".join(unicodedata.normalize("NFC", name).split())
    if not tidied or len(tidied) > NAME_LIMIT or not tidied.isprintable():
        raise InputError(
            f"{printable(name)!r} cannot name a person. Give 1 to {NAME_LIMIT} plain characters, "
            "with --by or in MARQUEE_PERSON."
        )
    return tidied


def _a(role: str) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return f"user {os.getuid()}"
