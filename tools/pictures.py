"""Take the pictures of the documentation anew, from an invented town of their own.

python -m tools.pictures

Needs Chromium and fonts for all that people write (Debian: fonts-noto-core, fonts-noto-color-emoji).
"""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from benchmarks.house import House, house
from tools.screenshots import WIDTHS, browser, sign_in

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WORD = "a word for pictures only"
LANGUAGES = ("tr", "fa", "kk")
GAP = 12  # between pictures of one file
COLOURS = 256  # the pages have few: a picture of them is half as large
DESK = {"queue": "/desk/lists/open", "case": "/desk/cases/{case}"}
PORTAL = {"report": "/report", "tracking": "/r/{reference}/{secret}"}
SHOWN = """
SELECT id, reference, secret FROM cases_case
WHERE language = %s AND state <> 'ended'
ORDER BY (channel = 'portal')::int + 2 * (first_answered_at IS NOT NULL)::int + (state <> 'new')::int DESC,
    id DESC
LIMIT 1
"""


def main() -> None:
    """Start a town, sign in, and photograph: the desk by language, the portal in three side by side."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with house() as running, browser() as opened:
        _give_password(running)
        _keep("desk", [_taken(opened, running, DESK["queue"], "wide", "en")])
        for name, address in DESK.items():
            for language in LANGUAGES:
                _keep(f"{name}-{language}", [_taken(opened, running, address, "wide", language)])
        for name, address in PORTAL.items():
            _keep(name, [_taken(opened, running, address, "narrow", language) for language in LANGUAGES])


def _taken(opened: Browser, running: House, address: str, width: str, language: str) -> Image.Image:
    """One page as somebody sees it who reads this language."""
    case, reference, secret = running.sql(SHOWN, language if language in LANGUAGES else "tr")[0]
    columns, rows = WIDTHS[width]
    room = opened.new_context(
        viewport={"width": columns, "height": rows}, color_scheme="light", locale=language
    )
    page = room.new_page()
    base = f"http://127.0.0.1:{running.port}"
    if address.startswith("/desk/"):
        sign_in(page, base, f"derya:{WORD}")
    asked = address.format(case=case, reference=reference, secret=secret)
    page.goto(f"{base}{asked}?speak={language}", wait_until="networkidle")
    shot = page.screenshot()
    room.close()
    return Image.open(BytesIO(shot)).convert("RGB")


def _keep(name: str, shots: list[Image.Image]) -> None:
    """Beside each other, in one file."""
    whole = Image.new(
        "RGB", (sum(one.width for one in shots) + GAP * (len(shots) - 1), shots[0].height), "white"
    )
    at = 0
    for one in shots:
        whole.paste(one, (at, 0))
        at += one.width + GAP
    whole.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        PICTURES / f"{name}.png", optimize=True
    )
    sys.stdout.write(f"docs/pictures/{name}.png\n")


def _give_password(running: House) -> None:
    command = [sys.executable, "-m", "vefa.wiring.cli.main", "staff", "password", "derya"]
    said = WORD.encode() + b"\n"
    subprocess.run([*command, "--home", str(running.home)], input=said, check=True, capture_output=True)


if __name__ == "__main__":
    main()
