"""Templates and scripts keep to the strict policy: nothing inline, small modules, kind words."""

import re
from pathlib import Path

import pytest

from vefa.web.ui import styles

WEB = Path(styles.HERE).parent
TEMPLATES = sorted(WEB.rglob("*.html"))
SCRIPTS = sorted(WEB.rglob("*.js"))
INLINE = re.compile(
    r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)|hx-on|hx-vals=.js:", re.IGNORECASE
)
FORBIDDEN_WORDS = re.compile(r"\b(closed|tickets?|users?|invalid)\b", re.IGNORECASE)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_script_and_no_style(template: Path) -> None:
    assert INLINE.search(template.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize(
    "sample", ["<p style='x'>", "<script>x</script>", '<a onclick="x">', "<style>", "<b hx-on:click>"]
)
def test_the_rule_about_inline_code_sees_it(sample: str) -> None:
    assert INLINE.search(sample)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_never_says_the_words_that_anger_people(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    said = re.findall(r"{% translate \"([^\"]*)\"", text) + re.findall(
        r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text, flags=re.DOTALL
    )
    assert not [words for words in said if FORBIDDEN_WORDS.search(words)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_small_and_evaluates_nothing(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write|insertAdjacentHTML", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_an_icon_that_a_template_names_was_drawn(template: Path) -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (styles.HERE / "icons.svg").read_text(encoding="utf-8")))
    assert set(re.findall(r'{% icon "([^"]+)"', template.read_text(encoding="utf-8"))) <= drawn
