"""A real browser on rendered reports; skipped where there is none."""

import os
import shutil
from contextlib import suppress

import pytest

from reports.html import render

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser():
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with playwright.sync_playwright() as driver:
        try:
            launched = driver.chromium.launch(executable_path=executable, args=ARGUMENTS)
        except playwright.Error as error:
            pytest.skip(f"no Chromium to run: {error.message.splitlines()[0]}")
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Return the address of a rendered report; each report is rendered once."""
    folder = tmp_path_factory.mktemp("reports")
    addresses = {}

    def of(report):
        if id(report) not in addresses:
            path = folder / f"{len(addresses)}.html"
            path.write_text(render(report), "utf-8")
            addresses[id(report)] = path.as_uri()
        return addresses[id(report)]

    return of


@pytest.fixture
def visit(browser, address):
    """Return a function that opens a report; afterwards nothing may have been complained of, loaded or executed."""
    contexts, complaints = [], []

    def open_(report, anchor="#findings", *, ready=True, **options):
        context = browser.new_context(**({"viewport": {"width": 1440, "height": 900}} | options))
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on(
            "request", lambda request: request.url.split("#")[0] == address(report) or complaints.append(request.url)
        )
        page.goto(address(report) + anchor)
        if ready:
            page.locator("body[data-ready]").wait_for()
        return page

    yield open_
    for context in contexts:
        with suppress(playwright.Error):
            context.close()
    assert complaints == []
