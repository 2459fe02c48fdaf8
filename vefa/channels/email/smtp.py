"""Hand one mail to a mail server and say honestly what became of it."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from vefa.channels.cleaning import clean_line
from vefa.channels.email.bounces import is_dead_status
from vefa.channels.email.charsets import decode
from vefa.channels.email.writing import Letter
from vefa.channels.port import BusyError, RejectedError, UnsureError, because

REPAIR_PAUSE_S = 300  # a refused password waits for a person; meanwhile nothing is given up
_DEAD_MAILBOX = {550, 551, 553}
_STATUS = re.compile(rb"5\.\d{1,3}\.\d{1,3}\b")
_SUBJECT = re.compile(rb"4\.(\d{1,3})\.\d{1,3}\b")  # of a status that passes
_CLOSING, _NO_ROOM = 421, 452  # of the server itself
_NOT_THEIRS = re.compile(
    rb"relay|sender|spam|block|black|polic|reputation|authenticat|not permitted|rate|helo|dns", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mail is handed over; `security` is tls (at once), starttls or none (loopback only)."""

    host: str
    port: int
    security: str = "starttls"
    username: str = ""
    password: str = ""
    timeout_s: float = 30


def hand_over(server: SmtpServer, letter: Letter) -> None:
    """Send one mail. Raises BusyError, RejectedError or UnsureError."""
    with connected(server) as smtp:
        _envelope(smtp, letter)
        _data(smtp, letter)


@contextmanager
def connected(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    """A greeted, secured, signed-in connection; it is said goodbye to. Raises BusyError."""
    if not server.port:
        raise BusyError("the port is no number from 1 to 65535", retry_after_s=REPAIR_PAUSE_S)
    try:
        smtp = _greeted(server)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise BusyError(because("no connection to the mail server", _told(error))) from None
    try:
        _sign_in(smtp, server)
        yield smtp
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _greeted(server: SmtpServer) -> smtplib.SMTP:
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=context)
    smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
    if server.security != "none":
        try:
            smtp.starttls(context=ssl.create_default_context())
        except BaseException:
            smtp.close()
            raise
    return smtp


def _sign_in(smtp: smtplib.SMTP, server: SmtpServer) -> None:
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.username:
            smtp.login(server.username, server.password)
    except smtplib.SMTPAuthenticationError as error:
        raise BusyError(
            because("the mail server refused the password", _told(error)), retry_after_s=REPAIR_PAUSE_S
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise BusyError(because("the mail server did not let us in", _told(error))) from None


def _envelope(smtp: smtplib.SMTP, letter: Letter) -> None:
    """From whom and to whom; nothing has been sent yet, so trouble here is never a riddle."""
    options = [] if letter.to.isascii() else ["SMTPUTF8"]
    if options and not smtp.has_extn("smtputf8"):
        raise RejectedError("the mail server takes no address in this script", unreachable=True)
    _check(_asked(lambda: smtp.mail(letter.sender, options)))
    _check_addressee(_asked(lambda: smtp.rcpt(letter.to)))


def _data(smtp: smtplib.SMTP, letter: Letter) -> None:
    """The mail itself. Once its last line is out, silence means that we do not know."""
    code, said = _asked(lambda: smtp.docmd("DATA"))
    if code != 354:
        _check((code, said))
        raise BusyError(because("unexpected answer to DATA", code))
    body = letter.data.replace(b"\r\n.", b"\r\n..")
    body = b"." + body if body.startswith(b".") else body
    end = b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"
    try:
        smtp.send(body + end)
        reply = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise UnsureError(because("no answer after the mail was handed over", _told(error))) from None
    if reply[0] == -1:
        raise UnsureError("an unreadable answer after the mail was handed over")
    _check(reply)


def _asked(step: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    try:
        return step()
    except (OSError, smtplib.SMTPException, UnicodeEncodeError) as error:
        raise BusyError(because("the mail server hung up", _told(error))) from None


def _check_addressee(reply: tuple[int, bytes]) -> None:
    """As `_check`; a refusal may be of this one mailbox: gone for good, or full or resting for now."""
    try:
        _check(reply)
    except RejectedError as error:
        raise RejectedError(error.reason, unreachable=_is_gone(*reply)) from None
    except BusyError as error:
        raise BusyError(error.reason, address_only=_waits_alone(*reply)) from None


def _check(reply: tuple[int, bytes]) -> None:
    """Pass 2xx; 5xx is final; the rest passes with time."""
    code, words = reply
    said = clean_line(f"{code} {decode(words)}")
    if 200 <= code < 300:
        return
    if 500 <= code < 600:
        raise RejectedError(because("the mail server refuses it", said))
    raise BusyError(because("the mail server takes it later", said))


def _is_gone(code: int, words: bytes) -> bool:
    """Whether a refused receiver is gone, rather than our server or our own address not wanted.

    The enhanced code tells (RFC 3463); without one, the words do.
    """
    if found := _STATUS.match(words):
        return is_dead_status(found[0].decode())
    return code in _DEAD_MAILBOX and not _NOT_THEIRS.search(words)


def _waits_alone(code: int, words: bytes) -> bool:
    """Whether a receiver who is put off waits alone; 421, 452 and X.3.Y (RFC 3463) are of the server."""
    found = _SUBJECT.match(words)
    whole = found[1] == b"3" if found else code == _NO_ROOM
    return 400 <= code < 500 and code != _CLOSING and not whole


def _told(error: Exception) -> str:
    """What the server said, never what we sent it."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return clean_line(f"{error.smtp_code} {decode(said) if isinstance(said, bytes) else said}")
    return clean_line(
        f"{type(error).__name__} {error.strerror or ''}" if isinstance(error, OSError) else str(error)
    )
