"""What shuts somebody out of a page, as axe-core finds it."""

from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Only what is grave leaves the browser: telling all that is well takes longer than finding it.
LOOK = """(within) => axe.run(within || document, {resultTypes: ["violations"]}).then((found) =>
  found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => [one.id, one.nodes[0].html]))"""


@cache
def _script() -> str:
    return str(Axe().axe_script)


def grave(page: Page, within: str | None = None) -> list[Any]:
    """Serious and critical barriers of the page, or of what this selector names: [rule, first element]."""
    page.evaluate(_script())
    return list(page.evaluate(LOOK, within))
