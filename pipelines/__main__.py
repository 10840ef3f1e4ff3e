"""The `marquee` command: parse, call, print. What each command does stands in :mod:`pipelines.commands`.

Exit 0: done. 1: done, with items that failed or problems found. 2: bad input or usage. Nothing heavy is loaded
before a command needs it.
"""

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from marketing.errors import InputError, MarqueeError, printable
from pipelines.terminal import tell

DEFAULT_WORKSPACE = Path("workspaces/mine")
PORT = 8501

app = typer.Typer(
    name="marquee",
    help=(
        "Forecast audiences, find the groups in them, and draft, check and review copy for each. "
        "Commands work on the workspace given by --workspace or MARQUEE_WORKSPACE, or else on ./workspaces/mine."
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Workspace = Annotated[
    Path, typer.Option("--workspace", "-w", envvar="MARQUEE_WORKSPACE", metavar="DIR", help="The workspace's folder.")
]
Own = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", envvar="MARQUEE_WORKSPACE", metavar="DIR", help="Has channels of its own."),
]
Json = Annotated[bool, typer.Option("--json", help="Print results as JSON.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write there instead of printing.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65_535, help="On 127.0.0.1.")]
Parent = Annotated[int | None, typer.Option(hidden=True, help="End with this process.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who acts; else MARQUEE_PERSON, else your login.")]
Several = list[str] | None  # an option or argument that may be repeated
Mapping = Annotated[Several, typer.Option("--map", metavar="OURS=THEIRS", help="Our column is theirs.")]
Sets = Annotated[Several, typer.Option("--set", metavar="OURS=VALUE", help="A value for every row.")]
Engine = Annotated[
    str | None,
    typer.Option("--engine", metavar="ADDRESS", help="Work on a Dask cluster, tcp://HOST:PORT; else on this machine."),
]
Dates = Annotated[str | None, typer.Option("--dates", metavar="dmy|mdy|ymd", help="How 3/4/2026 reads.")]


@app.callback()
def marquee(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; goes in any place.")] = False,
) -> None:
    # Declared for --help only: `main` has taken --debug out already, wherever it stood. No docstring, since
    # Typer would print it in place of the help above.
    ...


@app.command()
def demo(
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", metavar="DIR", help="The sample's folder; real data go beside it.")
    ] = Path("workspaces/lumen"),
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    port: Port = PORT,
    parent: Parent = None,
) -> None:
    """Fill a workspace from sample_data, run everything, and open the dashboard on it."""
    from pipelines import demo

    _end(demo.run(workspace, port=port, browser=browser, parent=parent))


@app.command()
def dashboard(workspace: Workspace = DEFAULT_WORKSPACE, port: Port = PORT, parent: Parent = None) -> None:
    """Serve the dashboard on 127.0.0.1."""
    from pipelines.commands import serving

    _end(serving.dashboard(workspace, port, parent))


@app.command()
def ingest(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="titles, facts, engagement, events, audience, viewing or results.")
    ],
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV, TSV, XLSX, Parquet or a known export.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    mapping: Mapping = None,
    sets: Sets = None,
    dates: Dates = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Put files into a table, all or nothing; rows whose key is already there are replaced."""
    from pipelines.commands import tables

    _end(tables.ingest(workspace, table, files, mapping or [], sets or [], dates, by=by, as_json=as_json))


@app.command()
def run(
    jobs: Annotated[
        Several, typer.Argument(metavar="[forecast|segment|draft]...", help="In that order; all when none is named.")
    ] = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    title: Annotated[Several, typer.Option("--title", help="Draft for this title; may be repeated.")] = None,
    segment: Annotated[Several, typer.Option("--segment", help="Draft for this segment; may be repeated.")] = None,
    channel: Annotated[Several, typer.Option("--channel", help="Draft for this channel; may be repeated.")] = None,
    variants: Annotated[int | None, typer.Option("--variants", min=1, max=10, help="Drafts of each.")] = None,
    writer: Annotated[str | None, typer.Option("--writer", help="offline or chat_model.")] = None,
    engine: Engine = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Do the jobs, only what is stale; all that there are data for when none is named."""
    from pipelines.commands import working

    request = {"titles": title, "segments": segment, "channels": channel, "variants": variants, "writer": writer}
    _end(working.run(workspace, jobs or [], request, by=by, as_json=as_json, address=engine))


@app.command()
def forecast(
    workspace: Workspace = DEFAULT_WORKSPACE,
    source: Annotated[
        Path | None, typer.Option("--input", metavar="FILE", help="date, title, metric, value, dimensions.")
    ] = None,
    horizon: Annotated[int | None, typer.Option(min=1, max=730, help="Periods ahead, with --input.")] = None,
    frequency: Annotated[str | None, typer.Option(metavar="D|W|M", help="With --input; else found out.")] = None,
    forecaster: Annotated[str | None, typer.Option(metavar="NAME", help="With --input; blend, theta, ...")] = None,
    events: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Dated things that move the trends, with --input.")
    ] = None,
    territory: Annotated[
        str | None, typer.Option(metavar="CC", help="Country whose public holidays count, with --input.")
    ] = None,
    engine: Engine = None,
    mapping: Mapping = None,
    sets: Sets = None,
    dates: Dates = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Forecast a file, or every trend of the workspace."""
    from pipelines.commands import tables, working

    how = tables.reading(mapping or [], sets or [], dates)
    asked = working.Asked(horizon, frequency, forecaster, territory, events)
    _end(working.forecast(workspace, source, asked, out, how, address=engine, as_json=as_json))


@app.command()
def segment(
    workspace: Workspace = DEFAULT_WORKSPACE,
    source: Annotated[Path | None, typer.Option("--input", metavar="FILE", help="person, then any attributes.")] = None,
    k: Annotated[str, typer.Option(metavar="N|auto", help="How many segments, with --input.")] = "auto",
    allow: Annotated[Several, typer.Option(metavar="COLUMN=REASON", help="Let in sex, age or postcode.")] = None,
    weight: Annotated[Several, typer.Option(metavar="NAME=N", help="Of a block or column; 1 is usual.")] = None,
    engine: Engine = None,
    mapping: Mapping = None,
    sets: Sets = None,
    dates: Dates = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For assignments.csv, segments.json.")] = None,
    as_json: Json = False,
) -> None:
    """Find the segments of a file's people, or of the workspace's audience."""
    from pipelines.commands import dividing, tables

    how = tables.reading(mapping or [], sets or [], dates)
    asked = dividing.Asked(k, tuple(allow or ()), tuple(weight or ()))
    _end(dividing.segment(workspace, source, asked, out, how, address=engine, as_json=as_json))


@app.command()
def assign(
    source: Annotated[Path, typer.Option("--input", metavar="FILE", help="New people: person, then attributes.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="person, segment, chance, next, next_chance; CSV.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    mapping: Mapping = None,
    sets: Sets = None,
    dates: Dates = None,
    as_json: Json = False,
) -> None:
    """Put new people into the workspace's segments, and say how far they differ from those there."""
    from pipelines.commands import dividing, tables

    how = tables.reading(mapping or [], sets or [], dates)
    _end(dividing.assign(workspace, source, out, how, as_json=as_json))


@app.command()
def recommend(
    persons: Annotated[Several, typer.Argument(metavar="[PERSON]...", help="The whole audience if none.")] = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    top: Annotated[int, typer.Option("--top", min=1, max=1_000, metavar="N", help="Titles for each.")] = 10,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="person, title, rank, score, because; CSV.")] = None,
    as_json: Json = False,
) -> None:
    """Recommend titles to people by what they have seen; not to those who may be minors."""
    from pipelines.commands import recommending

    _end(recommending.recommend(workspace, persons or [], top, out, as_json=as_json))


