"""Fetch mail from a mailbox: what is new since the cursor, then waiting with IDLE or by asking again.

A message is marked as seen only after it was accepted. What lay in the mailbox before us and was read there
is left alone, also when the mailbox is rebuilt: see `Mark`. A mail that the server cannot hand over is passed
over after some tries and comes as its header, or as its number alone: it holds up nobody else's.
"""

import hashlib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from email import policy
from email.parser import BytesHeaderParser
from typing import Any, NamedTuple

from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from vefa.channels.cleaning import clean_line
from vefa.channels.email.headers import ids, raw_field
from vefa.channels.email.parsing import LONGEST_HEADER, MOST_BYTES, head
from vefa.channels.email.reading import OVERSIZE_FIELD, UNFETCHED_FIELD, sender_address
from vefa.channels.port import Arrival, BusyError, Catch, because

REPAIR_PAUSE_S = 300
_HANDFUL = 20  # messages per catch
_TOGETHER = MOST_BYTES  # and their bytes, unless one alone has more: all of a catch are held at once
_HEADERS = BytesHeaderParser(policy=policy.compat32)  # reads no field before it is asked for
_LONGEST_IDLE_S = 25 * 60  # RFC 2177: less than half an hour
_ASK_AGAIN_S = 30  # for servers without IDLE
_MARGIN = timedelta(days=2)  # days of the server's and of ours may differ
_TRIES = 5  # for a mail that the server cannot hand over while it hands over others
_WITNESSES = 3  # other mails that are asked for, to know whether the fault is the mail's
_FAILURES = (IMAPClientError, OSError, KeyError)


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


class Facts(NamedTuple):
    """What is known of a message before it is fetched: its bytes, and when it came here (ISO date)."""

    size: int
    day: str


@contextmanager
def opened(server: ImapServer) -> Iterator[tuple[IMAPClient, Folder]]:
    """The signed-in client and the folder as it was on opening. Raises BusyError."""
    if not server.port:
        raise BusyError("the port is no number from 1 to 65535", retry_after_s=REPAIR_PAUSE_S)
    try:
        with _connected(server) as client:
            state = client.select_folder(server.folder)
            yield client, Folder(int(state[b"UIDVALIDITY"]), int(state[b"UIDNEXT"]))
    except LoginError as error:
        raise BusyError(
            because("the mailbox refused the password", _told(error)), retry_after_s=REPAIR_PAUSE_S
        ) from None
    except _FAILURES as error:
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


class Mark(NamedTuple):
    """The cursor, `<UIDVALIDITY>:<UID>:<until>:<day>`: how far the mailbox was fetched.

    until   up to this number only what is unread counts, or what came since `day`: it lay there before us
    day     ISO date of the newest message that we know
    singly  up to this number messages are fetched one by one, since together they could not be; 0: none, and
            the cursor ends before it
    failed  the message that could not be fetched, `tries` times
    """

    validity: int = 0
    last: int = 0
    until: int = 0
    day: str = ""
    singly: int = 0
    failed: int = 0
    tries: int = 0

    def text(self) -> str:
        """As it is stored."""
        return ":".join(map(str, self if self.singly else self[:4]))

    def after(self, uid: int, day: str) -> "Mark":
        """The mark behind this message."""
        singly = self.singly if uid < self.singly else 0
        if uid < self.until:
            return Mark(self.validity, uid, self.until, self.day, singly)
        return Mark(self.validity, uid, 0, max(self.day, day), singly)

    def behind(self, uids: list[int]) -> "Mark":
        """The mark where these could not be fetched: one by one the next time; of one alone it counts."""
        singly = max(self.singly, uids[-1])
        if len(uids) > 1:
            return self._replace(singly=singly)
        tries = self.tries if self.failed == uids[0] else 0
        return self._replace(singly=singly, failed=uids[0], tries=tries + 1)


