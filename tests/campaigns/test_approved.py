"""Which approved drafts may leave, and what is said of the others."""

import datetime as dt

import pandas as pd
from small_house import CLAIM, FINALE

from marketing.campaigns import approved

TODAY = dt.date(2026, 11, 23)


def gathered(house, today=TODAY):
    leaving, kept = approved.gather(house.workspace, house.ledger, "google_rsa", today)
    return [each.draft.draft for each in leaving], kept


def test_a_claim_without_its_fact_keeps_the_ad_in(house):
    house.decide(house.add(claims=[CLAIM | {"fact": "f9"}]))
    leaving, [why] = gathered(house)
    assert leaving == []
    assert "'f9' behind it is gone" in why


def test_what_the_words_say_is_read_from_them_whatever_claims_were_kept(house):
    house.decide(house.add(claims=()))
    assert gathered(house) == (["d1"], [])
    leaving, [why] = gathered(house, dt.date(2026, 11, 28))
    assert leaving == []
    assert "is out of date since 27 November 2026" in why


def test_cells_that_hold_several_ratings_or_spoilers_keep_no_ad_in(house):
    cells = {"ratings": "GB=15; US=R", "spoilers": "He did it | She knew"}
    house.write(titles=[{"title": "harbour-lights", "name": "Harbour Lights"} | cells])
    house.decide(house.add())
    [ad], _ = approved.gather(house.workspace, house.ledger, "google_rsa", TODAY)
    assert ad.title.ratings == {"GB": "15", "US": "R"}
    assert ad.title.spoilers == ("He did it", "She knew")


def test_a_fact_that_holds_longer_now_lets_the_ad_leave(house):
    house.decide(house.add())
    assert gathered(house, dt.date(2026, 12, 5))[0] == []
    house.write(facts=[{"fact": "f1", "title": "x", "text": FINALE, "valid_to": pd.Timestamp("2026-12-31")}])
    assert gathered(house, dt.date(2026, 12, 5)) == (["d1"], [])
