"""A small workspace as the pipelines would leave it, made by hand so that pages can be tested without them."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import small_forecasts
import small_segments

from marketing.drafts.copy import Copy
from marketing.ledger import DraftRecord, Ledger
from marketing.workspace import Workspace

NOW = dt.datetime(2026, 11, 23, 8, 10, tzinfo=dt.UTC)
LAST = pd.Timestamp(2026, 11, 22)
NASTY = "![x](http://evil.example/x.png) **b** :red[r] $x$ <img src=x> :smile: www.evil.example"
SETTINGS = 'name = "Lumen (sample)"\ntoday = 2026-11-23\n[brand]\nname = "Lumen"\ndomains = ["lumen.example"]\n'
BRIEF = {
    "title": {"title": "harbour-lights", "name": "Harbour Lights", "kind": "series"},
    "facts": [
        {"id": "f1", "title": "harbour-lights", "text": "Season 2 has six episodes", "source": "Press kit, page 3"},
        {"id": "f2", "title": "harbour-lights", "text": "Finale on 27 November 2026", "source": "Broadcast plan"},
    ],
    "segment": {"segment": "s1", "name": "Late-night finishers"},
    "forecast": {"metric": "views", "direction": "up", "peak": {"date": "2026-11-28", "expected": 48000}},
    "brand": {"name": "Lumen"},
    "today": "2026-11-23",
}  # fmt: skip


def empty(folder: Path) -> Workspace:
    """A workspace with settings and nothing else."""
    workspace = Workspace.create(folder)
    (folder / "settings.toml").write_text(SETTINGS, "utf-8")
    return workspace


def full(folder: Path) -> Workspace:
    """A workspace with everything: forecasts, segments, drafts in each state of review."""
    workspace = empty(folder)
    workspace.write(
        {
            "titles": _titles(),
            "facts": _facts(),
            "events": _events(),
            "engagement": _engagement(),
            "audience": pd.DataFrame({"person": [f"p{n}" for n in range(40)], "device": ["console", "phone"] * 20}),
        },
        now=NOW,
    )
    workspace.write({"trends": _trends(), **small_forecasts.tables(_engagement())}, now=NOW - dt.timedelta(hours=2))
    segments = {"segments": small_segments.told(_segments()), **small_segments.tables(NASTY)}
    workspace.write({**segments, "affinity": _affinity(), "set_aside": _set_aside()}, now=NOW)
    ledger = Ledger(workspace.ledger_url)
    ledger.add_brief(BRIEF, digest="b1", at=NOW)
    ledger.add_drafts(drafts())
    ledger.close()
    return workspace


def drafts() -> list[DraftRecord]:
    """Three Google ads and an Instagram post about one pair."""
    ads = [
        ["Six Episodes, One Finale", "Harbour Lights, Season 2", "Finale Friday at 21:00"],
        ["Finish It Before Friday", "Harbour Lights on Lumen", "48 Minutes an Episode"],
        ["Spain's Most Watched Drama", "Harbour Lights, Season 2", "Watch on Lumen"],
    ]
    lines = ["Six episodes of 48 minutes each. Watch on Lumen.", "The finale is on Friday at 21:00."]
    blocked = {
        "check": "claims", "severity": "block", "slot": "headline", "index": 0, "span": [8, 20],
        "message": "No fact says so. Add one with a source, or leave it out.", "suggestion": "Award-Winning",
    }  # fmt: skip
    claims = [{"slot": "description", "index": 0, "text": "Six episodes of 48 minutes", "fact": "f1"}]
    made = [
        _draft(n, "google_rsa", {"headline": heads, "description": lines}, claims, [blocked] if n == 3 else [])
        for n, heads in enumerate(ads, start=1)
    ]
    post = {"caption": [f"Six episodes. One finale. {NASTY}"], "hashtag": ["#HarbourLights"]}
    return [*made, _draft(4, "instagram_post", post, [], [])]


def _draft(number: int, channel: str, slots: dict, claims: list, problems: list) -> DraftRecord:  # type: ignore[type-arg]
    digest = Copy(slots=slots).digest()
    copy = {"slots": slots, "claims": claims}
    return DraftRecord(
        f"d{number}", digest, "b1", "harbour-lights", "s1", channel, number, "en", copy, problems, "offline", "p1",
        None, NOW - dt.timedelta(hours=number), "Ana Ruiz",
    )  # fmt: skip


def _titles() -> pd.DataFrame:
    rows = [
        ("harbour-lights", "Harbour Lights", "series"),
        ("tidebreaker", "Tidebreaker", "game"),
        ("the-quiet-orchard", "The Quiet Orchard", "film"),
        ("nasty", NASTY, "podcast"),
        ("paper-moons", "Paper Moons", "film"),
    ]
    return pd.DataFrame(rows, columns=["title", "name", "kind"])


def _facts() -> pd.DataFrame:
    return pd.DataFrame(BRIEF["facts"]).rename(columns={"id": "fact"}).assign(kind="number")


def _events() -> pd.DataFrame:
    rows = [
        ("Trailer", "2026-09-04", "harbour-lights"),
        ("Season 2", "2026-10-18", "harbour-lights"),
        ("<b>Finale</b>", "2026-11-27", "harbour-lights"),
        ("Black Friday", "2026-11-27", None),
    ]
    frame = pd.DataFrame(rows, columns=["event", "date", "title"])
    return frame.assign(date=pd.to_datetime(frame["date"]), kind="release")


def _engagement() -> pd.DataFrame:
    days = pd.date_range(end=LAST, periods=200)
    rows = [
        (day, title, "views", small_forecasts.wave(day, level / 2), region)
        for title, level in small_forecasts.LEVELS.items()
        for region in ("ES", "PT")
        for day in days
        if not (title == "harbour-lights" and pd.Timestamp(2026, 10, 2) <= day <= pd.Timestamp(2026, 10, 4))
    ]
    rows += [(day, "harbour-lights", "minutes", small_forecasts.wave(day, 900000), "ES") for day in days]
    rows += [(day, "paper-moons", "views", 40.0 + day.day_of_week, "ES") for day in days[-5:]]
    return pd.DataFrame(rows, columns=["date", "title", "metric", "value", "region"])


def _trends() -> pd.DataFrame:
    sentence = (
        "Harbour Lights should draw 260,000 views this week (240,000 to 281,000 in four weeks of five). "
        "Forecasts for it were off by 12% on average over the last three checks, 68% better than repeating last week."
    )
    rows = [
        ("harbour-lights/views", "harbour-lights", "views", "forecast", "", sentence),
        ("harbour-lights/minutes", "harbour-lights", "minutes", "forecast", "", "7,100,000 minutes are expected."),
        ("tidebreaker/views", "tidebreaker", "views", "forecast", "", "107,000 views are expected."),
        ("nasty/views", "nasty", "views", "forecast", "", "6,000 views are expected."),
        ("the-quiet-orchard/views", "the-quiet-orchard", "views", "ended", "No views since 1 September.", ""),
        ("paper-moons/views", "paper-moons", "views", "short", "5 days of data; a forecast needs 14.", ""),
        ("harbour-lights/views/region=ES", "harbour-lights", "views", "forecast", "", "In Spain."),
    ]
    frame = pd.DataFrame(rows, columns=["trend", "title", "metric", "state", "reason", "sentence"])
    known = {"frequency": "D", "first": LAST - pd.Timedelta(days=199), "last": LAST, "points": 200.0}
    return frame.assign(**known, forecaster="blend", grade="fair", off=0.12, cells="[]")


def _segments() -> pd.DataFrame:
    told = [
        ("Plays on a console", 0.71, 0.68, 0.74, 0.33),
        ("Watches after 22:00", 0.58, 0.55, 0.61, 0.34),
        ("Opens email", 0.17, 0.145, 0.195, 0.28),
        ("Watches with children", 0.06, 0.04, 0.08, 0.24),
    ]
    names = ["trait", "share", "low", "high", "everyone"]
    traits = [dict(zip(names, t, strict=True), column="c", value="v", lift=t[1] / t[4]) for t in told]
    rows = [
        ("s1", "Late-night finishers", 1340, 0.27, "Console, after 22:00, whole seasons", json.dumps(traits), 0.97),
        ("s2", "Family weekends", 1210, 0.24, "With children, Saturdays, films", json.dumps(traits[:2]), 0.95),
        ("s3", f"Commuters {NASTY}", 1080, 0.22, "Podcasts, mornings, phone", json.dumps(traits[1:]), 0.79),
    ]
    return pd.DataFrame(rows, columns=["segment", "name", "size", "share", "description", "traits", "stability"])


def _affinity() -> pd.DataFrame:
    rows = [
        (segment, title, 0.3 * lift, 0.25 * lift, 0.35 * lift, lift, 400.0, "")
        for segment in ("s1", "s2", "s3")
        for title, lift in (("harbour-lights", 2.1), ("tidebreaker", 1.8), ("the-quiet-orchard", 0.7))
    ]
    return pd.DataFrame(rows, columns=["segment", "title", "rate", "low90", "high90", "lift", "people", "because"])


def _set_aside() -> pd.DataFrame:
    rows = [
        ("column", "religion", "special category of personal data; never used to form groups", float("nan")),
        ("people", "under 18", "minors are kept out", 212.0),
    ]
    return pd.DataFrame(rows, columns=["subject", "name", "reason", "people"])
