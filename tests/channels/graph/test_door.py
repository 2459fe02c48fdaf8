"""Only who knows the app secret may hand something in, and only who knows the verify token is greeted."""

from urllib.parse import urlencode

import pytest

from vefa.channels.graph.door import PROOF_HEADER, greet, signature, verify
from vefa.channels.port import Call, ForgedError

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "pinarova-hub"
BODY = '{"object":"page","entry":[{"id":"1","text":"Çöp alınmadı"}]}'.encode()
GOOD = signature(BODY, SECRET).decode()


def knock(proof: str | None, body: bytes = BODY) -> Call:
    return Call(headers={} if proof is None else {PROOF_HEADER: proof}, body=body)


def challenge(**asked: str) -> Call:
    good = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"}
    changed = good | {f"hub.{name}": value for name, value in asked.items()}
    return Call(headers={}, query=urlencode(changed), method="GET")


def test_a_signed_body_passes_also_while_the_secret_is_being_replaced() -> None:
    verify(knock(GOOD), [SECRET])
    verify(knock(GOOD), ["the-new-one", SECRET])


def test_the_signature_is_the_one_that_the_provider_documents() -> None:
    # HMAC-SHA256 of RFC 4231, test case 2
    said = signature(b"what do ya want for nothing?", "Jefe").decode()
    assert said == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


@pytest.mark.parametrize(
    "proof",
    [
        None,
        "",
        "sha256=",
        GOOD.upper(),
        GOOD.replace("sha256", "SHA256"),
        GOOD + " ",
        " " + GOOD,
        GOOD.removeprefix("sha256="),
        GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"),
        "sha1=" + GOOD.removeprefix("sha256="),
        signature(BODY, "another").decode(),
        signature(BODY, "").decode(),
        "sha256=ü\udcff",
    ],
)
def test_every_other_proof_is_refused(proof: str | None) -> None:
    with pytest.raises(ForgedError):
        verify(knock(proof), [SECRET])


def test_one_changed_byte_is_refused() -> None:
    with pytest.raises(ForgedError):
        verify(knock(GOOD, BODY.replace(b'"1"', b'"2"')), [SECRET])


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nothing_is_taken_not_even_what_is_signed_with_none(secrets: list[str]) -> None:
    with pytest.raises(ForgedError):
        verify(knock(signature(BODY, "").decode()), secrets)


def test_who_knows_the_verify_token_hears_the_challenge() -> None:
    answer = greet(challenge(), TOKEN)
    assert (answer.body, answer.content_type) == (b"1158201444", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "asked",
    [
        {"verify_token": ""},
        {"verify_token": TOKEN.upper()},
        {"verify_token": TOKEN + "x"},
        {"mode": "unsubscribe"},
        {"challenge": ""},
        {"challenge": "<script>"},
        {"challenge": "1" * 201},
    ],
)
def test_every_other_handshake_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(ForgedError):
        greet(challenge(**asked), TOKEN)


def test_a_token_said_twice_and_a_token_never_set_are_refused() -> None:
    twice = Call(headers={}, query=f"{challenge().query}&hub.verify_token={TOKEN}", method="GET")
    for call, token in ((twice, TOKEN), (challenge(verify_token=""), "")):
        with pytest.raises(ForgedError):
            greet(call, token)


def test_a_query_of_a_thousand_words_is_refused() -> None:
    with pytest.raises(ForgedError):
        greet(Call(headers={}, query="&".join(f"a{n}=1" for n in range(1000)), method="GET"), TOKEN)
