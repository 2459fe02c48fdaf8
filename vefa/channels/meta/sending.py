"""Hand one parcel to the provider: in private, under a comment, or in private because of a comment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vefa.channels.cleaning import clean_file_name
from vefa.channels.graph.api import Graph
from vefa.channels.graph.codes import LimitError
from vefa.channels.graph.cutting import cut
from vefa.channels.meta.rules import HUMAN, PRIVATE, PUBLIC, Measures, is_public, tag_of
from vefa.channels.meta.talks import OWN
from vefa.channels.port import (
    BusyError,
    Parcel,
    ParcelFile,
    RejectedError,
    SendError,
    Sent,
    UnsureError,
    because,
)

_KINDS = {"image": "image", "video": "video", "audio": "audio"}


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What sending needs to know of an account.

    account   its number at the provider
    tells     whether the provider gives back the key of what we sent (Messenger's metadata)
    files     whether it takes files from us
    """

    graph: Graph
    account: str
    measures: Measures
    human_agent: bool = False
    tells: bool = True
    files: bool = True
    instagram: bool = False

    def send(self, parcel: Parcel) -> Sent:
        """Raises BusyError, RejectedError or UnsureError."""
        if is_public(parcel.thread) and parcel.way != PRIVATE:
            return self._in_public(parcel)
        if is_public(parcel.thread):
            return self._because_of_comment(parcel)
        return self._in_private(parcel)

    def count(self, parcel: Parcel) -> int:
        """How many messages its words are; in public, and because of a comment, it is one."""
        return 1 if is_public(parcel.thread) else len(self._texts(parcel))

    def _texts(self, parcel: Parcel) -> list[str]:
        return cut(parcel.text, limit=self.measures.private, counted=self.measures.counted)

    def _in_public(self, parcel: Parcel) -> Sent:
        """Under the comment at the top of the thread; everybody reads it."""
        if parcel.way not in {"", PUBLIC}:
            raise RejectedError("this was said in public: answer in public, or once in private")
        if parcel.attachments:
            raise RejectedError("no file goes under a comment: answer in private to send it")
        if len(parcel.text) > self.measures.public:
            raise RejectedError(because("longer than a comment may be", self.measures.public))
        path, body = self._under(parcel)
        return Sent(provider_id=_id(self.graph.tell(path, body), "id"))

    def _under(self, parcel: Parcel) -> tuple[str, dict[str, str]]:
        kind, _, rest = parcel.thread.partition("/")
        body = {"message": _words(parcel)}
        if kind == "mention":
            media, _, comment = rest.partition("/")
            where = {"media_id": media, "comment_id": comment} if comment else {"media_id": media}
            return f"{self.account}/mentions", {**where, **body}
        return f"{_path(rest)}/{'replies' if self.instagram else 'comments'}", body

    def _because_of_comment(self, parcel: Parcel) -> Sent:
        """The one private answer that a comment allows."""
        kind, _, root = parcel.thread.partition("/")
        if kind == "mention":
            raise RejectedError("a mention elsewhere can only be answered in public")
        if parcel.attachments:
            raise RejectedError("the one private answer to a comment carries no file")
        _words(parcel)
        parts = self._texts(parcel)
        if len(parts) > 1:
            raise RejectedError("the one private answer to a comment must fit into one message: shorten it")
        to = {"post_id" if kind == "post" else "comment_id": parcel.in_reply_to or root}
        try:
            return Sent(provider_id=self._message(parcel, to, {"text": parts[0]}, tag=""))
        except LimitError as error:  # counted by the hour, apart from everything else that the account sends
            raise BusyError(error.reason, retry_after_s=error.retry_after_s, address_only=True) from None

    def _in_private(self, parcel: Parcel) -> Sent:
        """The text, cut where it is too long, then the files; parts in `parcel.done` are skipped."""
        tag = self._tag(parcel)
        steps: list[str | ParcelFile] = [*self._texts(parcel), *parcel.attachments]
        if not steps:
            raise RejectedError("there is nothing to send")
        if parcel.attachments and not self.files:
            raise RejectedError("Instagram takes no file from us: put it where a link can lead to it")
        done = list(parcel.done[: len(steps)])
        for number in range(len(done), len(steps)):
            last = number == len(steps) - 1
            try:
                done.append(self._step(parcel, steps[number], tag=tag, last=last))
            except SendError as error:
                error.done = tuple(done)
                raise
        return Sent(provider_id=done[0], parts=tuple(done))

    def _tag(self, parcel: Parcel) -> str:
        if parcel.way not in {"", HUMAN, PRIVATE}:
            raise RejectedError("a private conversation has no public answer")
        human = self.human_agent and not parcel.auto
        way = "" if parcel.way == PRIVATE else parcel.way
        tag = tag_of(way=way, at=parcel.at, heard_at=parcel.heard_at, human=human)
        if tag is None:
            raise RejectedError(
                "the time in which this person may be answered is over; they must write first"
            )
        return tag

    def _step(self, parcel: Parcel, step: str | ParcelFile, *, tag: str, last: bool) -> str:
        to = {"id": parcel.to}
        if isinstance(step, ParcelFile):
            return self._file(to, step, tag=tag)
        said: dict[str, Any] = {"text": step}
        if last and parcel.buttons:
            said["quick_replies"] = [
                {"content_type": "text", "title": title, "payload": title} for title in parcel.buttons
            ]
        return self._message(parcel, to, said, tag=tag)

    def _message(self, parcel: Parcel, to: Mapping[str, str], said: dict[str, Any], *, tag: str) -> str:
        if self.tells and parcel.idempotency_key:
            said["metadata"] = f"{OWN}{parcel.idempotency_key}"
        body = {"recipient": dict(to), **_type(tag), "message": said}
        return _id(self.graph.tell("me/messages", body), "message_id")

    def _file(self, to: Mapping[str, str], file: ParcelFile, *, tag: str) -> str:
        kind = _KINDS.get(file.content_type.partition("/")[0], "file")
        body = {
            "recipient": dict(to),
            **_type(tag),
            "message": {"attachment": {"type": kind, "payload": {"is_reusable": False}}},
        }
        upload = (clean_file_name(file.name) or "file", file.content, file.content_type)
        return _id(self.graph.tell("me/messages", body, uploads={"filedata": upload}), "message_id")


def _type(tag: str) -> dict[str, str]:
    return {"messaging_type": "MESSAGE_TAG", "tag": tag} if tag else {"messaging_type": "RESPONSE"}


def _words(parcel: Parcel) -> str:
    words = parcel.text.strip()
    if not words:
        raise RejectedError("there is nothing to send")
    return words


def _path(thing: str) -> str:
    """An id as a part of an address. Raises RejectedError for anything else."""
    if not thing or not thing.replace("_", "").isalnum() or not thing.isascii():
        raise RejectedError("the comment has no number that can be answered")
    return thing


def _id(answer: Any, name: str) -> str:
    found = answer.get(name)
    if not isinstance(found, str | int) or not found:
        raise UnsureError("the answer names no message")
    return str(found)