@app.command()
def brief(
    title: Annotated[str, typer.Option(help="The title's id.")],
    segment: Annotated[str | None, typer.Option(help="The segment's id.")] = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    out: Out = None,
) -> None:
    """Write the BRIEF.json of a title and a segment of the workspace."""
    from pipelines.commands import writing

    _end(writing.brief(workspace, title, segment, out))


@app.command()
def draft(
    source: Annotated[str, typer.Option("--input", metavar="BRIEF.json", help="The brief; - is standard input.")],
    channel: Annotated[list[str], typer.Option(metavar="ID", help="May be repeated.")],
    more: Annotated[Several, typer.Argument(metavar="[ID]...", help="More channels.")] = None,
    variants: Annotated[int, typer.Option(min=1, max=10, help="Drafts for each channel.")] = 1,
    writer: Annotated[str | None, typer.Option(help="offline or chat_model.")] = None,
    out: Out = None,
    workspace: Own = None,
) -> None:
    """Write drafts for a brief, as JSON; no workspace is needed."""
    from pipelines.commands import writing

    _end(writing.draft(source, [*channel, *(more or [])], variants, writer, out, workspace))


@app.command()
def check(
    channel: Annotated[
        str | None, typer.Option(metavar="ID", help="Where the copy is for; drafts say so themselves.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--input", metavar="COPY.json", help="The copy, or drafts; - is standard input.")
    ] = None,
    brief: Annotated[str | None, typer.Option(metavar="BRIEF.json", help="What the copy may claim.")] = None,
    batch: Annotated[str | None, typer.Option(metavar="LINES.jsonl", help="Lines of id, channel, copy, brief.")] = None,
    workspace: Own = None,
) -> None:
    """Print what is wrong with copy, as JSON; exit 1 if any of it blocks."""
    from pipelines.commands import checking

    _end(checking.check(channel, source, brief, batch, workspace))


