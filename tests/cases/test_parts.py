"""A whole and its parts: one message, one resident, and one photo that may stand for all."""

import uuid

import pytest

from tests.cases.stories import opened
from vefa.cases import lifecycle
from vefa.cases.ending import OutcomeError
from vefa.cases.lifecycle import Ending
from vefa.cases.models import Case, Outcome, Proof


def proof_of(case: Case, now) -> Proof:
    return Proof.objects.create(
        case=case, key=uuid.uuid4(), path="x", content_type="image/jpeg", size=1, by="staff:1", at=now
    )


def test_a_photo_of_the_whole_ends_its_parts_alike(town, whole, cut, now):
    parts = [cut(), cut(town.street_light)]
    photo = proof_of(whole, now)

    ending = Ending(outcome=Outcome.DONE, proof_ids=(photo.pk,), with_parts=True)
    lifecycle.end(case_id=whole.pk, ending=ending, by=town.murat, now=now)

    assert {Case.objects.get(pk=one.pk).outcome for one in (whole, *parts)} == {Outcome.DONE}


def test_a_photo_of_a_part_counts_for_its_whole(town, whole, cut, now):
    part = cut()
    photo = proof_of(part, now)
    for case in (part, whole):
        ending = Ending(outcome=Outcome.DONE, proof_ids=(photo.pk,))
        assert lifecycle.end(case_id=case.pk, ending=ending, by=town.murat, now=now).outcome == Outcome.DONE


def test_a_photo_of_another_matter_counts_for_none(town, whole, cut, now):
    ending = Ending(outcome=Outcome.DONE, proof_ids=(proof_of(opened(town, now=now), now).pk,))
    for case in (cut(), whole):
        with pytest.raises(OutcomeError):
            lifecycle.end(case_id=case.pk, ending=ending, by=town.murat, now=now)