def collected(server: ImapServer, cursor: str, *, wait_s: float) -> Iterator[Catch]:
    """What is new since the cursor, a handful at a time; see `Collector.collect`."""
    with opened(server) as (client, folder):
        first, mark = True, _mark(cursor, folder)
        if mark.text() != cursor and not _search(client, mark):
            # From now on the number counts, not the mark: a person who reads along hides nothing.
            mark = mark.after(max(mark.last, mark.until), _newest(client))
            yield Catch(arrivals=(), cursor=mark.text(), accepted=_nothing)
        while uids := _new_uids(client, mark, wait_s=wait_s if first else 0):
            first = False
            while uids:
                some = uids[: 1 if uids[0] <= mark.singly else _HANDFUL]
                try:
                    catch, taken, mark = _fetch(client, some, mark)
                except _FAILURES as error:
                    yield from _stumbled(server, some, mark, uids=uids, error=error)
                    return
                yield catch
                if not taken:
                    return
                uids = [uid for uid in uids if uid > mark.last]
                del catch  # before the next are fetched
        if mark.until:  # all that was unread is here
            yield Catch(arrivals=(), cursor=mark.after(mark.until, _newest(client)).text(), accepted=_nothing)


def _mark(cursor: str, folder: Folder) -> Mark:
    """Where to go on. A new mailbox begins with what nobody has read; one that was rebuilt with that and with
    what came since we looked last: nothing is lost when a message comes twice.
    """
    known, last, until, day, *trouble = [*cursor.split(":"), *[""] * 6][:7]
    whole = int(until) if until.isdecimal() else 0
    if known == str(folder.validity) and last.isdecimal():
        return Mark(folder.validity, int(last), whole, day, *(int(n) for n in trouble if n.isdecimal()))
    if cursor and not day and not whole:
        return Mark(folder.validity)  # nothing is known of what was there before us
    return Mark(folder.validity, 0, folder.next_uid - 1, day)


def _new_uids(client: IMAPClient, mark: Mark, *, wait_s: float) -> list[int]:
    """The numbers of what came after the mark, in order; waits once when there is nothing."""
    found = _search(client, mark)
    if not found and wait_s > 0:
        _wait(client, wait_s)
        found = _search(client, mark)
    return found


def _search(client: IMAPClient, mark: Mark) -> list[int]:
    # "n:*" always names the last message, also when it is older than n.
    found = sorted(uid for uid in client.search(["UID", f"{mark.last + 1}:*"]) if uid > mark.last)
    if not mark.until:
        return found
    wanted = set(client.search(["UNSEEN"]))
    if mark.day:
        wanted |= set(client.search(["SINCE", date.fromisoformat(mark.day) - _MARGIN]))
    return [uid for uid in found if uid > mark.until or uid in wanted]


def _newest(client: IMAPClient) -> str:
    """The day of the newest message; "" in an empty mailbox."""
    found = client.fetch(client.search(["UID", "*"]), ["INTERNALDATE"]).values()
    return max((_day(told) for told in found), default="")


def _wait(client: IMAPClient, wait_s: float) -> None:
    if client.has_capability("IDLE"):
        client.idle()
        client.idle_check(timeout=min(wait_s, _LONGEST_IDLE_S))
        client.idle_done()
    else:
        time.sleep(min(wait_s, _ASK_AGAIN_S))
        client.noop()


def _facts(client: IMAPClient, uids: list[int]) -> dict[int, Facts]:
    """Of each message that is still there."""
    if not uids:
        return {}
    found = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
    return {uid: Facts(int(told[b"RFC822.SIZE"]), _day(told)) for uid, told in found.items()}


def _day(told: dict[bytes, Any]) -> str:
    return str(told[b"INTERNALDATE"].date().isoformat())


def _handful(uids: list[int], facts: dict[int, Facts]) -> list[int]:
    """As many of the next messages as may be held together, one at least."""
    room = _TOGETHER
    for count, uid in enumerate(uids):
        size = facts[uid].size if uid in facts else 0
        room -= size if size <= MOST_BYTES else LONGEST_HEADER  # of what is too large the header comes
        if room < 0 and count:
            return uids[:count]
    return uids


