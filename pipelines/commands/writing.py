"""Commands that write: a brief of a workspace, and drafts for a brief."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketing.workspace import Workspace
from pipelines.commands import acting, files
from pipelines.commands.checking import own_channels, read_brief
from pipelines.terminal import encoded, print_json, tell

if TYPE_CHECKING:
    from marketing.drafts.briefs import Brief
    from marketing.drafts.drafting import Draft

LINES = ".jsonl"  # how the name of a file ends that `marquee check --batch` reads


def brief(folder: Path, title: str, segment: str | None, out: Path | None) -> int:
    """The BRIEF.json of a title, and of a segment where one is named."""
    from marketing.drafts import briefing

    files.ready(out)
    chosen = acting.choices(folder)
    made = briefing.build(Workspace.open(folder), title, segment, chosen, today=chosen.day(acting.today()))
    _put(made.content(), out)
    return 0


def draft(
    source: str, channels: Sequence[str], variants: int, writer: str | None, out: Path | None, own: Path | None
) -> int:
    """Drafts as JSON, or as lines that `marquee check --batch` reads; 1 when a problem of one blocks."""
    from pipelines import draft as job

    files.ready(out)
    chosen = acting.installation()
    brief = read_brief(source)
    made = job.draft_file(
        brief,
        channels,
        variants,
        writer or chosen.writer,
        settings=chosen,
        environ=os.environ,
        now=acting.now(),
        own_channels=own_channels(own),
    )
    if out is not None and out.suffix.lower() == LINES:
        files.write_lines(out, [_line(one, brief) for one in made])
    else:
        _put([one.content() for one in made], out)
    blocked = [one for one in made if one.blocked]
    for one in blocked:
        tell(f"{one.channel}, variant {one.variant}: it cannot be approved as it is; see its problems.")
    return 1 if blocked else 0


def _line(draft: "Draft", brief: "Brief") -> dict[str, Any]:
    content = draft.content()
    return {"id": draft.draft, "channel": draft.channel, "copy": content["copy"], "brief": brief.content()}


def _put(content: Any, out: Path | None) -> None:
    if out is None:
        print_json(content)
    else:
        files.write_file(out, (encoded(content, indent=1) + "\n").encode())
