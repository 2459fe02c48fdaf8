"""E-mail: translates both ways, stores nothing, decides nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from vefa.channels.doorless import no_webhook
from vefa.channels.email import imap, smtp
from vefa.channels.email.apart import read_safely
from vefa.channels.email.reading import Mailbox
from vefa.channels.email.writing import Writer, letter
from vefa.channels.manners import PORTS, Channel, Field, Freight
from vefa.channels.port import (
    Account,
    Arrival,
    BusyError,
    Call,
    Catch,
    Finding,
    Limits,
    Parcel,
    Reading,
    RejectedError,
    Sent,
    because,
    is_yes,
)
from vefa.kit.saying import Sentence, gettext_noop

_LIMITS = Limits(per_second=5, per_address_per_second=0.2)
# Many servers take 25 MB, and a mail writes three bytes as four signs.
_FREIGHT = Freight(together=18_000_000, apart=False)
_PORTS = {
    ("imap", "tls"): 993,
    ("imap", ""): 143,
    ("smtp", "tls"): 465,
    ("smtp", "none"): 25,
    ("smtp", ""): 587,
}


@dataclass(frozen=True, kw_only=True)
class Email:
    """One mailbox and the server that sends for it; either side may be missing.

    settings  address, name, authserv_id, plus_addressing ("yes" or ""), and for imap_ and smtp_: host, port,
              security (tls, starttls, none), user; imap_folder
    secrets   imap_password, smtp_password, reply_key, reply_key_old
    """

    mailbox: Mailbox
    writer: Writer
    incoming: imap.ImapServer | None = None
    outgoing: smtp.SmtpServer | None = None

    @property
    def limits(self) -> Limits:
        """A calm pace: mail servers take bursts for an attack."""
        return _LIMITS

    @property
    def freight(self) -> Freight:
        """Files in the same mail."""
        return _FREIGHT

    @property
    def address_space(self) -> str:
        """A mail address is the same everywhere."""
        return "email"

    def verify(self, _call: Call, _secrets: Sequence[str], /) -> None:
        """Mail is fetched, never pushed: ForgedError."""
        raise no_webhook("email")

    def arrivals(self, call: Call, /) -> tuple[Arrival, ...]:
        """One mail, as bytes: for an import or a pipe from a mail server."""
        return (imap.arrival_of(call.body),)

    def read(self, raw: bytes) -> Reading:
        """See `reading`; suspicious mail is read in a process of its own."""
        return read_safely(raw, self.mailbox)

    def send(self, parcel: Parcel) -> Sent:
        """Hand the parcel to the mail server; our own Message-ID is the provider's id."""
        if self.outgoing is None:
            raise RejectedError("no mail server is set for sending")
        written = letter(parcel, self.writer)
        smtp.hand_over(self.outgoing, written)
        return Sent(provider_id=written.message_id, parts=(written.message_id,))

    def fetch(self, provider_ref: str, *, max_bytes: int) -> AbstractContextManager[Iterator[bytes]]:
        """Files come with the mail: RejectedError."""
        raise RejectedError(because("mail keeps no files apart", f"{provider_ref!r}, {max_bytes} bytes"))

    def check(self) -> list[Finding]:
        """Sign in on both sides and say what works. Never raises."""
        return [self._check_incoming(), self._check_outgoing(), self._check_proofs()]

    def _check_incoming(self) -> Finding:
        if self.incoming is None:
            return Finding(ok=False, text=Sentence("No mailbox is set: nothing can come in by mail."))
        try:
            with imap.opened(self.incoming) as (client, _):
                waiting = len(client.search(["UNSEEN"]))
        except BusyError as error:
            return Finding(
                ok=False, text=Sentence("The mailbox cannot be read: %(reason)s.", reason=error.reason)
            )
        return Finding(
            ok=True,
            text=Sentence("The mailbox can be read; %(waiting)s messages are unread.", waiting=waiting),
        )

    def _check_outgoing(self) -> Finding:
        if self.outgoing is None:
            return Finding(ok=False, text=Sentence("No mail server is set: nothing can be sent by mail."))
        try:
            with smtp.connected(self.outgoing):
                return Finding(ok=True, text=Sentence("The mail server lets us in."))
        except BusyError as error:
            return Finding(ok=False, text=Sentence("Mail cannot be sent: %(reason)s.", reason=error.reason))

    def _check_proofs(self) -> Finding:
        if self.mailbox.authserv_id:
            return Finding(ok=True, text=Sentence("Senders count as proved where our mail server says so."))
        text = Sentence(
            "Our mail server's name (authserv_id) is not set, so no sender counts as proved: what staff"
            " forward is not believed to be theirs."
        )
        return Finding(ok=True, text=text)

    def whereto(self) -> str:
        """The mailbox itself."""
        return self.mailbox.address

    def collect(self, cursor: str, *, wait_s: float) -> Iterator[Catch]:
        """What is new in the mailbox; see `imap`."""
        return imap.collected(self.incoming, cursor, wait_s=wait_s) if self.incoming else iter(())


