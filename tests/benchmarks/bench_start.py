"""How long commands take to start, and how that compares with importing Streamlit. Byte code is warm.

Exits with 1 when one takes longer than its bound.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 7
BOUNDS = {"marquee --help": 0.6, "marquee check": 1.0}  # seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.json"
        copy.write_text(json.dumps({"slots": {"headline": ["A new season", "Out on Friday", "Watch from Friday"]}}))
        marquee = [sys.executable, "-m", "pipelines"]
        commands = {
            "import streamlit": [sys.executable, "-c", "import streamlit"],
            "marquee --help": [*marquee, "--help"],
            "marquee check": [*marquee, "check", "--channel", "google_rsa", "--input", str(copy)],
            "marquee channels": [*marquee, "channels"],
        }
        seconds = {name: median(command) for name, command in commands.items()}
    yardstick = seconds["import streamlit"]
    for name, took in seconds.items():
        aim = f", aim at most {BOUNDS[name]} s" if name in BOUNDS else ""
        print(f"{name:18} {took:6.3f} s, {took / yardstick:5.2f} of import streamlit{aim}")
    late = [name for name, bound in BOUNDS.items() if seconds[name] > bound]
    if late:
        print(f"TOO SLOW: {', '.join(late)}")
    sys.exit(bool(late))


def median(command: list[str]) -> float:
    """The median of RUNS, after one to warm up."""
    took = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        subprocess.run(command, capture_output=True, check=False)
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


if __name__ == "__main__":
    main()
