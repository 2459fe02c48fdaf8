"""The post: a Dovecot with the city's mailbox and an Exim that takes its answers, both from Debian."""

import email
import email.policy
import email.utils
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.channels.email.peers import DOVECOT, EXIM, PASSWORD, Peer, dovecot, exim, mail_home
from tests.faults.ledger import Scribe
from tests.faults.letters import MATTERS, said

CITY = "iletisim@belediye.example"
CITY_SERVER = "mx.belediye.example"  # vouches for every sender: who has not proved themselves is held back
PAUSE_S = 1.5
EACH = 3  # mails of one person: who writes more often in an hour is not acknowledged each time


@dataclass(frozen=True)
class Post:
    """A mail that lies in the mailbox is ours: its sender was told so by the mail server."""

    ours: Peer
    theirs: Peer

    @classmethod
    @contextmanager
    def running(cls) -> "Iterator[Post | None]":
        """Both servers until the block ends; None where they are not installed."""
        if not (DOVECOT and EXIM):
            yield None
            return
        with mail_home() as ours, mail_home() as theirs, dovecot(ours) as imap, exim(theirs) as smtp:
            yield cls(imap, smtp)

    def account(self) -> list[str]:
        """How it is added."""
        return [
            "--key", "post", "--address", CITY, "--reply-key", "a key for tests",
            "--authserv-id", CITY_SERVER,
            "--imap-host", "127.0.0.1", "--imap-port", str(self.ours.port), "--imap-security", "none",
            "--imap-password", PASSWORD,
            "--smtp-host", "127.0.0.1", "--smtp-port", str(self.theirs.port), "--smtp-security", "none",
        ]  # fmt: skip

    @contextmanager
    def writing(self, ledger: Path) -> Iterator[None]:
        """Residents write until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._write, args=[ledger, stop], daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(10)

    def held(self) -> list[str]:
        """Mails that are not marked as taken."""
        mail = self.ours.home / "mail"
        seen = (path.name for path in (mail / "cur").iterdir() if "S" not in path.name.rpartition(",")[2])
        return [*(path.name for path in (mail / "new").iterdir()), *seen]

    def ids(self) -> set[str]:
        """The names of all mails that the residents' server took."""
        return {str(mail["Message-ID"]).strip("<>") for mail, _ in self._answers()}

    def read(self) -> Iterator[tuple[str, str, float]]:
        """Who read what, and when, in seconds since 1970."""
        for mail, at in self._answers():
            body = mail.get_body(("plain",))
            yield str(mail["To"]), str(body.get_content()) if body else "", at

    def _answers(self) -> Iterator[tuple[EmailMessage, float]]:
        for path in (self.theirs.home / "mail/new").iterdir():
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            yield mail, path.stat().st_mtime

    def _write(self, ledger: Path, stop: threading.Event) -> None:
        turn, street = 0, time.time_ns()
        with Scribe.at(ledger) as scribe:
            while not stop.wait(PAUSE_S * random.uniform(0.5, 1.5)):
                self._drop(scribe, f"sakin{turn // EACH}.{street}@pinarova.example", turn)
                turn += 1

    def _drop(self, scribe: Scribe, sender: str, turn: int) -> None:
        number = time.time_ns() // 1_000_000
        text = f"{random.choice(MATTERS)} {number}"
        mail = EmailMessage()
        mail["Authentication-Results"] = f"{CITY_SERVER}; dmarc=pass header.from=pinarova.example"
        mail["From"], mail["To"] = f"Sakin <{sender}>", CITY
        mail["Subject"], mail["Message-ID"] = f"Şikâyet {number}", f"<{number}@pinarova.example>"
        mail["Date"] = email.utils.localtime()
        mail.set_content(text)
        raw = mail.as_bytes(policy=email.policy.SMTP)
        name = f"mail:<{number}@pinarova.example>"
        scribe.write("sent", name, turn=turn, **said("email", text, chat=sender, who=sender))
        waiting = self.ours.home / "mail/tmp" / f"{number}.M{turn}.pinarova"
        waiting.write_bytes(raw)
        waiting.chmod(0o666)
        waiting.rename(self.ours.home / "mail/new" / waiting.name)
        scribe.write("acked", name)
