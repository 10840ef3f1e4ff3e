"""Commands that judge copy: one or many at once, and the channels there are. They load no pandas."""

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from marketing.drafts import briefs, channels, checks, copy, documents
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Problem
from marketing.errors import InputError, MarqueeError, printable
from pipelines.commands import acting
from pipelines.commands.incoming import read_bytes
from pipelines.terminal import encoded, print_json, say, table, tell

BATCH_LIMIT = 200_000_000  # bytes of lines checked at once
HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")
NO_BRIEF = {"title": {"title": "unknown"}}  # nothing is known, so no claim has a fact


def own_channels(workspace: Path | None) -> Path | None:
    """Where a workspace has channels of its own; None where no workspace is named."""
    return None if workspace is None else workspace / channels.OWN


def check(channel: str | None, source: str | None, brief: str | None, batch: str | None, workspace: Path | None) -> int:
    """Problems as JSON; 1 if any blocks. Of a workspace only its channels are read."""
    own = own_channels(workspace)
    if batch is not None:
        if channel or source or brief:
            raise InputError("--batch goes alone: its lines name channel, copy and brief.")
        return _check_lines(batch, own)
    if source is None:
        raise InputError("Say what to check: --channel ID --input COPY.json, or --batch LINES.jsonl.")
    asked = documents.read(read_bytes(source), "copy")
    if isinstance(asked, list):
        return _check_drafts(asked, channel, brief, own)
    if channel is None and not (isinstance(asked, dict) and isinstance(asked.get("channel"), str)):
        raise InputError("Say what to check: --channel ID --input COPY.json, or --batch LINES.jsonl.")
    place = channels.load(channel if channel is not None else asked["channel"], own)
    words = copy.parse(documents.an_object(asked, "copy"))
    problems = checks.check_copy(words, place, read_brief(brief))
    print_json([problem.model_dump(mode="json") for problem in problems])
    return 1 if any(problem.blocks for problem in problems) else 0


def _check_drafts(drafts: list[Any], channel: str | None, brief: str | None, own: Path | None) -> int:
    """The problems of each of several drafts, as `marquee draft` writes them; `channel` is for those that name none."""
    known, code, answers = read_brief(brief), 0, []
    for number, draft in enumerate(drafts, start=1):
        told: dict[str, Any] = {"id": number}
        with _answering(told, f"draft {number:,}") as answer:
            asked = documents.an_object(draft, "draft")
            told["id"] = asked.get("draft", asked.get("id", number))
            named = _part(asked, "channel") if channel is None else asked.get("channel", channel)
            place = channels.load(str(named), own)
            answer(checks.check_copy(copy.parse(asked), place, known))
        answers.append(told)
        code = max(code, _code(told))
    print_json(answers)
    return code


def read_brief(source: str | None) -> Brief:
    """The brief in a file, with its warnings told; without one, a brief that knows nothing."""
    if source is None:
        return briefs.parse(NO_BRIEF, today=acting.today())[0]
    brief, warnings = briefs.read(read_bytes(source), today=acting.today())
    for warning in warnings:
        tell(f"marquee: {warning}")
    return brief


def _check_lines(source: str, own: Path | None) -> int:
    """Each line's answer as soon as it is there. A line that cannot be read is answered too, and exits with 2."""
    code = 0
    today = acting.today()
    for number, line in _lines(source):
        told: dict[str, Any] = {"id": None}
        with _answering(told, f"line {number:,}") as answer:
            asked = documents.parse_object(line, f"text of line {number:,}")
            told["id"] = _whole(asked.get("id"))
            answer(_problems(asked, today, own))
        say(encoded(told))
        code = max(code, _code(told))
    return code


def _whole(name: Any) -> Any:
    if HALF_A_PAIR.search(str(name)):
        raise InputError("Its id holds half a surrogate pair, which is no text. Correct the id.")
    return name


@contextlib.contextmanager
def _answering(told: dict[str, Any], where: str) -> Iterator[Callable[[list[Problem]], None]]:
    """Put the problems that are found into the answer, or why there is none, which is said on standard error too."""

    def answer(problems: list[Problem]) -> None:
        told["problems"] = [problem.model_dump(mode="json") for problem in problems]

    try:
        yield answer
    except MarqueeError as error:
        told["error"] = str(error)
        tell(f"marquee: {where}: {error}")


def _code(told: Mapping[str, Any]) -> int:
    """The exit code that an answer asks for."""
    if "error" in told:
        return 2
    return 1 if any(problem["severity"] == "block" for problem in told["problems"]) else 0


def _problems(asked: dict[str, Any], today: dt.date, own: Path | None) -> list[Problem]:
    place: Channel = channels.load(str(_part(asked, "channel")), own)
    words = copy.parse(documents.an_object(_part(asked, "copy"), "copy"))
    brief, _ = briefs.parse(_object(asked.get("brief") or NO_BRIEF), today=today)
    return checks.check_copy(words, place, brief)


def _part(asked: dict[str, Any], part: str) -> Any:
    if part not in asked:
        raise InputError(f"It has no {part!r}. It should hold id, channel, copy and, where there is one, brief.")
    return asked[part]


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError("Its brief is no JSON object. Write it in braces.")
    return value


def _lines(source: str) -> Iterator[tuple[int, str]]:
    try:
        text = read_bytes(source, BATCH_LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{printable(source, 300)} is not UTF-8 text (byte {error.start:,}). Save it in UTF-8."
        ) from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def list_channels(workspace: Path | None, *, as_json: bool) -> int:
    """Every channel with its slots, those of a workspace with them."""
    own = own_channels(workspace)
    there = [channels.load(name, own) for name in channels.names(own)]
    if as_json:
        print_json([channel.model_dump(mode="json") for channel in there])
        return 0
    rows = [
        {
            "channel": c.id if n == 0 else "",
            "name": c.name if n == 0 else "",
            "slot": s.name,
            "lines": _count(s),
            "limit": s.max or "",
        }
        for c in there
        for n, s in enumerate(c.slots.values())
    ]
    table(rows, ["channel", "name", "slot", "lines", "limit"])
    return 0


def _count(slot: channels.Slot) -> str:
    least, most = slot.items
    return str(least) if least == most else f"{least} to {most}" if most < channels.ANY else f"{least} or more"
