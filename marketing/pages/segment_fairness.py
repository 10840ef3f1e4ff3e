"""Why these segments are lawful, for whoever must answer for them: what was used, kept out, let in, and what leaks."""

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import numbers, words
from marketing.pages.frame import Place
from marketing.segments.fairness import record, report
from marketing.segments.fairness.proxies import WARNING
from marketing.segments.fairness.sizes import SHOWN

BLOCKS = {"taste": "Taste", "behaviour": "Behaviour", "demographics": "Demographics"}


def show(place: Place, segments: pd.DataFrame, segment: Any) -> None:
    """The record in words and tables, and as files."""
    stored = {name: numbers.table(place.workspace, name) for name in ("fairness", "proxies")}
    if stored["fairness"].empty:
        st.markdown("No record was kept when these groups were found. Find them again to have one.")
        _aside(numbers.table(place.workspace, "set_aside"))
        return
    document = record.document(stored)
    st.markdown(_whole(document))
    _leaks(document, segment)
    _kept_out(document)
    _let_in(document)
    _used(document)
    st.subheader("How small a group may be", anchor=False)
    st.markdown(" ".join(words.plain(rule["reason"]) for rule in document["rules"]))
    _files(place, document)


def _whole(document: Mapping[str, Any]) -> str:
    law = [words.plain(words.measure(one["name"])) for one in document["kept_out"] if one["category"]]
    told = [f"Found by {words.count(len(document['used']), 'column')}"]
    told[0] += f"; {words.listed(law)} {'was' if len(law) == 1 else 'were'} kept out." if law else "."
    for one in document["people"]:
        number = f"{one['people']:,}" if one["people"] else f"Fewer than {SHOWN}"
        told.append(f"{number} people who {words.plain(one['name'])} are in no segment ({words.plain(one['source'])}).")
    return " ".join(told)


def _leaks(document: Mapping[str, Any], segment: Any) -> None:
    """What the segments tell of what was kept out: warnings first, then the figures."""
    found = document["proxies"]["found"]
    whole = [one for one in found if one["segment"] == ""]
    st.subheader("What the groups tell of what was kept out", anchor=False)
    if not whole:
        st.markdown("Nothing that the law or our default keeps out stood in the table.")
        return
    for one in whole:
        if one["warns"]:
            st.markdown(f":orange[:material/warning: **Warning.**] {words.plain(one['sentence'])}")
    if any(one["warns"] for one in whole):
        st.markdown(
            "To leave a column out, write its name with a weight of 0 under `[weights]` in settings.toml, then find "
            "the groups again."
        )
    here = {one["kept_out"]: one["v"] for one in found if one["segment"] == segment["segment"]}
    told = pd.DataFrame(
        {
            "Kept out": [words.plain(words.label(one["kept_out"])) for one in whole],
            "Strength": [_strength(one["v"]) for one in whole],
            "95% between": [f"{_strength(one['low95'])} and {_strength(one['high95'])}" for one in whole],
            "In this group": [_strength(here.get(one["kept_out"])) for one in whole],
            "Verdict": ["decide" if one["warns"] else "little" for one in whole],
        }
    )
    st.table(told, border="horizontal", hide_index=True, alt="What the segments tell of what was kept out")
    st.markdown(
        f":gray[Strength is Cramér's V, freed of bias: 0 is nothing, 1 is everything, over {WARNING:g} calls for a "
        f"decision. {document['proxies']['about']}]"
    )


