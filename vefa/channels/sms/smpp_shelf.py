"""What a collector of SMPP must not forget between two rounds: parts that wait, and ids just given.

It is the endpoint's cursor: stored before the centre is told that it may forget.
"""

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from vefa.channels.port import Arrival, UnreadableError
from vefa.channels.sms.smpp_bind import Handed
from vefa.channels.sms.smpp_pdus import Piece, piece_of

REMEMBERED = 200


class Part(msgspec.Struct, frozen=True):
    """One part of a message whose others have not come."""

    id: str
    group: str
    number: int
    count: int
    raw: str  # hexadecimal


class Shelf(msgspec.Struct):
    """The cursor. `given`: digest of a packet -> the id under which it was handed in, newest last."""

    parts: list[Part] = []
    given: dict[str, str] = {}

    def put(self, handed: Handed, *, connection: str, lane: Callable[[str], str]) -> Arrival | None:
        """Take one packet; the arrival that it completes, None for a part that waits or came twice."""
        try:
            piece = piece_of(handed.raw)
        except UnreadableError:
            return Arrival(self._id(handed, connection), "", packed([handed.raw.hex()]))
        if piece.report:
            name = f"report:{':'.join(piece.report)}"[:200]
            return Arrival(name, piece.report[0], packed([handed.raw.hex()]))
        if piece.count == 1:
            return Arrival(self._id(handed, connection), lane(piece.sender), packed([handed.raw.hex()]))
        return self._put_part(handed, piece, connection, lane)

    def _put_part(
        self, handed: Handed, piece: Piece, connection: str, lane: Callable[[str], str]
    ) -> Arrival | None:
        mine = [part for part in self.parts if part.group == piece.group]
        if not any(part.number == piece.number for part in mine):
            if _digest(handed) in self.given:
                return None  # of a message that is whole already: the centre did not hear that we have it
            number = self._id(handed, connection)
            part = Part(number, piece.group, piece.number, piece.count, handed.raw.hex())
            self.parts, mine = [*self.parts, part], [*mine, part]
        return self.release(piece.group, lane) if len(mine) == piece.count else None

    def release(self, group: str, lane: Callable[[str], str]) -> Arrival:
        """What there is of a message, in its order; the parts leave the shelf."""
        mine = [part for part in self.parts if part.group == group]
        self.parts = [part for part in self.parts if part.group != group]
        ordered = sorted(mine, key=lambda part: part.number)
        return Arrival(
            f"{mine[0].id}+{len(mine)}"[:200],
            lane(piece_of(bytes.fromhex(mine[0].raw)).sender),
            packed([part.raw for part in ordered]),
        )

    def _id(self, handed: Handed, connection: str) -> str:
        """New for each packet; the same where the centre, over a new connection, delivers one again.

        Each is matched once: who writes the same word again has said it again.
        """
        digest, fresh = _digest(handed), f"{connection}-{handed.sequence}"
        known = self.given.pop(digest, fresh)
        self.given = dict(list({**self.given, digest: fresh}.items())[-REMEMBERED:])
        return fresh if known.startswith(connection) else known

    def text(self) -> str:
        """The cursor as it is stored."""
        return msgspec.json.encode(self).decode() if self.parts or self.given else ""


def _digest(handed: Handed) -> str:
    return hashlib.sha256(handed.raw[16:]).hexdigest()[:24]


def shelf_of(cursor: str) -> Shelf:
    """The shelf as it was stored; an empty one where nothing can be read."""
    try:
        return msgspec.json.decode(cursor, type=Shelf) if cursor else Shelf()
    except msgspec.MsgspecError:
        return Shelf()


def packed(raws: Sequence[str]) -> bytes:
    """Packets as they are kept."""
    return msgspec.json.encode({"smpp": list(raws)})


def unpacked(raw: bytes) -> list[Piece]:
    """The pieces that were kept. Raises UnreadableError."""
    try:
        found = msgspec.json.decode(raw, type=dict[str, list[str]])["smpp"]
        return [piece_of(bytes.fromhex(one)) for one in found]
    except (msgspec.MsgspecError, KeyError, ValueError, RecursionError) as error:
        raise UnreadableError(f"no packets of SMPP: {type(error).__name__}") from None
