"""Fetch mail from a mailbox: what is new since the cursor, then waiting with IDLE or by asking again.

A message is marked as seen only after it was accepted. The cursor `<UIDVALIDITY>:<UID>` only saves work.
"""

import hashlib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import policy
from email.parser import BytesHeaderParser
from typing import Any, NamedTuple

from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from vefa.channels.cleaning import clean_line
from vefa.channels.email.headers import ids, raw_field
from vefa.channels.email.parsing import LONGEST_HEADER, MOST_BYTES, head
from vefa.channels.email.reading import OVERSIZE_FIELD, sender_address
from vefa.channels.port import Arrival, BusyError, Catch, because

REPAIR_PAUSE_S = 300
_HANDFUL = 20  # messages per catch
_TOGETHER = MOST_BYTES  # and their bytes, unless one alone has more: all of a catch are held at once
_HEADERS = BytesHeaderParser(policy=policy.compat32)  # reads no field before it is asked for
_LONGEST_IDLE_S = 25 * 60  # RFC 2177: less than half an hour
_ASK_AGAIN_S = 30  # for servers without IDLE


@dataclass(frozen=True, kw_only=True)
class ImapServer:
    """Where mail lies; `security` is tls (at once), starttls or none (loopback only)."""

    host: str
    port: int
    username: str
    password: str
    security: str = "tls"
    folder: str = "INBOX"
    timeout_s: float = 60


class Folder(NamedTuple):
    """Numbers are good as long as `validity` stands; the next message gets `next_uid` or a higher one."""

    validity: int
    next_uid: int


@contextmanager
def opened(server: ImapServer) -> Iterator[tuple[IMAPClient, Folder]]:
    """The signed-in client and the folder as it was on opening. Raises BusyError."""
    try:
        with _connected(server) as client:
            state = client.select_folder(server.folder)
            yield client, Folder(int(state[b"UIDVALIDITY"]), int(state[b"UIDNEXT"]))
    except LoginError as error:
        raise BusyError(
            because("the mailbox refused the password", _told(error)), retry_after_s=REPAIR_PAUSE_S
        ) from None
    except (IMAPClientError, OSError, KeyError) as error:
        raise BusyError(because("the mailbox does not answer", _told(error))) from None


@contextmanager
def _connected(server: ImapServer) -> Iterator[IMAPClient]:
    context = ssl.create_default_context() if server.security != "none" else None
    client = IMAPClient(
        server.host,
        port=server.port,
        ssl=server.security == "tls",
        ssl_context=context if server.security == "tls" else None,
        timeout=SocketTimeout(connect=min(10, server.timeout_s), read=server.timeout_s),
    )
    try:
        if server.security == "starttls":
            client.starttls(context)
        client.login(server.username, server.password)
        yield client
    finally:
        with suppress(IMAPClientError, OSError):
            client.logout()


def collected(server: ImapServer, cursor: str, *, wait_s: float) -> Iterator[Catch]:
    """What is new since the cursor, a handful at a time; see `Collector.collect`."""
    with opened(server) as (client, (validity, next_uid)):
        first = True
        if not cursor and not client.search(["UNSEEN"]):
            # From now on the number counts, not the mark: a person who reads along hides nothing.
            cursor = f"{validity}:{next_uid - 1}"
            yield Catch(arrivals=(), cursor=cursor, accepted=lambda: None)
        while uids := _new_uids(client, validity, cursor, wait_s=wait_s if first else 0):
            first = False
            while uids:
                sizes = _sizes(client, uids[:_HANDFUL])
                handful = _handful(uids[:_HANDFUL], sizes)
                catch, taken = _catch(client, validity, handful, sizes)
                yield catch
                if not taken:
                    return
                cursor, uids = catch.cursor, uids[len(handful) :]
                del catch  # before the next are fetched


def _new_uids(client: IMAPClient, validity: int, cursor: str, *, wait_s: float) -> list[int]:
    """The numbers of what came after the cursor, in order; waits once when there is nothing."""
    found = _search(client, validity, cursor)
    if not found and wait_s > 0:
        _wait(client, wait_s)
        found = _search(client, validity, cursor)
    return found


