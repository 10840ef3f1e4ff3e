"""Commands that judge copy: one or many at once, and the channels there are. They load no pandas."""

import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marketing.drafts import briefs, channels, checks, copy, documents
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Problem
from marketing.errors import InputError, MarqueeError, MissingError
from pipelines.commands import acting
from pipelines.terminal import print_json, say, table, tell

NO_BRIEF = {"title": {"title": "unknown"}}  # nothing is known, so no claim has a fact


def check(channel: str | None, source: str | None, brief: str | None, batch: str | None) -> int:
    """Problems as JSON; 1 if any blocks."""
    if batch is not None:
        if channel or source or brief:
            raise InputError("--batch goes alone: its lines name channel, copy and brief.")
        return _check_lines(batch)
    if channel is None or source is None:
        raise InputError("Say what to check: --channel ID --input COPY.json, or --batch LINES.jsonl.")
    place = channels.load(channel)
    words = copy.read(read_bytes(source))
    problems = checks.check_copy(words, place, read_brief(brief))
    print_json([problem.model_dump(mode="json") for problem in problems])
    return 1 if any(problem.blocks for problem in problems) else 0


def read_brief(source: str | None) -> Brief:
    """The brief in a file, with its warnings told; without one, a brief that knows nothing."""
    if source is None:
        return briefs.parse(NO_BRIEF, today=acting.today())[0]
    brief, warnings = briefs.read(read_bytes(source), today=acting.today())
    for warning in warnings:
        tell(f"marquee: {warning}")
    return brief


def read_bytes(source: str) -> bytes:
    """The bytes of a file, or of standard input where the name is "-"."""
    if source == "-":
        return sys.stdin.buffer.read()
    path = Path(source)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise MissingError(f"There is no file {source}. Check the name.") from error
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}. Give a file.") from error


def _check_lines(source: str) -> int:
    """Each line's answer as soon as it is there. A line that cannot be read is answered too, and exits with 2."""
    code = 0
    today = acting.today()
    for number, line in _lines(source):
        answer: dict[str, Any] = {"id": None}
        try:
            asked = documents.parse_object(line, f"line {number:,}")
            answer["id"] = asked.get("id")
            problems = _problems(asked, today)
            answer["problems"] = [problem.model_dump(mode="json") for problem in problems]
            code = max(code, 1 if any(problem.blocks for problem in problems) else 0)
        except MarqueeError as error:
            answer["error"] = str(error)
            tell(f"marquee: line {number:,}: {error}")
            code = 2
        say(json.dumps(answer, ensure_ascii=False))
    return code


def _problems(asked: dict[str, Any], today: dt.date) -> list[Problem]:
    for part in ("copy", "channel"):
        if part not in asked:
            raise InputError(f"It has no {part!r}. A line holds id, channel, copy and, where there is one, brief.")
    place: Channel = channels.load(str(asked["channel"]))
    words = documents.validate(copy.Copy, asked["copy"], "copy", "")
    brief, _ = briefs.parse(_object(asked.get("brief") or NO_BRIEF), today=today)
    return checks.check_copy(words, place, brief)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError("Its brief is no JSON object. Write it in braces.")
    return value


def _lines(source: str) -> Iterator[tuple[int, str]]:
    try:
        text = read_bytes(source).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{source} is not UTF-8 text (byte {error.start:,}). Save it in UTF-8.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def list_channels(*, as_json: bool) -> int:
    """Every channel with its slots."""
    there = [channels.load(name) for name in channels.names()]
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
