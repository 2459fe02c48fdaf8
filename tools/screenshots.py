"""Photograph every screen: languages × wide and narrow × light and dark, for people to look at.

    python tools/screenshots.py --base http://127.0.0.1:8137 --to shots / /report
    python tools/screenshots.py --base … --to shots --languages tr,fa --sign-in derya:secret /desk/

Needs Chromium (Debian's package `chromium-headless-shell`, or `chromium`) and a running Vefa. Prints what
scrolls sideways: no screen may.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"wide": (1280, 900), "narrow": (360, 740)}
LANGUAGES = "tr,ru,kk,fa,en"


# The first of these draws the same pages without a window of any kind, for half the work.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str | None:
    """Where Chromium lies on this machine, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium that talks to nobody but the pages it is given."""
    path = chromium_path()
    if path is None:
        raise SystemExit("Chromium is missing: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield opened
        finally:
            opened.close()


def sign_in(page: Page, base: str, account: str) -> None:
    """Sign in at the desk as NAME:PASSWORD; the account needs no second factor."""
    name, _, password = account.partition(":")
    page.goto(f"{base}/desk/sign-in")
    page.locator("input[name=username], input[name=name]").first.fill(name)
    page.locator("input[type=password]").first.fill(password)
    page.locator("main form button, form[method=post] button").first.click()
    page.wait_for_load_state()


def name_of(address: str) -> str:
    """A file name for an address."""
    return re.sub(r"[^a-z0-9]+", "-", address.lower()).strip("-") or "start"


def photograph(page: Page, address: str, to: Path) -> bool:
    """One whole page into a file; whether it fits its width."""
    page.goto(address, wait_until="load")
    page.wait_for_timeout(250)
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=to, full_page=True)
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def main() -> int:
    """Take the pictures; 1 if something scrolled sideways."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("addresses", nargs="+", help="paths such as /desk/")
    parser.add_argument("--base", default="http://127.0.0.1:8137")
    parser.add_argument("--to", type=Path, default=Path("screenshots"))
    parser.add_argument("--languages", default=LANGUAGES)
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--widths", default="wide,narrow")
    parser.add_argument("--sign-in", default="", metavar="NAME:PASSWORD")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    too_wide = [name for name, fits in pictures(asked) if not fits]
    for name in too_wide:
        sys.stdout.write(f"scrolls sideways: {name}\n")
    return 1 if too_wide else 0


def pictures(asked: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    """Each picture's name, and whether its page fitted."""
    with browser() as opened:
        for width, theme in product(asked.widths.split(","), asked.themes.split(",")):
            columns, rows = WIDTHS[width]
            room = opened.new_context(viewport={"width": columns, "height": rows}, color_scheme=theme)
            page = room.new_page()
            if asked.sign_in:
                sign_in(page, asked.base, asked.sign_in)
            for address, language in product(asked.addresses, asked.languages.split(",")):
                name = f"{name_of(address)}-{language}-{width}-{theme}.png"
                joint = "&" if "?" in address else "?"
                yield name, photograph(page, f"{asked.base}{address}{joint}speak={language}", asked.to / name)
            room.close()


if __name__ == "__main__":
    sys.exit(main())
