"""A small workspace with drafts in it, made of the real parts."""

import datetime as dt
from dataclasses import replace

import pandas as pd

from marketing.campaigns import reviews
from marketing.drafts.copy import Copy
from marketing.ledger import Ledger
from marketing.people import Person
from marketing.records import DraftRecord
from marketing.settings import Settings
from marketing.workspace import Workspace

NOW = dt.datetime(2026, 11, 23, 9, 40, tzinfo=dt.UTC)
ANA = Person("Ana Ruiz", "editor")
TOM = Person("Tom Okafor", "approver")
MEI = Person("Mei Lindqvist", "owner")
FINALE = "The finale is on Friday 27 November at 21:00"
BRIEF = {
    "title": {"title": "harbour-lights", "name": "Harbour Lights", "url": "https://lumen.example/harbour-lights"},
    "segment": {"segment": "s1", "name": "Late-night finishers"},
    "facts": [{"id": "f1", "text": FINALE, "kind": "date", "valid_to": "2026-11-27"}],
    "language": "en",
    "today": "2026-11-23",
}
SLOTS = {
    "headline": ["Finish It Before Friday", "Six Episodes, One Finale", "Stream Harbour Lights"],
    "description": ["The finale is on Friday at 21:00.", "Pick up where you stopped – all six are here."],
    "path": ["harbour-lights"],
}
CLAIM = {"slot": "description", "index": 0, "text": "The finale is on Friday at 21:00", "fact": "f1"}


class House:
    """A workspace, its ledger and its settings, with the few things that these tests do to them."""

    def __init__(self, folder):
        self.workspace = Workspace.create(folder)
        self.ledger = Ledger(self.workspace.ledger_url)
        self.settings = Settings(name="Lumen", today=dt.date(2026, 11, 23))
        self.ledger.add_brief(BRIEF, digest="brief", at=NOW)

    def add(self, draft="d1", slots=SLOTS, claims=(CLAIM,), **changes):
        """A draft of these words, stored."""
        record = DraftRecord(
            draft=draft,
            digest=Copy(slots=slots).digest(),
            brief="brief",
            title="harbour-lights",
            segment="s1",
            channel="google_rsa",
            variant=1,
            language="en",
            copy={"slots": slots, "claims": list(claims)},
            problems=[],
            writer="offline",
            prompt="",
            cost=None,
            created_at=NOW,
            created_by="Ana Ruiz",
        )
        self.ledger.add_drafts([replace(record, **changes)])
        return self.ledger.draft(draft)

    def decide(self, draft, decision="approve", reason="", person=TOM, **options):
        """A decision on the draft's words, under a key of its own."""
        options = {
            "digest": draft.digest,
            "key": f"{draft.draft}-{decision}",
            "own_approval": True,
            "at": NOW,
        } | options
        digest = options.pop("digest")
        return reviews.decide(self.ledger, draft.draft, digest, decision, reason, person, **options)

    def standing(self, draft):
        """Where the draft stands now."""
        return reviews.standing(self.ledger.draft(draft.draft), self.ledger.reviews(draft.draft))

    def write(self, **frames):
        """Tables of the workspace, from lists of rows."""
        self.workspace.write({name: pd.DataFrame(rows) for name, rows in frames.items()}, now=NOW)
