"""The site: built with no warning, and complete on a machine without a network."""

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pages import ROOT, Shell, blocks

pytestmark = pytest.mark.slow

LOADED = re.compile(
    r"""<(?:script|img|iframe|source|audio|video|embed)\b[^>]*\bsrc\s*=\s*["']?https?://"""
    r"""|<link\b[^>]*\bhref\s*=\s*["']?https?://"""
    r"""|@import\s+(?:url\()?["']?https?://"""
    r"""|url\(["']?https?://""",
    re.IGNORECASE,
)
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


def test_every_page_is_built_and_nothing_that_is_none(site):
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in ROOT.glob("docs/**/*.md")}
    assert {path.relative_to(site) for path in site.rglob("*.html")} == pages | {Path("404.html")}
    assert not [*site.rglob("*.py"), *site.rglob("__pycache__")]


def test_no_page_loads_anything_from_elsewhere(site):
    files = [path for suffix in ("html", "css") for path in site.rglob(f"*.{suffix}")]
    assert [path.name for path in files if LOADED.search(path.read_text(encoding="utf-8"))] == []


def test_search_finds_every_check(site):
    index = json.loads((site / "search" / "search_index.js").read_text(encoding="utf-8").removeprefix("var __index = "))
    found = {Path(entry["location"]).stem for entry in index["docs"]}
    assert {path.stem for path in ROOT.glob("docs/checks/*.md")} <= found


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_opened_as_a_file_it_asks_nobody_and_searches(site, theme):
    # Where other tests keep a browser open, their event loop holds this thread.
    with ThreadPoolExecutor() as pool:
        scheme, heading, asked, complaints = pool.submit(search, site / "index.html", theme).result()
    assert scheme == {"light": "default", "dark": "slate"}[theme]
    assert "The bucket is not public" in heading
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
    assert complaints == []


def search(page_file, theme):
    """Search for a check and open its page; return the scheme, the page's heading, all that was loaded, all errors."""
    from playwright.sync_api import sync_playwright

    asked, complaints = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(color_scheme=theme)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(page_file.as_uri())
        scheme = page.locator("body[data-md-color-scheme]").get_attribute("data-md-color-scheme")
        page.locator(".md-search__input").click()
        page.keyboard.type("s3-bucket-not-public")
        page.locator(".md-search-result__link", has_text="The bucket is not public").first.click()
        page.wait_for_url("**/checks/s3-bucket-not-public.html*")
        heading = page.locator("h1").inner_text()
        browser.close()
    return scheme, heading, asked, complaints


def test_the_home_page_shows_what_the_demo_prints(tmp_path, fresh_environment):
    environment = {**fresh_environment, "PATH": f"{Path(sys.executable).parent}:{fresh_environment['PATH']}"}
    (block,) = (block for block in blocks("docs/index.md") if block.language == "console")
    with Shell(tmp_path, environment) as shell:
        shell.follow(block)
