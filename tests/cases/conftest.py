"""A whole of several matters, and the parts that are cut off it."""

import pytest

from tests.cases.stories import opened
from vefa.cases import lifecycle
from vefa.cases.lifecycle import Piece
from vefa.cases.models import Case

HOLE = "Çukur"


@pytest.fixture
def whole(town, now) -> Case:
    return opened(town, "Çukur var, lamba da yanmıyor, hastayım", now=now)


@pytest.fixture
def cut(town, whole, now):
    """Cuts a part off the whole."""

    def one(service=None) -> Case:
        piece = Piece(title=HOLE, text=HOLE, service_id=(service or town.pothole).pk)
        return lifecycle.part(case_id=whole.pk, piece=piece, by=town.derya, now=now)

    return one
