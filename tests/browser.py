"""Pages as a browser sees them: what they ask for, and what it complains about."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def program() -> str | None:
    """Give the path of a Chromium; playwright's own would have to be downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def complaints(pages: Iterable[Path]) -> list[str]:
    """Open pages without a network; list requests beyond their folder, errors and broken images."""
    from playwright.sync_api import sync_playwright

    seen: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        context = browser.new_context(offline=True)
        for path in pages:
            page = context.new_page()
            _listen(page, path.resolve().parent.as_uri(), seen)
            page.goto(path.resolve().as_uri(), wait_until="load")
            broken = page.evaluate(
                "[...document.images].filter(image => !image.naturalWidth).map(image => image.src)"
            )
            seen += [f"{path.name} lacks {source[:200]}" for source in broken]
            page.close()
        browser.close()
    return seen


def _listen(page: Any, folder: str, seen: list[str]) -> None:
    def asked(request: Any) -> None:
        if not request.url.startswith((folder, "data:", "blob:")):
            seen.append(f"asked for {request.url[:200]}")

    def said(message: Any) -> None:
        if message.type == "error":
            seen.append(f"console: {message.text}")

    page.on("request", asked)
    page.on("requestfailed", lambda request: seen.append(f"failed: {request.url[:200]}"))
    page.on("pageerror", lambda error: seen.append(f"error: {error}"))
    page.on("console", said)
