"""How long `marquee check` takes, beside the import of streamlit on the same machine.

Run: python tests/benchmarks/bench_check.py
"""

import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from marketing.drafts import briefs, channels, checks
from marketing.drafts.copy import Copy

TRIES = 5
HOUSE = Path(__file__).resolve().parents[2]
SLOTS = {
    "headline": ["A lamp in the fog", "Keep the light", "Eight episodes wait"],
    "description": ["A pilot comes home to the harbour.", "Eight episodes, and one boat still at sea."],
}
BRIEF = {"title": {"name": "Harbour Lights"}, "facts": [{"id": "f1", "text": "Season 1 has eight episodes"}]}


def main() -> None:
    """Print the median of a few runs of each."""
    with tempfile.TemporaryDirectory() as folder:
        copy, brief = Path(folder, "copy.json"), Path(folder, "brief.json")
        copy.write_text(json.dumps({"slots": SLOTS}), "utf-8")
        brief.write_text(json.dumps(BRIEF), "utf-8")
        command = ["-m", "pipelines", "check", "--channel", "google_rsa", "--input", str(copy), "--brief", str(brief)]
        check, streamlit = _median(command), _median(["-c", "import streamlit"])
    print(f"marquee check {check:.2f} s, import streamlit {streamlit:.2f} s, ratio {check / streamlit:.2f}")
    print(f"one draft checked in process: {1000 * _in_process():.1f} ms (median of all channels)")


def _median(arguments: list[str]) -> float:
    spent = []
    for _ in range(TRIES + 1):  # the first run compiles
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=HOUSE, check=True, capture_output=True)
        spent.append(time.perf_counter() - started)
    return statistics.median(spent[1:])


def _in_process() -> float:
    brief, _ = briefs.parse(BRIEF, today=dt.date(2026, 11, 23))
    spent = []
    for number in range(40):
        for name in channels.names():
            channel = channels.load(name)
            slots = {
                s.name: [f"Eight episodes wait {number}{n}" for n in range(max(1, s.items[0]))]
                for s in channel.slots.values()
            }
            started = time.perf_counter()
            checks.check_copy(Copy(slots=slots), channel, brief)
            spent.append(time.perf_counter() - started)
    return statistics.median(spent)


if __name__ == "__main__":
    main()
