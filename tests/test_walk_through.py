"""README's walk through the commands works as it stands, in its order, on the files that it names."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
LEFT_OUT = ("marquee dashboard", ". .venv/bin/activate")  # serves until it is stopped; what it does is done below
# Quicker choices: what the default ones find is held elsewhere, and takes most of the time.
QUICK = 'forecaster = "seasonal_naive"\nk = 4\ntoday = 2026-08-22\n'
# What a person reads in the list of drafts, and puts in the place of the words in capitals.
READ = """row=$(marquee drafts | grep google_rsa | head -1)
DRAFT=$(echo $row | cut -d" " -f1) DIGEST=$(echo $row | cut -d" " -f2 | cut -c1-8)"""


def walk() -> list[str]:
    """The commands under "On your own files", from changing into the folder to the last export."""
    part = (HOUSE / "README.md").read_text("utf-8").partition("\n## On your own files")[2].partition("\n| command")[0]
    lines = [line.strip() for block in BLOCK.findall(part) for line in block.splitlines()]
    lines = lines[: 1 + max(at for at, line in enumerate(lines) if "marquee export" in line)]
    return [line for line in lines if line not in LEFT_OUT]


def test_the_walk_through_the_commands_ends_with_files_to_hand_on(tmp_path: Path) -> None:
    shutil.copytree(HOUSE / "sample_data" / "real", tmp_path / "sample_data" / "real")
    commands = walk()
    assert commands[0] == "cd sample_data/real"
    assert len(commands) > 10
    first_run = next(at for at, line in enumerate(commands) if line.startswith("marquee run"))
    review = next(at for at, line in enumerate(commands) if line.startswith("marquee review"))
    told = commands[review].replace("DRAFT", "$DRAFT").replace("DIGEST", "$DIGEST")
    settings = f"printf '{QUICK}' > $MARQUEE_WORKSPACE/settings.toml"
    script = [*commands[:first_run], settings, *commands[first_run:review], READ, told, *commands[review + 1 :]]
    marquee = f'marquee() {{ "{sys.executable}" -m pipelines "$@"; }}'
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(HOUSE)}
    done = subprocess.run(
        ["bash", "-euc", "\n".join([marquee, *script])],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "18 drafts, all waiting" in done.stdout
    assert (tmp_path / "gta.csv").read_text("utf-8-sig").count("\n") == 2
    assert (tmp_path / "gta.xlsx").stat().st_size > 5_000
    assert {path.name for path in (tmp_path / "sample_data" / "real").iterdir()} == {
        path.name for path in (HOUSE / "sample_data" / "real").iterdir()
    }
