"""Commands that write: a brief of a workspace, and drafts for a brief."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from marketing.workspace import Workspace
from pipelines.commands import acting, files
from pipelines.commands.checking import read_brief
from pipelines.terminal import print_json, tell


def brief(folder: Path, title: str, segment: str | None, out: Path | None) -> int:
    """The BRIEF.json of a title, and of a segment where one is named."""
    from marketing.drafts import briefing

    files.ready(out)
    chosen = acting.choices(folder)
    made = briefing.build(Workspace.open(folder), title, segment, chosen, today=chosen.day(acting.today()))
    _put(made.content(), out)
    return 0


def draft(source: str, channels: Sequence[str], variants: int, writer: str | None, out: Path | None) -> int:
    """Drafts as JSON; 1 when a problem of one blocks."""
    from pipelines import draft as job

    files.ready(out)
    chosen = acting.installation()
    made = job.draft_file(
        read_brief(source),
        channels,
        variants,
        writer or chosen.writer,
        settings=chosen,
        environ=os.environ,
        now=acting.now(),
    )
    _put([one.content() for one in made], out)
    blocked = [one for one in made if one.blocked]
    for one in blocked:
        tell(f"{one.channel}, variant {one.variant}: it cannot be approved as it is; see its problems.")
    return 1 if blocked else 0


def _put(content: Any, out: Path | None) -> None:
    if out is None:
        print_json(content)
    else:
        files.write_file(out, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
