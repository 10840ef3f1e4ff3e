"""Where a page stands: the workspace, its ledger, who is here, and what the address names."""

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from marketing import people, settings
from marketing.charts import Theme
from marketing.errors import MissingError
from marketing.ledger import Ledger
from marketing.pages import numbers, words
from marketing.people import Person
from marketing.settings import Settings
from marketing.workspace import MANIFEST, Workspace

FOLDER = "workspaces"  # where several workspaces stand side by side
HERE = Path(__file__).parent
PAGES = ("home", "trends", "segments", "drafts", "review", "data")


@dataclass(frozen=True)
class Place:
    """All that a page needs to know of where it is drawn."""

    workspace: Workspace
    ledger: Ledger
    settings: Settings
    person: Person
    now: dt.datetime
    theme: Theme

    @property
    def today(self) -> dt.date:
        """The date that counts as today; sample data stand still."""
        return self.settings.day(self.now.astimezone().date())

    def may(self, action: str) -> bool:
        """Whether the person's role allows it."""
        return people.may(self.person, action)


def here() -> Place:
    """Where this run of the page stands.

    Raises:
        MissingError: there is no workspace yet.
        InputError: its settings or its ledger cannot be read.
    """
    folder = _chosen()
    workspace = Workspace.create(folder) if os.environ.get("MARQUEE_WORKSPACE") else Workspace.open(folder)
    found = settings.read(folder, os.environ)
    return Place(
        workspace,
        _ledger(workspace.ledger_url),
        found,
        people.acting(os.environ, found),
        dt.datetime.now(dt.UTC),
        "dark" if st.context.theme.type == "dark" else "light",
    )


@st.cache_resource(show_spinner=False, max_entries=20)
def _ledger(url: str) -> Ledger:
    return Ledger(url)


def workspaces() -> list[Path]:
    """The workspaces that one may look at: the one given, and its neighbours in a folder of workspaces."""
    given = os.environ.get("MARQUEE_WORKSPACE")
    parent = Path(given).absolute().parent if given else Path(FOLDER).absolute()
    beside = [p for p in sorted(parent.glob("*")) if (p / MANIFEST).is_file()] if parent.name == FOLDER else []
    first = [Path(given).absolute()] if given else []
    return [*first, *(p for p in beside if p not in first)]


def _chosen() -> Path:
    there = workspaces()
    if not there:
        raise MissingError("There is no workspace yet. Type `make run` for the sample, or see `marquee ingest --help`.")
    asked = st.session_state.get("workspace") or st.query_params.get("workspace")
    return next((p for p in there if p.name == asked), there[0])


def sidebar(place: Place) -> None:
    """Logo, and below the navigation: workspace, freshness, person."""
    st.logo(HERE / f"logo_{place.theme}.svg", size="large", icon_image=HERE / "mark.svg")
    with st.sidebar:
        with st.container(gap="xsmall"):
            _workspace(place)
            st.markdown(f":gray[:small[{freshness(place)}]]")
            st.markdown(f":gray[:small[{_forecast_age(place)}]]")
        st.space("xxsmall")
        st.markdown(f":gray[:small[{words.plain(place.person.name)}, {place.person.role}]]")


def _workspace(place: Place) -> None:
    there = {p.name: p for p in workspaces()}
    named = {name: settings.read(folder, {}).name for name, folder in there.items()}
    if len(there) > 1:
        st.selectbox(
            "Workspace",
            list(there),
            index=list(there).index(place.workspace.folder.name),
            key="workspace",
            format_func=lambda name: words.apart(named)[name],
            label_visibility="collapsed",
            on_change=_forget,
        )
        address(workspace=place.workspace.folder.name if place.workspace.folder != next(iter(there.values())) else None)
    else:
        st.markdown(f"**{words.plain(place.settings.name)}**")
    if place.settings.today:
        st.markdown(f":gray[:small[Its day is {words.date_only(place.today, place.now.date())}]]")


def _forget() -> None:
    """What was chosen in one workspace means nothing in another."""
    for key in list(st.session_state):
        if key != "workspace":
            del st.session_state[key]


def freshness(place: Place) -> str:
    """ "Data to 22 November", or that there are none."""
    newest = numbers.newest(place.workspace, "engagement")
    return f"Data to {words.date_only(newest, place.today)}" if newest else "No engagement yet"


def _forecast_age(place: Place) -> str:
    stored = place.workspace.tables().get("forecasts")
    if stored is None:
        return "No forecast yet"
    at = dt.datetime.fromisoformat(stored.stored_at)
    return f"Forecast {words.moment(at, place.now)}"


def title(sentence: str, below: str = "") -> None:
    """The page's answer, and a sentence under it; both are Markdown, text of others made plain already."""
    st.title(sentence, anchor=False)
    if below:
        st.markdown(below)


def page(name: str) -> str:
    """The script of a page, for links; `name` is one of PAGES."""
    return str(HERE / f"{name}.py")


def link(place: Place, page: str, **named: str) -> str:
    """The address of a page that shows what is named, to stand in a table."""
    if place.workspace.folder != workspaces()[0]:
        named["workspace"] = place.workspace.folder.name
    return f"/{page}?{urlencode(named)}"


def linked(key: str, name: str, options: Sequence[str], default: str | None = None) -> str:
    """Let the address choose: `?name=` sets the widget of that key before it is drawn. Returns the key.

    A choice that is no option any more falls back to `default`, or to the first option. The browser is told the choice
    in each run: of two that follow at once it may draw the second only, and would show its first option.
    """
    asked, told = st.query_params.get(name), st.session_state.get(f"{key}.told")
    if asked in options and (key not in st.session_state or asked != told):
        st.session_state[key] = asked
    elif st.session_state.get(key) not in options and options:
        st.session_state[key] = default if default in options else options[0]
    elif key in st.session_state:
        st.session_state[key] = st.session_state[key]
    st.session_state[f"{key}.told"] = st.session_state.get(key)
    return key


def address(**chosen: str | None) -> None:
    """Write what was chosen into the address, so that the link can be sent."""
    for name, value in chosen.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value
