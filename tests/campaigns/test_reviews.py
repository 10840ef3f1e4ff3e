import datetime as dt
import sqlite3

import pytest
from small_house import ANA, MEI, NOW, SLOTS, TOM

from marketing.campaigns import reviews, versions
from marketing.drafts.copy import Claim, Copy, Problem
from marketing.errors import ConflictError, GateError, InputError, MissingError, RightsError
from marketing.people import Person

BLOCK = {"check": "limits", "severity": "block", "slot": "headline", "index": 1, "message": "31 of 30 characters"}
EDITED = SLOTS | {"headline": ["Finish It Tonight", *SLOTS["headline"][1:]]}


def recheck(draft, slots):
    """Checks that find a problem in every line with an exclamation mark, and one claim."""
    copy = Copy(slots=slots, claims=[Claim(slot="description", text="Friday at 21:00", fact="f1")])
    marked = [(slot, index) for slot, index, text in copy.lines() if "!" in text]
    return copy, [Problem(check="tone", severity="block", slot=s, index=i, message="Too loud") for s, i in marked]


def edit(house, draft, slots=EDITED, person=ANA, at=NOW):
    return reviews.edit(house.ledger, draft.draft, slots, person, recheck, at)


def test_a_draft_waits_until_someone_decides(house):
    draft = house.add()
    assert house.standing(draft) == "waiting"
    house.decide(draft)
    assert house.standing(draft) == "approved"


def test_the_last_decision_counts_and_the_history_stays(house):
    draft = house.add()
    house.decide(draft)
    house.decide(draft, "reject", "The finale moved", person=MEI)
    assert house.standing(draft) == "rejected"
    assert [(r.by, r.role, r.decision) for r in house.ledger.reviews("d1")] == [
        ("Tom Okafor", "approver", "approve"),
        ("Mei Lindqvist", "owner", "reject"),
    ]
    house.decide(draft, "changes", "  Say Saturday  ", person=MEI)
    assert house.standing(draft) == "changes"
    assert house.ledger.reviews("d1")[-1].reason == "Say Saturday"


def test_an_editor_cannot_decide_and_a_viewer_cannot_edit(house):
    draft = house.add()
    with pytest.raises(RightsError, match="may not approve or reject"):
        house.decide(draft, person=ANA)
    with pytest.raises(RightsError, match="may not edit"):
        edit(house, draft, person=Person("Eve", "viewer"))
    assert house.standing(draft) == "waiting"
    assert len(house.ledger.drafts()) == 1


def test_the_same_key_decides_once(house):
    draft = house.add()
    first = house.decide(draft, key="click-1")
    again = house.decide(draft, key="click-1", at=NOW + dt.timedelta(seconds=1))
    assert again == first
    assert len(house.ledger.reviews()) == 1


def test_a_key_used_for_something_else_is_refused(house):
    draft = house.add()
    house.decide(draft, key="click-1")
    with pytest.raises(ConflictError, match="Tom Okafor decided 'approve'"):
        house.decide(draft, "reject", "No", key="click-1")
    assert house.standing(draft) == "approved"


@pytest.mark.parametrize("decision", ["reject", "changes"])
def test_a_no_needs_a_reason(house, decision):
    with pytest.raises(InputError, match="needs a reason"):
        house.decide(house.add(), decision, "  \n")


@pytest.mark.parametrize("reason", ["x" * 2001, "a\x1b[2J", "\u202eevil", "a\x00b"])
def test_reasons_are_plain_and_short(house, reason):
    with pytest.raises(InputError) as refusal:
        house.decide(house.add(), "reject", reason)
    assert str(refusal.value).isprintable()


def test_a_reason_may_have_lines_accents_and_emoji(house):
    reason = "Zu früh.\nBitte ab 27. November 👩‍🚀"
    assert house.decide(house.add(), "reject", reason).reason == reason


@pytest.mark.parametrize("decision", ["edit", "publish", ""])
def test_there_are_three_decisions(house, decision):
    with pytest.raises(InputError, match="approve, reject, changes"):
        house.decide(house.add(), decision, "because")


def test_words_that_block_are_not_approved_and_every_problem_is_named(house):
    problems = [BLOCK, BLOCK | {"severity": "warn", "message": "bland"}, BLOCK | {"index": 2, "message": "32 of 30"}]
    draft = house.add(problems=problems)
    with pytest.raises(GateError, match=r"headline 2: 31 of 30 characters; headline 3: 32 of 30") as refusal:
        house.decide(draft)
    assert "bland" not in str(refusal.value)
    assert house.standing(draft) == "waiting"
    house.decide(draft, "reject", "Too long")  # a no is always possible
    assert house.standing(draft) == "rejected"


def test_a_warning_does_not_stand_in_the_way(house):
    draft = house.add(problems=[BLOCK | {"severity": "warn"}])
    house.decide(draft)
    assert house.standing(draft) == "approved"


