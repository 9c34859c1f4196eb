"""Chromium: Debian's, or Playwright's own. Where neither is, tests are skipped; in CI they fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, sync_playwright


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("chromium-browser"), args=["--no-sandbox"]
            )
        except Error as error:
            message = "no Chromium: apt-get install chromium fonts-noto-cjk, or playwright install chromium"
            if os.environ.get("CI") == "true":
                pytest.fail(f"{message}\n{error}")
            pytest.skip(message)
        yield browser
        browser.close()