def _strength(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _kept_out(document: Mapping[str, Any]) -> None:
    law = [one for one in document["kept_out"] if one["category"]]
    others = [one for one in document["kept_out"] if not one["category"]]
    st.subheader("Kept out by law or by default", anchor=False)
    if law:
        told = pd.DataFrame(
            {
                "Column": [words.plain(one["name"]) for one in law],
                "It tells": [words.plain(one["category"]) for one in law],
                "Known by its": [words.plain(one["recognised"]) for one in law],
                "Law": [words.plain(one["source"]) for one in law],
            }
        )
        st.table(told, border="horizontal", hide_index=True, alt="Columns kept out by law or by default")
    else:
        st.markdown("No column tells of anything that the law or our default keeps out.")
    if others:
        with st.expander(f"{words.begun(words.count(len(others), 'column'))} of no use for groups"):
            _reasons([(one["name"], one["reason"]) for one in others])


def _reasons(rows: list[tuple[str, str]]) -> None:
    told = pd.DataFrame(
        {
            "Column": [words.plain(name) for name, _ in rows],
            "Why": [words.plain(words.begun(reason)) for _, reason in rows],
        }
    )
    st.table(told, border="horizontal", hide_index=True, alt="Columns set aside, with reasons")


def _let_in(document: Mapping[str, Any]) -> None:
    st.subheader("Let in with a reason", anchor=False)
    if not document["let_in"]:
        st.markdown("Nothing: no setting lets in sex, age or postcode.")
        return
    told = pd.DataFrame(
        {
            "Column": [words.plain(one["name"]) for one in document["let_in"]],
            "It tells": [words.plain(one["category"]) for one in document["let_in"]],
            "Reason on record": [words.plain(one["reason"]) for one in document["let_in"]],
            "Law": [words.plain(one["source"]) for one in document["let_in"]],
        }
    )
    st.table(told, border="horizontal", hide_index=True, alt="Columns let in, with the recorded reason")


def _used(document: Mapping[str, Any]) -> None:
    st.subheader("Used", anchor=False)
    for block in dict.fromkeys(one["block"] for one in document["used"]):
        used = [one for one in document["used"] if one["block"] == block]
        named = [_weighed(one["column"], one["weight"]) for one in used]
        st.markdown(f"**{words.plain(BLOCKS.get(block, words.label(block)))}**: {words.listed(named)}.")


def _weighed(column: str, weight: float | None) -> str:
    name = words.plain(words.measure(column))
    return name if weight in (None, 1) else f"{name} (weight {weight:g})"


def _aside(aside: pd.DataFrame) -> None:
    """What older runs tell: columns and people kept out, with reasons."""
    if aside.empty:
        return
    st.subheader("Kept out", anchor=False)
    told = pd.DataFrame(
        {
            "What": [words.plain(words.label(name)) for name in aside["name"]],
            "Why": [words.plain(words.begun(reason)) for reason in aside["reason"]],
            "People": ["" if pd.isna(people) else f"{people:,.0f}" for people in aside["people"]],
        }
    )
    st.table(told, border="horizontal", hide_index=True, alt="What was kept out of the segments")


def _files(place: Place, document: Mapping[str, Any]) -> None:
    st.subheader("The record as a file", anchor=False)
    st.markdown(words.plain(_repeat(document["run"])))
    forms = (("Markdown", ".md", "text/markdown", as_text), ("JSON", ".json", "application/json", as_json))
    with st.container(horizontal=True):
        for label, suffix, media_type, made in forms:
            name = f"fairness-{place.today:%Y-%m-%d}{suffix}"
            st.download_button(
                f"Download as {label}",
                functools.partial(take, place, name, made),
                name,
                media_type,
                icon=":material/download:",
                on_click="ignore",
                key=f"segments.fairness{suffix}",
            )


def _repeat(run: Mapping[str, str]) -> str:
    return f"The same table (digest {run['table']}), settings and seed ({run['seed']}) give the same segments."


def as_text(document: Mapping[str, Any]) -> str:
    """The record for who reads no tables."""
    return report.text(document)


def as_json(document: Mapping[str, Any]) -> str:
    """The record for machines."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def take(place: Place, name: str, made: Callable[[Mapping[str, Any]], str]) -> bytes:
    """The record of the segments that are there at this moment; the audit trail has that it left."""
    stored = {table: place.workspace.read(table) for table in ("fairness", "proxies")}
    content = made(record.document(stored)).encode()
    detail = {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    place.ledger.append_audit(dt.datetime.now(dt.UTC), place.person.name, "export", "fairness", detail)
    return content
