"""Where the new words of a reply end: below them stand the signature and what is quoted.

Rules of our own, because no library that we found knows Turkish, Russian, Kazakh and Persian mail programs.
"""

import re
from dataclasses import dataclass

_WROTE = (
    r"wrote|writes|yazdı|yazmış|пишет|писал|писала|написал|написала|написал\(а\)|жазды|жазған"
    r"|نوشت|نوشته است|نوشته|schrieb|a écrit|escribió"
)
# Such as “On 3 March Aylin wrote” and “3 Mar 2026 tarihinde Aylin şunu yazdı”, with a colon at the end.
_ATTRIBUTION = re.compile(
    rf"^.{{5,300}}(?:\b(?:{_WROTE})\b.{{0,80}}|\bот\b.{{1,120}}>?|<[^<>\s]{{1,100}}@[^<>\s]{{1,100}}>)[:：]\s*$",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{4}|\d{1,2}[.:]\d{2}|@|[۰-۹]{4}")
_SEPARATOR = re.compile(
    r"^\s*+(?:>\s*+)?[-_—=*]{2,}\s*(?:original message|forwarded message|özgün ileti|orijinal (?:mesaj|ileti)"
    r"|iletilmiş mesaj|(?:исходное|пересланное|пересылаемое|оригинальное) (?:сообщение|письмо)"
    r"|бастапқы хабар(?:лама)?|қайта жіберілген хабар(?:лама)?|پیام اصلی|پیغام اصلی|پیام هدایت‌?شده)"
    r"\s*[-_—=*]{2,}\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^\s*\*?(?:from|gönderen|kimden|от|кімнен|жіберуші|از|فرستنده)\*?\s*:\*?\s*\S", re.IGNORECASE
)
_NEXT_FIELD = re.compile(
    r"^\s*\*?(?:sent|date|to|subject|cc|gönderildi|gönderilen|gönderme tarihi|tarih|kime|konu|bilgi"
    r"|отправлено|дата|кому|тема|копия|жіберілді|жіберілген|күні|кімге|тақырып|тақырыбы"
    r"|تاریخ|ارسال|ارسال شده|به|موضوع)\*?\s*:",
    re.IGNORECASE,
)
_RULER = re.compile(r"^\s*_{20,}\s*$")
_SIGNATURE = re.compile(r"^-- ?$")
_SENT_FROM = re.compile(
    r"^(?:sent from (?:my|mail|outlook|yahoo|samsung|the).{0,60}|get outlook for .{0,40}|sent via .{0,40}"
    r"|.{0,40}(?:umdan|ımdan|imdan|ümdan|ümden|cihazımdan|telefonumdan|dan|den|üzerinden) gönderildi\.?"
    r"|отправлено (?:с|из|через) .{1,80}|.{1,40} (?:құрылғысынан|арқылы) жіберілді\.?"
    r"|(?:ارسال شده|فرستاده شده) از .{1,60}|از .{1,40} (?:من )?(?:ارسال|فرستاده) شد\.?)$",
    re.IGNORECASE,
)
_LONGEST_LINE = 1000


@dataclass(frozen=True)
class Folded:
    """The three layers of a reply; `text` is never empty unless the whole message is."""

    text: str
    quoted: str = ""
    signature: str = ""


def folded(text: str) -> Folded:
    """Part the new words from what is quoted and signed. A message that only quotes stays whole."""
    lines = text.split("\n")
    cut = _hard_cut(lines)
    above, below = lines[:cut], lines[cut:]
    above, quoted = _without_quotations(above)
    above, signature = _without_signature(above)
    words = "\n".join(above).strip()
    if not words:
        return Folded(text.strip())
    return Folded(words, "\n".join([*quoted, *below]).strip(), signature)


def _hard_cut(lines: list[str]) -> int:
    """The line from which on everything is old."""
    for at, line in enumerate(lines):
        if len(line) <= _LONGEST_LINE and _begins_old(lines, at, line):
            return at - 1 if at and _RULER.match(lines[at - 1]) else at
    return len(lines)


def _begins_old(lines: list[str], at: int, line: str) -> bool:
    if _SEPARATOR.match(line):
        return True
    if _FROM.match(line):
        return sum(bool(_NEXT_FIELD.match(near[:200])) for near in lines[at + 1 : at + 6]) >= 2
    following = next((near for near in lines[at + 1 : at + 4] if near.strip()), "")
    return _is_attribution(lines, at) and not following.lstrip().startswith(">")


def _is_attribution(lines: list[str], at: int) -> bool:
    """Who wrote when, on one line or broken over two or three; a date or an address must stand in it."""
    for begin in range(at, max(at - 3, -1), -1):
        joined = " ".join(line.strip() for line in lines[begin : at + 1])
        if len(joined) <= 400 and _ATTRIBUTION.match(joined) and _DATED.search(joined):
            return True
    return False


def _without_quotations(lines: list[str]) -> tuple[list[str], list[str]]:
    """Take out the lines with `>`; but answers between the quoted lines need them, and then all stays."""
    marks = [line.lstrip().startswith(">") for line in lines]
    if not any(marks):
        return lines, []
    first, last = marks.index(True), len(marks) - 1 - marks[::-1].index(True)
    if any(
        line.strip() and not mark for line, mark in zip(lines[first:last], marks[first:last], strict=True)
    ):
        return lines, []
    begin = _attribution_begin(lines, first)
    return [*lines[:begin], *lines[last + 1 :]], lines[begin : last + 1]


def _attribution_begin(lines: list[str], first: int) -> int:
    """Where the line that announces the quotation begins, else the quotation itself."""
    at = first - 1
    while at >= 0 and not lines[at].strip():
        at -= 1
    if at < 0 or not _is_attribution(lines, at):
        return first
    for begin in range(at, max(at - 3, -1), -1):
        joined = " ".join(line.strip() for line in lines[begin : at + 1])
        if _ATTRIBUTION.match(joined) and _DATED.search(joined):
            return begin
    return at


def _without_signature(lines: list[str]) -> tuple[list[str], str]:
    """The lines below `-- `, or what a telephone adds on its own as the last line."""
    for at, line in enumerate(lines):
        if _SIGNATURE.match(line):
            return lines[:at], "\n".join(lines[at + 1 :]).strip()
    last = len(lines) - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    if last >= 0 and len(lines[last]) <= 120 and _SENT_FROM.match(lines[last].strip()):
        return lines[:last], lines[last].strip()
    return lines, ""
