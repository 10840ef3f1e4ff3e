"""Every page for everyone: no fault that axe finds, nothing cut off, in light and dark, wide and narrow."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from visitor import Visitor

from marketing.pages import frame

SCREENSHOTS = Path(__file__).resolve().parents[1] / "screenshots"


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(theme: str, width: int, browser: Browser, address: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    found = []
    with Visitor(browser, address, width=width, theme=theme) as visitor:
        for name in frame.PAGES:
            visitor.go("/" if name == "home" else f"/{name}?workspace=nasty")
            visitor.whole()
            visitor.page.screenshot(path=SCREENSHOTS / f"{name}-{theme}-{width}.png")
            faults = Axe().run(visitor.page).response["violations"]
            found += [f"{name}: {fault['id']}: {json.dumps(fault['nodes'][0]['html'])[:300]}" for fault in faults]
            if visitor.page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{name}: wider than {width} px")
            if visitor.page.get_by_test_id("stException").count():
                found.append(f"{name}: an exception is shown")
        assert found == []
        assert visitor.complaints == []
        assert visitor.strangers == []


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
