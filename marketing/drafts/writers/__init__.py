"""Writers: from a brief to copy. Each is a LangChain Runnable that takes a WriteRequest and gives Copy.

A writer is a file or folder here with a function ``writer(settings, environ) -> Runnable``. What a draft tells of
its writer stands in the Runnable's metadata (`with_config`): ``writer`` (its name), ``prompt`` (a digest of all
that shapes its words beside the brief) and ``languages`` (those that it writes; absent means any).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketing import catalog
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Copy, Problem
from marketing.settings import Settings

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable


@dataclass(frozen=True)
class WriteRequest:
    """One piece of copy to write: for this brief and channel, the `variant`-th of several, counted from 1.

    `previous` and `problems` ask for another try: the words that were written and what is wrong with them.
    """

    brief: Brief
    channel: Channel
    variant: int = 1
    seed: int = 0
    previous: Copy | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Credit:
    """What a draft tells of its writer."""

    writer: str
    prompt: str = ""
    languages: tuple[str, ...] = ()  # empty: any


def names() -> list[str]:
    """The writers there are, sorted."""
    return catalog.names(__name__)


def writer(name: str, settings: Settings, environ: Mapping[str, str]) -> "Runnable[WriteRequest, Copy]":
    """The writer called `name`, made ready with the workspace's settings and the installation's environment.

    Raises:
        MissingError: there is no such writer, or it lacks a package, a model's name or a key; the message says
            which and what to do.
    """
    made: Runnable[WriteRequest, Copy] = catalog.load(__name__, name).writer(settings, environ)
    return made


def credit(made: "Runnable[WriteRequest, Copy]") -> Credit:
    """Who wrote, by a Runnable's metadata; a Runnable without any goes by its own name."""
    config: Mapping[str, Any] = getattr(made, "config", {})
    told = config.get("metadata", {})
    return Credit(
        writer=str(told.get("writer") or made.get_name()),
        prompt=str(told.get("prompt", "")),
        languages=tuple(told.get("languages", ())),
    )