def _fetch(client: IMAPClient, uids: list[int], mark: Mark) -> tuple[Catch, list[bool], Mark]:
    """The next of these messages, as many as may be held together, and the mark behind them."""
    facts = _facts(client, uids)
    handful = _handful(uids, facts)
    mark = mark.after(handful[-1], max((facts[uid].day for uid in handful if uid in facts), default=""))
    return *_catch(client, handful, facts, mark), mark


def _stumbled(
    server: ImapServer, some: list[int], mark: Mark, *, uids: list[int], error: Exception
) -> Iterator[Catch]:
    """What becomes of messages that could not be fetched: they are tried again, or the one is passed over.

    It counts as the message's fault only where another one comes, over a connection of its own. Raises
    BusyError where it is to be tried again.
    """
    others = [uid for uid in [*reversed(uids[1:]), mark.last] if uid]
    if len(some) > 1 or any(_comes(server, uid) for uid in others[:_WITNESSES]):
        mark = mark.behind(some)
        if mark.tries >= _TRIES and mark.failed == some[0]:
            given = _unfetched(server, some[0], mark)
            yield Catch(arrivals=(given,), cursor=mark.after(some[0], "").text(), accepted=_nothing)
            return
        yield Catch(arrivals=(), cursor=mark.text(), accepted=_nothing)
    raise BusyError(because("the mailbox does not hand over a mail", f"{some[0]}: {_told(error)}"))


def _comes(server: ImapServer, uid: int) -> bool:
    """Whether the server hands over this message, of which one byte is enough."""
    try:
        with opened(server) as (client, _):
            return _content(client.fetch([uid], ["BODY.PEEK[]<0.1>"]), uid) is not None
    except BusyError:
        return False


def _unfetched(server: ImapServer, uid: int, mark: Mark) -> Arrival:
    """What stands for a message that cannot be fetched: its number, and its header where that comes."""
    top = None
    with suppress(BusyError), opened(server) as (client, _):
        top = _header(client, uid)
    return arrival_of(f"{UNFETCHED_FIELD}: {uid} of {mark.validity}\r\n".encode() + (top or b"\r\n"))


def _catch(
    client: IMAPClient, uids: list[int], facts: dict[int, Facts], mark: Mark
) -> tuple[Catch, list[bool]]:
    """The messages of these numbers; the list gets an entry once they are accepted."""
    taken: list[bool] = []
    arrivals = [_arrival(client, uid, facts[uid].size) for uid in uids if uid in facts]
    whole = [uid for uid in uids if uid in facts and facts[uid].size <= MOST_BYTES]

    def accepted() -> None:
        taken.append(True)
        try:
            if whole:
                client.add_flags(whole, [SEEN])
        except (IMAPClientError, OSError) as error:
            raise BusyError(because("the mailbox does not answer", _told(error))) from None

    found = tuple(arrival for arrival in arrivals if arrival is not None)
    return Catch(arrivals=found, cursor=mark.text(), accepted=accepted), taken


def _arrival(client: IMAPClient, uid: int, size: int) -> Arrival | None:
    """One message, or only its header when it is larger than we read; None when it was removed meanwhile."""
    if size > MOST_BYTES:
        found = _header(client, uid)
        return None if found is None else arrival_of(f"{OVERSIZE_FIELD}: {size}\r\n".encode() + found)
    found = _content(client.fetch([uid], ["BODY.PEEK[]"]), uid)
    return None if found is None else arrival_of(found)


def _header(client: IMAPClient, uid: int) -> bytes | None:
    part = f"BODY.PEEK[HEADER]<0.{LONGEST_HEADER - 1000}>"
    return _content(client.fetch([uid], [part]), uid)


def _content(answer: Any, uid: int) -> bytes | None:
    """The bytes; None when the message was removed meanwhile. Raises IMAPClientError when it has none."""
    if uid not in answer:
        return None
    for name, value in answer[uid].items():
        if name.startswith(b"BODY[") and isinstance(value, bytes):
            return value
    raise IMAPClientError("the mail came without its content")


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


def _nothing() -> None:
    """Nothing was fetched, so nothing is marked."""
