"""Indent the templates with djhtml, which keeps every line and changes nothing but the blanks before it.

python -m tools.templates            indent
python -m tools.templates check      exit code 1 if a template is indented otherwise

`frozen` and `stencil` enclose pieces of a page and not elements: a tag may open in one and close behind it.
So they are shown to djhtml as values, not as blocks.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "vefa"
BLANKS = "2"
_PIECE = re.compile(r"\{(% (?:end)?(?:frozen|stencil)\b.*?%)\}")
_AS_VALUE = re.compile(r"\{\{(% (?:end)?(?:frozen|stencil)\b.*?%)\}\}")


def main(words: list[str]) -> int:
    """Indent every template, or name those that are not; the returned number is the exit code."""
    sources = {str(path): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.html"))}
    wanted = indented(sources)
    other = [name for name in sources if wanted[name] != sources[name]]
    if words == ["check"]:
        sys.stdout.writelines(f"{Path(name).relative_to(PACKAGE.parent)} is not indented\n" for name in other)
        return 1 if other else 0
    for name in other:
        Path(name).write_text(wanted[name], encoding="utf-8")
    return 0


def indented(sources: dict[str, str]) -> dict[str, str]:
    """The same templates by the same names, each line with the blanks before it that its depth asks for."""
    with tempfile.TemporaryDirectory() as place:
        copies = {name: Path(place) / f"{number}.html" for number, name in enumerate(sources)}
        for name, copy in copies.items():
            copy.write_text(_PIECE.sub(r"{{\1}}", sources[name]), encoding="utf-8")
        command = [sys.executable, "-X", "utf8", "-m", "djhtml", "--tabwidth", BLANKS, place]
        subprocess.run(command, check=True, capture_output=True)
        return {name: _AS_VALUE.sub(r"{\1}", copy.read_text("utf-8")) for name, copy in copies.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