def build(account: Account) -> Email:
    """The adapter of one endpoint. The network client is not used: mail speaks its own protocols."""
    settings, secrets = account.settings, account.secrets
    keys = [secrets[name] for name in ("reply_key", "reply_key_old") if secrets.get(name)]
    address = settings.get("address", "")
    return Email(
        mailbox=Mailbox(address=address, reply_keys=keys, authserv_id=settings.get("authserv_id", "")),
        writer=Writer(
            address=address,
            name=settings.get("name", ""),
            reply_key=secrets.get("reply_key", ""),
            plus_addressing=is_yes(settings.get("plus_addressing", "")),
        ),
        incoming=_incoming(settings, secrets),
        outgoing=_outgoing(settings, secrets),
    )


def _incoming(settings: Mapping[str, str], secrets: Mapping[str, str]) -> imap.ImapServer | None:
    if not settings.get("imap_host"):
        return None
    security = _security(settings, "imap", "tls")
    return imap.ImapServer(
        host=settings["imap_host"],
        port=_port(settings, "imap", security),
        username=settings.get("imap_user") or settings.get("address", ""),
        password=secrets.get("imap_password", ""),
        security=security,
        folder=settings.get("imap_folder") or "INBOX",
    )


def _outgoing(settings: Mapping[str, str], secrets: Mapping[str, str]) -> smtp.SmtpServer | None:
    if not settings.get("smtp_host"):
        return None
    security = _security(settings, "smtp", "starttls")
    return smtp.SmtpServer(
        host=settings["smtp_host"],
        port=_port(settings, "smtp", security),
        security=security,
        username=settings.get("smtp_user", ""),
        password=secrets.get("smtp_password", ""),
    )


def _security(settings: Mapping[str, str], side: str, usual: str) -> str:
    """What is none of the three counts as the usual one: no password travels open by a slip of the pen."""
    given = settings.get(f"{side}_security", "")
    return given if given in _SECURITIES else usual


def _port(settings: Mapping[str, str], side: str, security: str) -> int:
    """0 for what is no port: whoever wants to connect says so."""
    given = settings.get(f"{side}_port", "").strip()
    if given:
        number = int(given) if given.isdecimal() and len(given) < 6 else 0
        return number if number <= PORTS[1] else 0
    return _PORTS.get((side, security)) or _PORTS[side, ""]


_SECURITIES = ("tls", "starttls", "none")
CHANNEL = Channel(
    key="email",
    summary="a mailbox",
    build=build,
    steps=(
        gettext_noop(
            "Ask whoever runs the mail server for a mailbox that no person reads, with IMAP and SMTP."
        ),
        gettext_noop("Google and Microsoft want a password of its own for this program: make one there."),
        gettext_noop("We read the inbox and mark what we have as seen; nothing is deleted."),
    ),
    fields=(
        Field(name="address", label=gettext_noop("Mail address"), required=True),
        Field(name="name", label=gettext_noop("Sender's name")),
        Field(name="imap_host", label=gettext_noop("Server for reading (IMAP)"), leads=("imap_password",)),
        Field(name="imap_port", label=gettext_noop("Port for reading"), number=PORTS),
        Field(name="imap_user", label=gettext_noop("Sign-in name for reading")),
        Field(name="imap_password", label=gettext_noop("Password for reading"), secret=True),
        Field(
            name="imap_security",
            label=gettext_noop("Encryption for reading"),
            choices=_SECURITIES,
            default="tls",
        ),
        Field(name="imap_folder", label=gettext_noop("Folder"), default="INBOX"),
        Field(name="smtp_host", label=gettext_noop("Server for sending (SMTP)"), leads=("smtp_password",)),
        Field(name="smtp_port", label=gettext_noop("Port for sending"), number=PORTS),
        Field(name="smtp_user", label=gettext_noop("Sign-in name for sending")),
        Field(name="smtp_password", label=gettext_noop("Password for sending"), secret=True),
        Field(
            name="smtp_security",
            label=gettext_noop("Encryption for sending"),
            choices=_SECURITIES,
            default="starttls",
        ),
        Field(
            name="authserv_id",
            label=gettext_noop("Our mail server's own name"),
            hint=gettext_noop(
                "As it stands in Authentication-Results; without it no sender counts as proved."
            ),
        ),
        Field(
            name="plus_addressing",
            label=gettext_noop("Addresses with a plus reach this mailbox"),
            yes_no=True,
        ),
        Field(name="reply_key", label=gettext_noop("Key of the reply mark"), secret=True, made_up=True),
    ),
)
