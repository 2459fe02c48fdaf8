"""The code under which providers sign, by the vectors of RFC 4231, section 4."""

import pytest

from vefa.channels.proving import mac

VECTORS = [
    ("\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (
        "Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
]


@pytest.mark.parametrize(("secret", "body", "told"), VECTORS)
def test_the_code_is_that_of_the_standard(secret: str, body: bytes, told: str) -> None:
    assert mac(secret, body).hex() == told


def test_a_long_body_has_its_code_too() -> None:
    assert mac("Jefe", b"x" * 5_000) != mac("Jefe", b"x" * 5_001)
