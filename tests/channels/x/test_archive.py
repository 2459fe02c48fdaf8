"""The archive that X gives the owner of an account, in the shape of "Download your data"."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.providers.x_api import DERYA, OWN
from vefa.channels.port import Form, UnreadableError
from vefa.channels.x.archive import arrivals
from vefa.channels.x.reading import read

ACCOUNT = [{"account": {"accountId": OWN, "username": "PinarovaBld"}}]
TALK = [
    {"dmConversation": {"conversationId": f"{OWN}-{DERYA}", "messages": [
        {"messageCreate": {"id": "88", "senderId": DERYA, "recipientId": OWN, "text": "Lamba yanmıyor",
                           "createdAt": "2026-03-01T10:00:00.000Z", "mediaUrls": [], "urls": []}},
        {"messageCreate": {"id": "89", "senderId": OWN, "recipientId": DERYA, "text": "Bakıyoruz",
                           "createdAt": "2026-03-01T10:05:00.000Z"}},
        {"joinConversation": {"participantsSnapshot": []}},
    ]}}
]  # fmt: skip
POSTS = [
    {"tweet": {"id_str": "901", "id": "901", "full_text": "Yarın su kesintisi",
               "created_at": "Sat Nov 21 08:15:00 +0000 2026"}},
    {"tweet": {"id_str": "902", "full_text": "@derya Ekip yolda", "in_reply_to_user_id_str": DERYA,
               "in_reply_to_status_id_str": "900", "created_at": "Sat Nov 21 08:20:00 +0000 2026"}},
]  # fmt: skip


def written(folder: Path, **more: object) -> Path:
    files = {
        "account": ACCOUNT,
        "direct-messages": TALK,
        "tweets": POSTS,
        "tweets-part1": [],
        "ad-engagements": [1],
    }
    for name, rows in {**files, **more}.items():
        path = folder / "data" / f"{name}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"window.YTD.{name.replace('-', '_')}.part0 = {json.dumps(rows)}", encoding="utf-8")
    return folder


def zipped(folder: Path) -> Path:
    path = folder / "twitter.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for one in sorted((folder / "data").iterdir()):
            archive.write(one, f"data/{one.name}")
    return path


@pytest.mark.parametrize("pack", [lambda folder: folder, zipped])
def test_both_sides_come_out_under_the_names_with_which_they_would_be_pushed(tmp_path, pack):
    found = list(arrivals(pack(written(tmp_path))))

    assert [(one.external_id, one.lane) for one in found] == [
        ("88", DERYA), ("89", DERYA), ("901", OWN), ("902", DERYA),
    ]  # fmt: skip
    readings = [read(one.raw) for one in found]
    assert [one.form for one in readings] == [Form.MESSAGE, Form.ECHO, Form.EVENT, Form.ECHO]
    assert [one.text for one in readings] == ["Lamba yanmıyor", "Bakıyoruz", "", "Ekip yolda"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: (path / "data" / "account.js").unlink(),
        lambda path: (path / "data" / "tweets.js").write_text(
            "window.YTD.tweets.part0 = {", encoding="utf-8"
        ),
        lambda path: (path / "data" / "account.js").write_bytes(b"\xff\xfe"),
    ],
)
def test_an_archive_that_is_none_says_so(tmp_path, spoil):
    spoil(written(tmp_path))
    with pytest.raises(UnreadableError):
        list(arrivals(tmp_path))


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    for path in (tmp_path / "nothing.zip", tmp_path / "text.zip"):
        if path.name == "text.zip":
            path.write_text("no archive", encoding="utf-8")
        with pytest.raises(UnreadableError):
            list(arrivals(path))


def test_strange_rows_are_passed_over(tmp_path):
    strange = [
        1,
        None,
        {},
        {"tweet": None},
        {"tweet": {"full_text": "no id"}},
        {"dmConversation": {"messages": 7}},
    ]
    written(tmp_path, tweets=strange, **{"direct-messages": strange})
    assert list(arrivals(tmp_path)) == []
