"""What Leyla hands on is read by whom she named, also where it belongs to a case that is there already."""

from datetime import timedelta

import pytest

from tests.inbox.leyla import line, seen_by, work, write
from vefa.cases import lifecycle, queries
from vefa.cases.lifecycle import Ending
from vefa.cases.models import Case, Outcome
from vefa.dialogue.queries import conversation_of
from vefa.directory.models import Staff
from vefa.inbox import private
from vefa.inbox.private import Handing

pytestmark = pytest.mark.django_db
THANKS = "Teşekkürler, elinize sağlık"
HOURS = timedelta(hours=2)


@pytest.fixture
def leylas():
    return line()


@pytest.fixture
def hands_on(town, leylas):
    """Leyla hands on what Ali writes to her: everybody named or, without a name, the desk gets it."""

    def one(text, *, at, to=None, number) -> None:
        message = write(leylas, text, now=at, number=number)
        handing = Handing(unit_id=to.unit_id, staff_id=to.pk) if to else None
        private.file(seen_by(town.leyla, message, now=at), by=town.leyla, now=at, to=handing)
        work(at + timedelta(minutes=1))

    return one


@pytest.fixture
def known(hands_on, now) -> Case:
    hands_on("Çarşı'da yolda büyük bir çukur var", at=now, number=1)
    return Case.objects.get()


def read_by(staff: Staff) -> set[str]:
    """Everything that residents said on the cases that this person sees."""
    cases = queries.visible_to(staff)
    entries = [entry for case in cases for entry in conversation_of(case, with_notes=False)]
    return {entry.contact.text for entry in entries if entry.contact}


def test_what_joins_an_open_case_is_read_with_it_once_it_was_handed_on(town, leylas, known, hands_on, now):
    words = f"{known.reference} ne oldu?"
    waiting = write(leylas, "Yalnız size: eşim hasta", now=now + HOURS, number=2)
    hands_on(words, at=now + HOURS, to=town.kemal, number=3)

    assert Case.objects.get().staff == town.kemal
    assert words in read_by(town.kemal)
    assert waiting.contact.text not in read_by(town.kemal) | read_by(town.derya)
    assert words not in read_by(town.pelin)


def test_what_joins_a_duplicate_is_read_with_the_case_that_it_follows(town, known, hands_on, now):
    master = Case.objects.get(pk=known.pk)
    master.pk, master.reference, master.secret = None, "26-00099-0", "another"
    master.conversation = master.citizen = None
    master.save()
    lifecycle.double(case_id=known.pk, master_id=master.pk, by=town.derya, now=now)
    words = f"{known.reference} ne oldu?"
    hands_on(words, at=now + HOURS, to=town.kemal, number=2)

    assert set(Case.objects.filter(staff=town.kemal)) == {master}
    assert words in read_by(town.kemal)


def test_thanks_that_were_handed_on_reach_whom_they_were_meant_for(town, known, hands_on, now):
    ending = Ending(outcome=Outcome.DONE, reason="Dolduruldu", waiver="gece")
    lifecycle.end(case_id=known.pk, ending=ending, by=town.derya, now=now)
    hands_on(THANKS, at=now + HOURS, to=town.kemal, number=2)

    assert THANKS in read_by(town.kemal)
    known.refresh_from_db()
    assert (known.outcome, known.staff) == (Outcome.DONE, None)


def test_thanks_that_were_only_filed_stay_with_the_case_that_they_are_for(town, known, hands_on, now):
    ending = Ending(outcome=Outcome.DONE, reason="Dolduruldu", waiver="gece")
    lifecycle.end(case_id=known.pk, ending=ending, by=town.derya, now=now)
    hands_on(THANKS, at=now + HOURS, number=2)
    assert Case.objects.get().outcome == Outcome.DONE
    assert THANKS in read_by(town.derya)
