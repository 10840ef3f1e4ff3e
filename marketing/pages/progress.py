"""Runs under way: how far they are, and the page drawn anew when they leave something."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from marketing import people
from marketing.pages import words
from marketing.pages.frame import Place
from marketing.records import UNDER_WAY, RunRecord

BUSY, IDLE = 2, 10  # seconds between looks, while something runs and while nothing does
TOLD_BEFORE_ESTIMATE = 0.1  # of the work: earlier, the time left is a guess
DOING = {
    "sample": "Putting in the sample data",
    "forecast": "Forecasting",
    "segment": "Looking for segments",
    "draft": "Writing",
}
COUNTED = {"sample": "table", "forecast": "trend", "segment": "step", "draft": "draft"}
PLACED = "people are placed"  # what the job about segments says while it counts people


def watch(place: Place) -> None:
    """Show the runs under way, and draw the page again once tables, runs, reviews or theme are not what was drawn."""
    busy = bool(under_way(place))
    st.fragment(_look, run_every=BUSY if busy else IDLE)(place, _mark(place))


def under_way(place: Place, job: str = "") -> list[RunRecord]:
    """The runs waiting or running, oldest first; those with `job` among their jobs where it is given."""
    there = [run for run in place.ledger.runs() if run.state in UNDER_WAY and (not job or job in run.jobs)]
    return there[::-1]


def request(place: Place, jobs: Sequence[str], arguments: Mapping[str, Any] | None = None) -> None:
    """Ask for work, and draw the page again with the run on it.

    Raises:
        RightsError: the person's role may not start such work.
    """
    people.require_jobs(place.person, jobs)
    place.ledger.request_run(
        list(jobs), dict(arguments or {}), by=place.person.name, at=place.now, run=uuid.uuid4().hex
    )
    st.rerun()


def failure(place: Place, job: str) -> None:
    """Say what went wrong when the latest run of that job did, and offer to try again."""
    latest = next((run for run in place.ledger.runs() if job in run.jobs), None)
    if latest is None or latest.state in UNDER_WAY or not (latest.state == "failed" or latest.failures):
        return
    ended = words.moment(latest.ended_at or latest.requested_at, place.now)
    reasons = [_reason(failed) for failed in latest.failures[:3]]
    more = len(latest.failures) - len(reasons)
    told = " ".join(words.plain(reason) for reason in reasons) + (
        f" And {words.spelled(more)} more." if more > 0 else ""
    )
    what = "did not finish" if latest.state == "failed" else f"left out {words.count(len(latest.failures), 'item')}"
    st.error(f"**The run {ended} {what}.** {told} What was there before still stands.", icon=":material/error:")
    if place.may("run") and st.button("Try again", key=f"again {job}", icon=":material/refresh:"):
        request(place, latest.jobs, latest.arguments)


def _reason(failed: Mapping[str, Any]) -> str:
    return f"{failed.get('key', '')}: {failed.get('reason', '')}".strip(": ")


def _look(place: Place, drawn: object) -> None:
    if _mark(place) != drawn:
        st.rerun()
    for run in under_way(place):
        told = st.status(_sentence(place, run), state="running")  # in a `with`, it would end as complete
        told.markdown(f"Asked for by {words.plain(run.by)} {words.moment(run.requested_at, place.now)}.")
        if run.message:
            told.markdown(words.plain(run.message))


def _mark(place: Place) -> object:
    runs = tuple((run.run, run.state) for run in place.ledger.runs())
    tables = tuple((name, stored.file) for name, stored in place.workspace.tables().items())
    decided = tuple(review.review for review in place.ledger.reviews())
    return runs, tables, decided, st.context.theme.type


def _sentence(place: Place, run: RunRecord) -> str:
    job = run.step if run.step in DOING else run.jobs[0] if run.jobs else ""
    doing = DOING.get(job, words.label(run.step or job or "Working"))
    if run.state == "waiting":
        return f"{doing}: waiting to start. You may leave this page."
    one, many = ("person", "people") if run.message == PLACED else (COUNTED.get(job, "step"), "")
    how_far = f": {run.done:,} of {words.counted(run.total, one, many)}" if run.total else ""
    return f"{doing}{how_far}{_time_left(run)}. You may leave this page."


def _time_left(run: RunRecord) -> str:
    if not (run.total and run.started_at and run.heartbeat_at) or run.done < run.total * TOLD_BEFORE_ESTIMATE:
        return ""
    spent = (run.heartbeat_at - run.started_at).total_seconds()
    left = spent / run.done * (run.total - run.done)
    return f", {words.duration(left)} left" if left > 1 else ""
