"""What a centre hands over in pieces, in odd codings and more than once: without a server."""

from itertools import count

import pytest
from smpplib import smpp
from smpplib.client import Client

from vefa.channels.sms.numbers import lane
from vefa.channels.sms.smpp_bind import Handed
from vefa.channels.sms.smpp_pdus import piece_of
from vefa.channels.sms.smpp_shelf import Shelf, shelf_of, unpacked

_CLIENT = Client("127.0.0.1", 2775, allow_unknown_opt_params=True)
_SEQUENCES = count(1)


def handed(number: int, *, text: str = "Çukur", coding: int = 8) -> Handed:
    """One part of two."""
    header = bytes([5, 0, 3, 7, 2, number])
    pdu = smpp.make_pdu(
        "deliver_sm", client=_CLIENT, source_addr="905321112233", destination_addr="5454", esm_class=0x40,
        data_coding=coding, short_message=header + text.encode("utf-16-be"),
    )  # fmt: skip
    return Handed(next(_SEQUENCES), "deliver_sm", pdu.generate())


@pytest.mark.parametrize("coding", [0x08, 0x18, 0x19])
def test_wide_letters_are_read_whatever_class_the_message_has(coding):
    assert piece_of(handed(1, text="Шұңқыр", coding=coding).raw).text(default="gsm") == "Шұңқыр"


@pytest.mark.parametrize("connection", ["one", "another"])
def test_a_part_that_comes_once_more_after_its_message_was_whole_is_no_message(connection):
    shelf = Shelf()
    first, second = handed(1), handed(2)
    assert shelf.put(first, connection="one", lane=lane) is None
    whole = shelf.put(second, connection="one", lane=lane)
    assert whole is not None
    assert len(unpacked(whole.raw)) == 2

    later = shelf_of(shelf.text())
    again = Handed(next(_SEQUENCES), second.command, second.raw)
    assert later.put(again, connection=connection, lane=lane) is None
    assert later.parts == []
