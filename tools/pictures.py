"""Take the pictures of the documentation anew, from an invented town of their own.

python -m tools.pictures
"""

import subprocess
import sys
from pathlib import Path

from benchmarks.house import House, house
from tools.screenshots import WIDTHS, browser, sign_in

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WORD = "a word for pictures only"
WANTED = {
    "desk": ("/desk/lists/open", "wide", "en"),
    "case-fa": ("/desk/cases/{case}", "wide", "fa"),
    "report-tr": ("/report", "narrow", "tr"),
}


def main() -> None:
    """Start a town, sign in, and photograph."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with house() as running, browser() as opened:
        _give_password(running)
        case = running.count("SELECT max(id) FROM cases_case WHERE language = 'fa' AND state <> 'ended'")
        for name, (address, width, language) in WANTED.items():
            columns, rows = WIDTHS[width]
            room = opened.new_context(viewport={"width": columns, "height": rows}, color_scheme="light")
            page = room.new_page()
            base = f"http://127.0.0.1:{running.port}"
            sign_in(page, base, f"derya:{WORD}")
            page.goto(f"{base}{address.format(case=case)}?speak={language}", wait_until="load")
            page.screenshot(path=PICTURES / f"{name}.png")
            room.close()
            sys.stdout.write(f"docs/pictures/{name}.png\n")


def _give_password(running: House) -> None:
    command = [sys.executable, "-m", "vefa.wiring.cli.main", "staff", "password", "derya"]
    said = WORD.encode() + b"\n"
    subprocess.run([*command, "--home", str(running.home)], input=said, check=True, capture_output=True)


if __name__ == "__main__":
    main()
