"""Every page for everyone: no fault that axe finds, nothing cut off, in light and dark, wide and narrow."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from visitor import Visitor

from marketing.pages import frame, segment_tabs, trend_tabs

FAULTY = "date,title,metric,value\n2026-11-31,harbour-lights,views,12\n2026-11-02,harbour-lights,views,many\n"
SCREENSHOTS = Path(__file__).resolve().parents[1] / "screenshots"


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(theme: str, width: int, browser: Browser, address: str) -> None:
    found = []
    with Visitor(browser, address, width=width, theme=theme) as visitor:
        for name in frame.PAGES:
            visitor.go("/" if name == "home" else f"/{name}?workspace=nasty")
            found += _faults(visitor, f"{name}-{theme}-{width}", width)
        assert found == []
        assert visitor.complaints == []
        assert visitor.strangers == []


@pytest.mark.parametrize("width", [1440, 390])
def test_so_is_a_page_with_nothing_on_it_with_faults_and_while_words_are_edited(
    width: int, browser: Browser, address: str, tmp_path: Path
) -> None:
    (tmp_path / "views.csv").write_text(FAULTY, "utf-8")
    found = []
    with Visitor(browser, address, width=width) as visitor:
        for name in frame.PAGES:
            visitor.go(f"/{name}?workspace=void".replace("/home", "/"))
            found += _faults(visitor, f"{name}-void-{width}", width)
        visitor.go("/data?workspace=nasty")
        visitor.hand_in(tmp_path / "views.csv")
        expect(visitor.page.get_by_role("table", name="Faults of the file")).to_be_visible()
        found += _faults(visitor, f"data-faults-{width}", width)
        visitor.go("/review?workspace=nasty&draft=d1")
        visitor.click(visitor.button("Edit"))
        _type(visitor, "Headline 1", "Six Episodes and One Long, Long Finale")
        found += _faults(visitor, f"review-editing-{width}", width)
        visitor.go("/drafts?workspace=nasty&title=harbour-lights")
        _type(visitor, "Headline 1", "Six Episodes and One Long, Long Finale")
        found += _faults(visitor, f"drafts-editing-{width}", width)
        assert found == []
        assert visitor.complaints == []


@pytest.mark.parametrize(("theme", "width"), [("dark", 1440), ("light", 390)])
def test_so_is_what_stands_under_the_segments(theme: str, width: int, browser: Browser, address: str) -> None:
    found = []
    with Visitor(browser, address, width=width, theme=theme) as visitor:
        visitor.go("/segments?workspace=nasty&segment=s3")
        for name in segment_tabs.TABS:
            visitor.click(visitor.page.get_by_role("tab", name=name))
            found += _faults(visitor, f"segments-{name.replace(' ', '-').lower()}-{theme}-{width}", width)
        assert found == []
        assert visitor.complaints == []
        assert visitor.strangers == []


@pytest.mark.parametrize(("theme", "width"), [("dark", 1440), ("light", 390)])
def test_so_is_what_stands_under_a_trends_chart(theme: str, width: int, browser: Browser, address: str) -> None:
    found = []
    with Visitor(browser, address, width=width, theme=theme) as visitor:
        visitor.go("/trends?workspace=nasty&title=harbour-lights")
        for name in trend_tabs.TABS:
            visitor.click(visitor.page.get_by_role("tab", name=name))
            found += _faults(visitor, f"trends-{name.replace(' ', '-').lower()}-{theme}-{width}", width)
        assert found == []
        assert visitor.complaints == []


def _faults(visitor: Visitor, name: str, width: int) -> list[str]:
    """What is wrong with the page as it stands; its picture is kept under that name."""
    visitor.whole()
    SCREENSHOTS.mkdir(exist_ok=True)
    visitor.page.screenshot(path=SCREENSHOTS / f"{name}.png")
    faults = Axe().run(visitor.page).response["violations"]
    found = [f"{name}: {fault['id']}: {json.dumps(fault['nodes'][0]['html'])[:300]}" for fault in faults]
    if visitor.page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"{name}: wider than {width} px")
    if visitor.page.get_by_test_id("stException").count():
        found.append(f"{name}: an exception is shown")
    return found


def _type(visitor: Visitor, label: str, words: str) -> None:
    """Write into the first field of that label, and leave it."""
    field = visitor.page.get_by_test_id("stMain").get_by_label(label).first
    field.fill(words)
    field.press("Enter")
    expect(visitor.page.get_by_role("button", name="Save as a new version").first).to_be_visible()
    visitor.settle()


def test_text_of_users_stays_text_in_the_browser(browser: Browser, address: str) -> None:
    with Visitor(browser, address) as visitor:
        visitor.go("/trends?workspace=nasty&title=nasty")
        assert (
            visitor.title()
            .replace("\u2060", "")
            .startswith(
                "![x](http://evil.example/x.png) **b** :red[r] $x$ <img src=x> :smile: www.evil.example should draw"
            )
        )
        main = visitor.page.get_by_test_id("stMain")
        assert main.locator("a[href*='evil'], img[src*='evil'], img[src='x'], .katex").count() == 0
        assert visitor.strangers == []


def test_the_theme_that_changes_under_way_reaches_charts_and_logo(browser: Browser, address: str) -> None:
    with Visitor(browser, address) as visitor:
        visitor.go("/trends?workspace=nasty")
        ink = "() => document.querySelector('.js-plotly-plot .xtick text').style.fill"
        visitor.page.wait_for_selector(".js-plotly-plot .xtick text")
        before = visitor.page.evaluate(ink)
        visitor.page.emulate_media(color_scheme="dark")
        visitor.page.wait_for_function(f"({ink})() !== {json.dumps(before)}", timeout=40_000)
