import itertools

import pytest

from marketing import people
from marketing.errors import InputError, RightsError
from marketing.settings import Settings

TEAM = Settings(people={"Ana Ruiz": "editor", "Tom Okafor": "approver", "Mei": "owner", "José": "viewer"})


def test_on_a_laptop_of_one_whoever_acts_is_the_owner():
    alone = people.acting({"MARQUEE_PERSON": "Ana Ruiz"}, Settings())
    assert alone == people.Person("Ana Ruiz", "owner")
    assert all(people.may(alone, action) for action in people.ACTIONS)


def test_without_a_given_name_the_login_acts(monkeypatch):
    monkeypatch.setenv("LOGNAME", "aruiz")
    assert people.acting({"MARQUEE_PERSON": "  "}, Settings()).name == "aruiz"


def test_a_container_without_user_names_still_has_someone_acting(monkeypatch):
    def unknown():
        raise OSError("No username set in the environment")

    monkeypatch.setattr("getpass.getuser", unknown)
    assert people.acting({}, Settings()).name.startswith("user ")


def test_once_a_team_is_named_everyone_else_may_only_look():
    stranger = people.person("Eve", TEAM)
    assert [a for a in people.ACTIONS if people.may(stranger, a)] == ["read"]


def test_each_role_may_do_what_the_one_before_may_and_more():
    allowed = [{a for a in people.ACTIONS if people.may(people.Person("x", r), a)} for r in people.ROLES]
    assert all(less < more for less, more in itertools.pairwise(allowed))
    assert allowed[-1] == set(people.ACTIONS)


def test_an_editor_writes_and_does_not_approve():
    ana = people.person("Ana Ruiz", TEAM)
    people.require(ana, "edit")
    with pytest.raises(RightsError, match=r"Ana Ruiz is an editor .* Ask an approver or above"):
        people.require(ana, "review")


def test_drafting_is_a_right_of_its_own_among_the_jobs_of_a_run(monkeypatch):
    ana = people.person("Ana Ruiz", TEAM)
    people.require_jobs(ana, ["forecast", "draft"])
    monkeypatch.setitem(people.GRANTS, "editor", ("run",))
    monkeypatch.setitem(people.GRANTS, "approver", ("draft", "review"))
    people.require_jobs(ana, ["forecast", "segment"])
    with pytest.raises(RightsError, match="may not have drafts written"):
        people.require_jobs(ana, ["forecast", "draft"])
    with pytest.raises(RightsError, match="may not start runs"):
        people.require_jobs(people.person("José", TEAM), ["forecast"])


def test_only_an_owner_erases():
    with pytest.raises(RightsError, match="Ask an owner, or"):
        people.require(people.person("Tom Okafor", TEAM), "erase")
    people.require(people.person("Mei", TEAM), "erase")


def test_names_match_however_their_accents_and_spaces_are_typed():
    assert people.person("Jose\u0301 ", Settings(people={"José": "approver"})).role == "approver"
    assert people.person("Ana  Ruiz", TEAM).role == "editor"


@pytest.mark.parametrize("name", ["", "   ", "a\x1b[31m", "\u202eAna", "x" * 81])
def test_what_cannot_name_a_person_is_refused_without_repeating_control_characters(name):
    with pytest.raises(InputError, match="cannot name a person") as refusal:
        people.person(name, TEAM)
    assert str(refusal.value).isprintable()


def test_roles_that_do_not_exist_are_all_told():
    with pytest.raises(InputError, match=r"A = 'boss', B = 'king'.*viewer, editor, approver, owner"):
        people.person("A", Settings(people={"A": "boss", "B": "king"}))


def test_an_unknown_action_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no action 'fly'"):
        people.may(people.Person("Ana", "owner"), "fly")
