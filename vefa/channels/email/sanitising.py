"""Foreign HTML: an allow-list for showing it, and its text for reading it.

What the allow-list lets through is kept with the contact. No page shows it: people read its text, and the
original as it came.
"""

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser

import nh3

LONGEST_HTML = 500_000  # characters
MOST_TAGS = 20_000  # and as many entities: the cleaner's time grows with their square too
DEEPEST = 500  # the cleaner's time grows with the square of the depth: 200,000 nested blocks take minutes
MOST_ATTRIBUTES = 1000  # of one tag: these too
# Of these open at once, all together: in each block the cleaner opens anew what was not closed.
MOST_STYLED = 50
_STYLES = {
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
}  # fmt: skip
_TAGS = {
    "a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "center", "code", "dd", "del", "div", "dl",
    "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s",
    "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir", "lang"}, "a": {"href"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"}, "ol": {"start"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_DROPPED_WITH_CONTENT = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "svg",
    "math",
    "object",
    "iframe",
}
_BLOCKS = {
    "p", "div", "table", "tr", "ul", "ol", "li", "dl", "dt", "dd", "pre", "center", "caption", "blockquote",
    "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
RULER = "_" * 32
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_LONG_TAG = re.compile(r"<[^<>]{2000,}")
_BLANK = re.compile(r"[\s/]+")
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_UNCLOSED = {
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option",
    "p", "param", "source", "td", "th", "tr", "wbr",
}  # fmt: skip


class OverloadedHtmlError(Exception):
    """Too long, too many tags or nested too deep to be laid out: only its words are worth the time."""


def check_weight(html: str) -> None:
    """Pass what a mail program writes; OverloadedHtmlError for what only a bomb needs."""
    if len(html) > LONGEST_HTML:
        raise OverloadedHtmlError(f"more than {LONGEST_HTML} characters of HTML")
    if html.count("&") > MOST_TAGS:
        raise OverloadedHtmlError("too many entities")
    if any(_BLANK.subn("", tag[0])[1] > MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(html)):
        raise OverloadedHtmlError("too many attributes")
    depth, is_open = 0, Counter[str]()
    for count, tag in enumerate(_TAG.finditer(html)):
        name, step = tag[2].lower(), -1 if tag[1] else 1
        if name not in _UNCLOSED and (step > 0 or is_open[name]):
            depth, is_open[name] = depth + step, is_open[name] + step
        styled = name in _STYLES and sum(is_open[style] for style in _STYLES) > MOST_STYLED
        if count > MOST_TAGS or depth > DEEPEST or styled:
            raise OverloadedHtmlError("too many tags" if count > MOST_TAGS else "nested too deep")


def bare_words(html: str) -> str:
    """The words of HTML that is too heavy for more: tags cut out, entities resolved."""
    return " ".join(unescape(_ANY_TAG.sub(" ", html[:LONGEST_HTML])).split())


def sanitised(html: str) -> str:
    """HTML without scripts, styles, frames, or remote images. Raises OverloadedHtmlError."""
    check_weight(html)
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Pictures only from the message itself; such addresses nowhere else."""
    inside = value.strip().lower().startswith("cid:")
    if name in {"src", "href"} and inside != (tag == "img"):
        return None
    if name == "dir" and value.lower() not in {"rtl", "ltr", "auto"}:
        return None
    return value


def text_of(clean_html: str) -> str:
    """The words of sanitised HTML, a line for each block, quotations marked with `>`."""
    reader = _TextReader()
    reader.feed(clean_html)
    reader.close()
    return reader.text()


class _TextReader(HTMLParser):
    """Only ever fed with sanitised HTML, so that it meets no comment, no script and no broken tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._depth = 0
        self._kept = 0  # inside <pre> blanks count
        self._href = ""
        self._link_text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end_line(tag)
        if tag == "br":
            self._end_line("br")
        elif tag == "hr":
            self._end_line("hr")
            self._lines.append(RULER)
        elif tag == "li":
            self._line = "• "
        elif tag == "blockquote":
            self._depth += 1
        elif tag == "pre":
            self._kept += 1
        elif tag == "a":
            self._href, self._link_text = dict(attrs).get("href") or "", ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        if tag in {"td", "th"}:
            self._line += " "
        if tag in _BLOCKS:
            self._end_line(tag)
        if tag == "blockquote":
            self._depth = max(0, self._depth - 1)
        elif tag == "pre":
            self._kept = max(0, self._kept - 1)

    def handle_data(self, data: str) -> None:
        self._link_text += data
        if self._kept:
            *whole, rest = data.split("\n")
            for line in whole:
                self._line += line
                self._end_line("br")
            self._line += rest
            return
        joined = " ".join(data.split()) if data.strip() else ""
        head = " " if data[:1].isspace() and self._line and not self._line.endswith(" ") else ""
        tail = " " if joined and data[-1:].isspace() else ""
        self._line += head + joined + tail

    def _end_link(self) -> None:
        """The address stands behind its word unless the word says it already."""
        address = self._href.removeprefix("mailto:").removeprefix("tel:")
        if address and address.rstrip("/") not in self._link_text and self._link_text.strip():
            self._line += f" ({address})"
        self._href = ""

    def _end_line(self, cause: str) -> None:
        line = self._line.rstrip() if self._kept else " ".join(self._line.split())
        self._line = ""
        if line or cause == "br":
            self._lines.append(("> " * min(self._depth, 5) + line).rstrip())
        if cause in {"p", "table", "blockquote"} and self._lines and self._lines[-1]:
            self._lines.append("")

    def text(self) -> str:
        """Everything so far; never more than one empty line in a row."""
        self._end_line("end")
        kept = [line for at, line in enumerate(self._lines) if line or (at and self._lines[at - 1])]
        return "\n".join(kept).strip()