@app.command()
def channels(workspace: Own = None, as_json: Json = False) -> None:
    """List the channels that copy can be drafted for, with their slots and limits."""
    from pipelines.commands import checking

    _end(checking.list_channels(workspace, as_json=as_json))


@app.command()
def scenario(
    source: Annotated[
        str | None, typer.Option("--input", metavar="SCENARIO.json", help="- for standard input.")
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Keep it for the Trends page.")] = False,
    delete: Annotated[str | None, typer.Option(metavar="SCENARIO", help="Delete a kept one.")] = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say what would happen if an event moved, came or went, or a price changed; else list the scenarios kept."""
    from pipelines.commands import planning

    _end(planning.scenario(workspace, source, delete, save=save, by=by, as_json=as_json))


@app.command()
def drafts(
    workspace: Workspace = DEFAULT_WORKSPACE,
    state: Annotated[str | None, typer.Option(help="waiting, approved, rejected, changes or edited.")] = None,
    as_json: Json = False,
) -> None:
    """List the drafts of the workspace."""
    from pipelines.commands import deciding

    _end(deciding.drafts(workspace, state, as_json=as_json))


@app.command()
def review(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="The draft's id.")],
    digest: Annotated[str, typer.Option(help="Of the words that are decided on; marquee drafts tells it.")],
    decision: Annotated[str, typer.Option(metavar="approve|reject|changes")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    reason: Annotated[str, typer.Option(help="Needed to reject or to ask for changes.")] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Decide on exactly those words, under the same rights and gates as on the page."""
    from pipelines.commands import deciding

    _end(deciding.review(workspace, draft, digest, decision, reason, by=by, as_json=as_json))


@app.command()
def audit(
    workspace: Workspace = DEFAULT_WORKSPACE,
    verify: Annotated[bool, typer.Option("--verify", help="Say whether the record is whole; exit 1 if not.")] = False,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Print the record of who did what."""
    from pipelines.commands import deciding

    _end(deciding.audit(workspace, out, verify=verify, as_json=as_json))


@app.command()
def export(
    form: Annotated[
        str, typer.Argument(metavar="FORMAT", help="An upload format, insights_csv, insights_xlsx or audience.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    segment: Annotated[str | None, typer.Option(metavar="ID", help="Whose people, with audience.")] = None,
    by: By = None,
) -> None:
    """Write approved drafts in an upload format, insights, or the people of a segment."""
    from pipelines.commands import deciding

    _end(deciding.export(workspace, form, out, segment, by=by))


@app.command(hidden=True)
def work(run: str, workspace: Workspace = DEFAULT_WORKSPACE, parent: Parent = None) -> None:
    """Carry out a run that waits, as the dashboard's worker, and end with the process `parent`."""
    from pipelines.commands import working

    _end(working.work(workspace, run, parent))


def _end(code: int) -> None:
    raise typer.Exit(code)


def main() -> None:
    """Run the command line; errors are told in words."""
    arguments = [a for a in sys.argv[1:] if a != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    try:
        _refuse_undecoded(arguments)
        app(arguments, prog_name="marquee")
    except KeyboardInterrupt:
        sys.exit(130)
    except MarqueeError as error:
        _complain(str(error), error.exit_code, debug)
    except Exception as error:
        said = printable(f"{type(error).__name__}: {error}", 200)
        _complain(f"Marquee itself failed ({said}). Run it again with --debug and report what is printed.", 1, debug)


def _refuse_undecoded(arguments: list[str]) -> None:
    """Arguments are text; only the name of a file that is there may be any bytes, as names of files may."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            if not os.path.lexists(argument):
                raise InputError(f"{printable(argument)!r} is not UTF-8 text. Write it in UTF-8.") from None


def _complain(text: str, code: int, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    tell(f"marquee: {text}")
    sys.exit(code)


if __name__ == "__main__":
    main()
