"""From an empty folder to checked drafts and exported insights, by the command line alone, step by step.

GTA VI's page views and events, ten Wikipedia pages and 45,211 bank clients. Exits with 1 when a draft
has a problem that blocks, or when it takes longer than four minutes, the bound on two cores.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
REAL = HOUSE / "sample_data" / "real"
BOUND = 240  # seconds
STEPS = [
    f"ingest engagement {REAL}/gta6_pageviews.csv --map value=pageviews --set title=gta-vi --set metric=pageviews",
    f"ingest events {REAL}/gta6_events.csv --map kind=category --set title=gta-vi",
    f"ingest titles {REAL}/titles.csv",
    f"ingest facts {REAL}/facts.csv",
    f"ingest engagement {REAL}/wikipedia_ten_pages.csv",
    f"ingest audience {REAL}/bank_clients.parquet",
    "run forecast segment",
    "run draft --title gta-vi --channel google_rsa --channel instagram_post --variants 3",
    "export insights_csv --out insights.csv",
    "export insights_xlsx --out insights.xlsx",
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        for step in STEPS:
            at = time.monotonic()
            marquee(folder, *step.split())
            print(f"{time.monotonic() - at:6.1f} s  marquee {step.replace(f'{REAL}/', '')}", flush=True)
        blocked, drafts = check(folder)
        took = time.monotonic() - began
        print(f"{drafts} drafts, {blocked} of them with problems that block")
        print(f"{took:.0f} s in all, aim at most {BOUND} s{': TOO SLOW' if took > BOUND else ''}")
    sys.exit(bool(blocked or not drafts or took > BOUND))


def check(folder: str) -> tuple[int, int]:
    """How many of the drafts `marquee check` blocks, each under the brief of its segment, and how many there are."""
    drafts = json.loads(marquee(folder, "drafts", "--json"))
    briefs = {}
    for segment in {draft["segment"] for draft in drafts}:
        briefs[segment] = json.loads(marquee(folder, "brief", "--title", "gta-vi", "--segment", segment))
    lines = [
        {"id": d["draft"], "channel": d["channel"], "copy": d["copy"], "brief": briefs[d["segment"]]} for d in drafts
    ]
    (Path(folder) / "lines.jsonl").write_text("\n".join(map(json.dumps, lines)))
    answers = marquee(folder, "check", "--batch", "lines.jsonl", may_exit=(0, 1)).splitlines()
    problems = [json.loads(answer)["problems"] for answer in answers]
    return sum(any(p["severity"] == "block" for p in found) for found in problems), len(drafts)


def marquee(folder: str, *arguments: str, may_exit: tuple[int, ...] = (0,)) -> str:
    command = [sys.executable, "-m", "pipelines", *arguments]
    if arguments[0] != "check":
        command += ["--workspace", "ws"]
    done = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(HOUSE), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )
    if done.returncode not in may_exit:
        sys.exit(f"marquee {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