def test_where_nobody_approves_their_own_words_someone_else_must(house):
    draft = house.add(created_by="Tom Okafor")
    with pytest.raises(GateError, match="nobody approves their own words"):
        house.decide(draft, own_approval=False)
    house.decide(draft, "changes", "My mistake", own_approval=False)  # one may take one's own words back
    house.decide(draft, person=MEI, own_approval=False)
    assert house.standing(draft) == "approved"


def test_a_decision_on_other_words_is_refused(house):
    draft = house.add()
    with pytest.raises(ConflictError, match="not those you decided on"):
        house.decide(draft, digest="0" * 64)
    with pytest.raises(MissingError, match="no draft 'd9'"):
        reviews.decide(house.ledger, "d9", "x", "approve", "", TOM, own_approval=True, at=NOW, key="k")
    assert house.ledger.reviews() == []


def test_an_edit_is_a_new_draft_checked_anew_and_waits(house):
    draft = house.add()
    house.decide(draft)
    new = edit(house, draft)
    assert (new.parent, new.created_by, new.brief, new.variant) == ("d1", "Ana Ruiz", "brief", 1)
    assert new.digest == Copy(slots=EDITED).digest() != draft.digest
    assert new.copy["claims"][0]["fact"] == "f1"
    assert house.standing(draft) == "edited"
    assert house.standing(new) == "waiting"
    assert house.ledger.draft("d1") == draft  # the old words stay as they were


def test_problems_of_the_new_words_block_them(house):
    new = edit(house, house.add(), EDITED | {"description": ["Now!", "Or never."]})
    with pytest.raises(GateError, match="description 1: Too loud"):
        house.decide(new)


def test_a_decision_on_words_that_were_edited_shows_what_changed(house):
    draft = house.add()
    new = edit(house, draft)
    for decision in ("approve", "reject"):
        with pytest.raises(ConflictError, match=r"Ana Ruiz edited .* was 'Finish It Before Friday', is 'Finish It To"):
            house.decide(draft, decision, "because", key=f"late-{decision}")
    with pytest.raises(ConflictError, match=new.draft):
        house.decide(draft)
    assert house.standing(draft) == "edited"


def test_the_same_edit_twice_makes_one_draft(house):
    draft = house.add()
    assert edit(house, draft) == edit(house, draft, at=NOW + dt.timedelta(seconds=2))
    assert len(house.ledger.drafts()) == 2


def test_of_two_different_edits_the_second_is_shown_the_first(house):
    draft = house.add()
    edit(house, draft)
    with pytest.raises(ConflictError, match="is 'Finish It Tonight'"):
        edit(house, draft, SLOTS | {"headline": ["Watch Now", "Six Episodes", "Stream It"]}, person=MEI)
    assert len(house.ledger.drafts()) == 2


def test_an_edit_that_changes_nothing_is_refused(house):
    with pytest.raises(InputError, match="as they were"):
        edit(house, house.add(), SLOTS)


def test_words_may_be_edited_back(house):
    draft = house.add()
    second = edit(house, draft)
    third = edit(house, second, SLOTS)
    assert third.digest == draft.digest
    assert third.draft != draft.draft
    assert [v.draft for v in versions.versions(house.ledger, third)] == ["d1", second.draft, third.draft]
    assert house.standing(third) == "waiting"  # the approval of the first version is not that of the third


def test_an_approval_does_not_hold_for_words_changed_behind_the_ledger(house):
    draft = house.add()
    house.decide(draft)
    with sqlite3.connect(house.workspace.folder / "ledger.sqlite") as direct:
        direct.execute("UPDATE drafts SET copy = replace(copy, 'Friday', 'Sunday')")
    direct.close()
    assert house.standing(draft) == "waiting"
    with pytest.raises(GateError, match="marquee audit --verify"):
        house.decide(draft, key="again")
    assert house.ledger.verify() == 1


def test_the_standings_of_many_drafts_are_those_of_each(house):
    drafts = [house.add(f"d{n}", SLOTS | {"path": [f"p{n}"]}) for n in range(4)]
    house.decide(drafts[0])
    house.decide(drafts[1], "reject", "No")
    edit(house, drafts[2])
    found = reviews.standings(house.ledger.drafts(), house.ledger.reviews())
    assert {d.draft: found[d.draft] for d in drafts} == {d.draft: house.standing(d) for d in drafts}
    assert set(found.values()) == {"approved", "rejected", "edited", "waiting"}


def test_what_changed_is_told_word_by_word(house):
    draft = house.add()
    new = edit(house, draft, EDITED | {"path": ["harbour-lights", "finale"], "description": SLOTS["description"][:1]})
    found = {(c.slot, c.index): c for c in versions.changes(draft, new)}
    assert set(found) == {("headline", 0), ("path", 1), ("description", 1)}
    parts = [(p.kind, p.text) for p in found["headline", 0].parts()]
    assert parts == [("same", "Finish It "), ("out", "Before Friday"), ("in", "Tonight")]
    assert [(p.kind, p.text) for p in found["path", 1].parts()] == [("in", "finale")]
    assert found["description", 1].after == ""
