"""The account's own "Download your data": its posts and its direct messages, as arrivals.

A ZIP or its unpacked folder. The files hold JSON behind an assignment: `window.YTD.tweets.part0 = [ … ]`.
"""

import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from vefa.channels.port import Arrival, UnreadableError
from vefa.channels.x.cutting import Json, decoded, text_of

_POSTS = re.compile(r"(?:.*/)?tweets?(?:-part\d+)?\.js")
_DIRECT = re.compile(r"(?:.*/)?direct-messages(?:-part\d+)?\.js")
_ACCOUNT = re.compile(r"(?:.*/)?account\.js")
_LARGEST = 1 << 30  # bytes of one file, unpacked
type Opener = Callable[[], bytes]


def arrivals(path: Path) -> Iterator[Arrival]:
    """Every post and message in the archive. Raises UnreadableError."""
    files = _files(path)
    own = _own(files)
    for name, read in files:
        if _DIRECT.fullmatch(name):
            yield from _messages(_rows(name, read()), own)
        elif _POSTS.fullmatch(name):
            yield from _posts(_rows(name, read()), own)


def _files(path: Path) -> list[tuple[str, Opener]]:
    """The names inside, with how to read each; in the order of their parts."""
    if path.is_dir():
        found = [(one.relative_to(path).as_posix(), one.read_bytes) for one in path.rglob("*.js")]
        return sorted(found, key=lambda one: one[0])
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise UnreadableError(f"{path.name} is neither a folder nor a ZIP: {error}") from None
    members = sorted(archive.infolist(), key=lambda one: one.filename)
    return [(one.filename, _opener(archive, one)) for one in members if one.filename.endswith(".js")]


def _opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Opener:
    def read() -> bytes:
        if member.file_size > _LARGEST:
            raise UnreadableError(f"{member.filename} is larger than {_LARGEST} bytes")
        try:
            return archive.read(member)
        except (zipfile.BadZipFile, RuntimeError, OSError) as error:
            raise UnreadableError(f"{member.filename} cannot be unpacked: {error}") from None

    return read


def _own(files: Sequence[tuple[str, Opener]]) -> str:
    """Whose archive it is."""
    for name, read in files:
        if _ACCOUNT.fullmatch(name):
            for row in _rows(name, read()):
                if own := text_of(row.get("account"), "accountId"):
                    return own
    raise UnreadableError("there is no account.js, which says whose archive this is")


def _rows(name: str, content: bytes) -> list[Json]:
    """The list behind the assignment. Raises UnreadableError."""
    found = decoded(content[content.find(b"[") :])
    if not isinstance(found, list):
        raise UnreadableError(f"{name} holds no list")
    return [row for row in found if isinstance(row, dict)]


def _posts(rows: Sequence[Json], own: str) -> Iterator[Arrival]:
    for row in rows:
        post = row.get("tweet", row)
        number = text_of(post, "id_str", "id")
        if number:
            lane = text_of(post, "in_reply_to_user_id_str") or own
            yield Arrival(number, lane, _raw({"archive": "tweet", "own": own, "tweet": post}))


def _messages(rows: Sequence[Json], own: str) -> Iterator[Arrival]:
    for row in rows:
        talk = row.get("dmConversation")
        messages = talk.get("messages") if isinstance(talk, dict) else None
        for one in messages if isinstance(messages, list) else ():
            made = one.get("messageCreate") if isinstance(one, dict) else None
            number = text_of(made, "id")
            if number:
                sender = text_of(made, "senderId")
                lane = sender if sender != own else text_of(made, "recipientId")
                yield Arrival(number, lane, _raw({"archive": "direct", "own": own, "messageCreate": made}))


def _raw(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