def _search(client: IMAPClient, validity: int, cursor: str) -> list[int]:
    """A new mailbox begins with what nobody has read; one that was rebuilt begins anew, for nothing is lost
    when a message comes twice.
    """
    known, _, last = cursor.partition(":")
    if not cursor:
        return sorted(client.search(["UNSEEN"]))
    if known != str(validity) or not last.isdecimal():
        return sorted(client.search(["ALL"]))
    # "n:*" always names the last message, also when it is older than n.
    return sorted(uid for uid in client.search(["UID", f"{int(last) + 1}:*"]) if uid > int(last))


def _wait(client: IMAPClient, wait_s: float) -> None:
    if client.has_capability("IDLE"):
        client.idle()
        client.idle_check(timeout=min(wait_s, _LONGEST_IDLE_S))
        client.idle_done()
    else:
        time.sleep(min(wait_s, _ASK_AGAIN_S))
        client.noop()


def _sizes(client: IMAPClient, uids: list[int]) -> dict[int, int]:
    """The bytes of each message that is still there."""
    return {uid: int(facts[b"RFC822.SIZE"]) for uid, facts in client.fetch(uids, ["RFC822.SIZE"]).items()}


def _handful(uids: list[int], sizes: dict[int, int]) -> list[int]:
    """As many of the next messages as may be held together, one at least."""
    room = _TOGETHER
    for count, uid in enumerate(uids):
        size = sizes.get(uid, 0)
        room -= size if size <= MOST_BYTES else LONGEST_HEADER  # of what is too large the header comes
        if room < 0 and count:
            return uids[:count]
    return uids


def _catch(
    client: IMAPClient, validity: int, uids: list[int], sizes: dict[int, int]
) -> tuple[Catch, list[bool]]:
    """The messages of these numbers; the list gets an entry once they are accepted."""
    taken: list[bool] = []
    arrivals = [_arrival(client, uid, sizes[uid]) for uid in uids if uid in sizes]
    whole = [uid for uid in uids if sizes.get(uid, MOST_BYTES + 1) <= MOST_BYTES]

    def accepted() -> None:
        taken.append(True)
        try:
            if whole:
                client.add_flags(whole, [SEEN])
        except (IMAPClientError, OSError) as error:
            raise BusyError(because("the mailbox does not answer", _told(error))) from None

    found = tuple(arrival for arrival in arrivals if arrival is not None)
    return Catch(arrivals=found, cursor=f"{validity}:{uids[-1]}", accepted=accepted), taken


def _arrival(client: IMAPClient, uid: int, size: int) -> Arrival | None:
    """One message, or only its header when it is larger than we read; None when it was removed meanwhile."""
    if size > MOST_BYTES:
        part = f"BODY.PEEK[HEADER]<0.{LONGEST_HEADER - 1000}>"
        found = _content(client.fetch([uid], [part]), uid)
        return found and arrival_of(f"{OVERSIZE_FIELD}: {size}\r\n".encode() + found)
    found = _content(client.fetch([uid], ["BODY.PEEK[]"]), uid)
    return found and arrival_of(found)


def _content(answer: Any, uid: int) -> Any:
    for name, value in answer.get(uid, {}).items():
        if name.startswith(b"BODY[") and isinstance(value, bytes):
            return value
    return None


def arrival_of(raw: bytes) -> Arrival:
    """A mail's name and lane: the same mail, fetched or delivered twice, has the same name.

    The Message-ID alone would let a stranger take another's name in advance, so the content counts too.
    """
    top = head(raw)
    message = _HEADERS.parsebytes(top[:LONGEST_HEADER])
    message_id = next(iter(ids(raw_field(message, "Message-ID"))), "")
    body = hashlib.sha256(raw[len(top) :]).hexdigest()
    named = f"{message_id}\n{sender_address(message)}\n{body}" if message_id else ""
    digest = hashlib.sha256(named.encode("utf-8", "surrogateescape") if named else raw).hexdigest()
    return Arrival(f"mail:{digest}", sender_address(message)[:254], raw)


def _told(error: Exception) -> str:
    """The server's words; of our own line only errors without content."""
    return clean_line(f"{type(error).__name__}: {error}", limit=200)
