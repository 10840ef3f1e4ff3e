"""kill -9 of `marquee run` at random moments, then run again: are the tables the same as without a kill?

The workspace has the sample's engagement of a few titles and an audience, and several workers are at work.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
HOUSE = Path(__file__).resolve().parents[2]
SETTINGS = 'name = "Killed"\ntoday = 2026-11-23\nforecaster = "theta"\nvariants = 2\n'


def main() -> None:
    sys.path.insert(0, str(HOUSE))
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty"
        fill(empty)
        whole = Path(folder) / "whole"
        shutil.copytree(empty, whole)
        began = time.monotonic()
        run(whole).wait()
        length = time.monotonic() - began
        print(f"A run that nobody kills takes {length:.1f} s.")
        draws, same = random.Random(9), 0
        for kill in range(1, KILLS + 1):
            killed = Path(folder) / f"killed-{kill}"
            shutil.copytree(empty, killed)
            moment = draws.uniform(0, length)
            process = run(killed)
            time.sleep(moment)
            process.kill()
            process.wait()
            run(killed).wait()
            equal = content(killed) == content(whole)
            same += equal
            told = "the same tables" if equal else f"OTHER TABLES: {differing(killed, whole)}"
            print(f"killed after {moment:5.1f} s and run again: {told}", flush=True)
            shutil.rmtree(killed)
        print(f"{same} of {KILLS} the same")
    sys.exit(same != KILLS)


def fill(folder: Path) -> None:
    """The sample's titles, facts and audience, and four titles' engagement by region."""
    import datetime as dt

    from marketing.workspace import Workspace
    from sample_data import generate

    frames = generate.tables()
    engagement = frames["engagement"]
    few = sorted(engagement["title"].unique())[:4]
    now = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
    frames["engagement"] = engagement[engagement["title"].isin(few) & (engagement["metric"] == "views")]
    frames["audience"] = frames["audience"].head(1_500)
    workspace = Workspace.create(folder)
    (folder / "settings.toml").write_text(SETTINGS)
    workspace.upsert({n: frames[n] for n in ("titles", "facts", "engagement", "audience")}, now=now)


def run(folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "pipelines", "run", "--workspace", str(folder)]
    return subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def content(folder: Path) -> dict[str, object]:
    """The tables' files, named after their content, and the drafts' words."""
    from marketing.ledger import Ledger
    from marketing.workspace import Workspace

    workspace = Workspace.open(folder)
    ledger = Ledger(workspace.ledger_url)
    drafts = sorted((d.draft, d.digest) for d in ledger.drafts())
    ledger.close()
    return {name: stored.file for name, stored in workspace.tables().items()} | {"drafts": drafts}


def differing(one: Path, other: Path) -> list[str]:
    return [name for name, held in content(one).items() if held != content(other)[name]]


if __name__ == "__main__":
    main()
