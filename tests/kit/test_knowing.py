"""An instance that knows a few columns is one like any other."""

import pytest

from vefa.directory.models import Staff
from vefa.kit.knowing import knowing

pytestmark = pytest.mark.django_db


def test_what_is_known_needs_no_statement_and_the_rest_is_read(town, django_assert_num_queries):
    with django_assert_num_queries(0):
        derya = knowing(Staff, {"id": town.derya.pk, "name": "Derya"}, {"unit": town.works})
        assert (derya.name, derya.unit, derya == town.derya) == ("Derya", town.works, True)
    with django_assert_num_queries(1):
        assert derya.username == town.derya.username
