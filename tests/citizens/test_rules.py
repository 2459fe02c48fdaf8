"""What makes two rows look like one person."""

from hypothesis import given
from hypothesis import strategies as st

from vefa.citizens.rules import Traits, likeness

texts = st.sampled_from(["ali veli", "ali", "ayse kara", ""])
values = st.sampled_from(["+905321112233", "ali@posta.example", "12345"])
people = st.builds(
    Traits,
    name=texts,
    addresses=st.frozensets(st.tuples(st.sampled_from(["phone", "email", "telegram"]), values)),
    handles=st.frozensets(st.sampled_from(["aliv", "ayse"])),
    places=st.frozensets(st.sampled_from(["area 1", "area 2"])),
)


def test_one_number_on_two_channels_is_one_person():
    one = Traits(addresses={("phone", "+905321112233")})
    other = Traits(addresses={("whatsapp", "+905321112233")})
    assert likeness(one, other) == ["address:+905321112233"]


def test_one_name_in_one_place_may_be_one_person():
    one = Traits(name="ali veli", places={"area 1"})
    assert likeness(one, Traits(name="ali veli", places={"area 1", "area 2"})) == ["place:area 1"]
    assert likeness(one, Traits(name="ali veli", handles={"aliv"})) == []


def test_a_first_name_alone_says_nothing():
    assert likeness(Traits(name="ali", places={"area 1"}), Traits(name="ali", places={"area 1"})) == []


@given(people, people)
def test_likeness_does_not_depend_on_who_is_looked_at_first(one, other):
    assert sorted(likeness(one, other)) == sorted(likeness(other, one))
