"""What a message says and carries: its text, its HTML beside it, its files."""

from dataclasses import dataclass, field
from email.message import Message
from html import escape

from vefa.channels.cleaning import clean, clean_file_name, clean_line
from vefa.channels.email.charsets import decode
from vefa.channels.email.headers import field as header
from vefa.channels.email.headers import unfolded
from vefa.channels.email.parsing import MOST_FILES, MOST_UNPACKED, children, content
from vefa.channels.email.sanitising import OverloadedHtmlError, bare_words, sanitised, text_of
from vefa.channels.port import AttachmentRef, UnreadableError
from vefa.channels.remarks import CUT
from vefa.kit.saying import Sentence

_KINDS = {"image": "photo", "audio": "audio", "video": "video"}
_LONGEST_TEXT = 500_000  # characters


@dataclass(frozen=True)
class Piece:
    """One text of the message, plain, as HTML, or both."""

    plain: str = ""
    html: str = ""


@dataclass
class Body:
    """Everything that was found in a message."""

    pieces: list[Piece] = field(default_factory=list)
    files: list[AttachmentRef] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unpacked: int = 0

    def text(self) -> str:
        """The whole text; HTML counts only where no plain text stands beside it."""
        texts = (piece.plain if piece.plain.strip() else text_of(piece.html) for piece in self.pieces)
        return "\n\n".join(text.strip("\n") for text in texts if text.strip())[:_LONGEST_TEXT]

    def html(self) -> str:
        """The whole HTML, sanitised; "" when the sender wrote none."""
        if not any(piece.html for piece in self.pieces):
            return ""
        return "\n".join(piece.html or f"<pre>{escape(piece.plain)}</pre>" for piece in self.pieces)


def body_of(message: Message) -> Body:
    """Text, HTML and files of a message whose parts were counted already. Raises UnreadableError."""
    body = Body()
    body.pieces = _pieces(message, body)
    if len(body.files) > MOST_FILES:
        raise UnreadableError(f"more than {MOST_FILES} files")
    return body


def _pieces(part: Message, body: Body) -> list[Piece]:
    """The texts of a part and what is inside it; files go into `body` on the way."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        body.files.append(_enclosed(part))
        return []
    if inside := children(part):
        found = [_pieces(inner, body) for inner in inside]
        return (
            _alternative(found) if kind == "multipart/alternative" else [one for few in found for one in few]
        )
    data = _unpacked(part, body)
    if kind in {"text/plain", "text/html"} and not _is_file(part):
        return _text_piece(part, kind, data, body)
    if data or file_name(part):
        body.files.append(_file(part, kind, data))
    return []


def _alternative(found: list[list[Piece]]) -> list[Piece]:
    """The same thing said in several ways: the first plain text and the last HTML of them."""
    pieces = [piece for few in found for piece in few]
    plain = next((piece.plain for piece in pieces if piece.plain.strip()), "")
    html = next((piece.html for piece in reversed(pieces) if piece.html), "")
    return [Piece(plain, html)] if plain or html else []


def _text_piece(part: Message, kind: str, data: bytes, body: Body) -> list[Piece]:
    text = clean(decode(data, charset(part) or _meta_charset(kind, data)))
    if len(text) > _LONGEST_TEXT and kind == "text/plain":
        body.warnings.append(CUT)
        text = text[:_LONGEST_TEXT]
    if kind == "text/plain":
        return [Piece(plain=_unflowed(part, text))] if text.strip() else []
    try:
        return [Piece(html=sanitised(text))]
    except OverloadedHtmlError as error:
        body.warnings.append(Sentence("It is shown without its layout: %(why)s.", why=error))
        return [Piece(plain=bare_words(text))]


def _unflowed(part: Message, text: str) -> str:
    """Join the lines that format=flowed (RFC 3676) cut: those that end in a blank."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    joined: list[list[str]] = []
    for line in text.split("\n"):
        last = joined[-1] if joined else [""]
        if last[-1].endswith(" ") and last != ["-- "] and _depth(last[0]) == _depth(line):
            last += filter(None, [line.lstrip("> ") if _depth(line) else line.removeprefix(" ")])
        else:
            joined.append([line])
    return "\n".join("".join(pieces) for pieces in joined)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(">"))


def _unpacked(part: Message, body: Body) -> bytes:
    data = content(part)
    body.unpacked += len(data)
    if body.unpacked > MOST_UNPACKED:
        raise UnreadableError(f"more than {MOST_UNPACKED} bytes unpacked")
    return data


def charset(part: Message) -> str:
    """The label that the sender gave, "" when there is none."""
    label = part.get_param("charset", "")
    if isinstance(label, tuple):
        label = label[2]
    return str(label or "")


def _meta_charset(kind: str, data: bytes) -> str:
    """HTML may name its encoding itself."""
    if kind != "text/html":
        return ""
    _, found, rest = data[:2048].lower().partition(b"charset=")
    if not found:
        return ""
    end = next((at for at, byte in enumerate(rest.lstrip(b"\"'")) if byte in b"\"' />;"), 0)
    return rest.lstrip(b"\"'")[:end].decode("ascii", "replace")


def file_name(part: Message) -> str:
    """The name as the sender gave it, decoded whichever way it was packed (RFC 2231, RFC 2047, raw)."""
    try:
        name = part.get_filename("")
    except (LookupError, ValueError, TypeError):
        name = ""
    return clean_file_name(unfolded(str(name)))


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(file_name(part))


def _file(part: Message, kind: str, data: bytes) -> AttachmentRef:
    return AttachmentRef(
        kind=_KINDS.get(kind.partition("/")[0], "document"),
        content=data,
        name=file_name(part),
        content_type=clean_line(kind, limit=100),
        size=len(data),
        content_id=header(part, "Content-ID").strip("<> "),
    )


def _enclosed(part: Message) -> AttachmentRef:
    """A message inside the message stays whole: it is a file that a person may open."""
    inside = children(part)
    data = inside[0].as_bytes() if inside else content(part)
    name = file_name(part) or (header(inside[0], "Subject") if inside else "") or "message"
    return AttachmentRef(
        kind="message",
        content=data,
        name=clean_file_name(f"{name.removesuffix('.eml')[:100]}.eml"),
        content_type="message/rfc822",
        size=len(data),
    )
