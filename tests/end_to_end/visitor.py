"""Someone at the dashboard: goes to pages, clicks, and notices what goes wrong on the way."""

from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

PATIENCE = 30_000  # milliseconds for a page to be drawn
PROBES = ("/_stcore/health", "/_stcore/host-config")  # Streamlit asks for these beside the page it is on
SETTLED = 500  # milliseconds after the last rerun: charts and tables draw themselves


class Visitor:
    """A browser window on the dashboard. `clicks` counts what a person's finger does."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1440, theme: str = "light") -> None:
        self.address = address
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if theme == "dark" else "light"
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.clicks = 0
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._see)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.context.close()

    def go(self, path: str) -> None:
        """Open a page by its address, and wait until it is drawn."""
        self.page.goto(self.address + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the page is drawn and nothing runs."""
        expect(self.page.locator("h1").first).to_be_visible(timeout=PATIENCE)
        self.page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
        self.page.wait_for_timeout(SETTLED)

    def click(self, what: Locator) -> None:
        """Click once."""
        what.click()
        self.clicks += 1

    def button(self, name: str) -> Locator:
        """The button of that name, or whose name begins so."""
        return self.page.get_by_role("button", name=name).first

    def hand_in(self, path: Path) -> None:
        """Put a file into the dialog of the Data page, and wait until it is read."""
        self.click(self.button("Add a file"))
        self.page.locator("input[type=file]").set_input_files(path)
        expect(self.page.get_by_role("heading", name="Which column is which?")).to_be_visible()
        self.settle()

    def title(self) -> str:
        """The page's answer."""
        return self.page.locator("h1").first.inner_text()

    def whole(self) -> None:
        """Make the window as high as the page, so that all of it is drawn."""
        height = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        width = self.page.viewport_size["width"] if self.page.viewport_size else 1440
        self.page.set_viewport_size({"width": width, "height": max(900, height + 10)})
        self.page.wait_for_timeout(SETTLED)

    def _hear(self, message: ConsoleMessage) -> None:
        probe = urlsplit(message.location.get("url", "")).path.endswith(PROBES)
        if message.type == "error" and not probe:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.strangers.append(request.url)
