"""Letters of the residents of Pınarova, written as mail programs write them."""

from email.message import EmailMessage
from email.policy import SMTP

CITY = "iletisim@pinarova.example"
DERYA = "derya@posta.example"


def mail(text: str = "Gül Sokak’ta lamba yanmıyor.", *, html: str = "", **headers: str) -> bytes:
    """A plain mail from Derya; header names with _ for -, an empty value leaves the header out."""
    message = EmailMessage(policy=SMTP)
    usual = {"From": f"Derya Yıldız <{DERYA}>", "To": CITY, "Subject": "Sokak lambası"}
    usual |= {"Date": "Sun, 29 Mar 2026 05:00:00 +0300", "Message-ID": "<m1@posta.example>"}
    for name, value in (usual | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def raw(body: bytes, *, content_type: str = "text/plain", encoding: str = "8bit", **headers: str) -> bytes:
    """A mail with exactly these bytes as its body and a header that promises `content_type`."""
    lines = {
        "From": f"<{DERYA}>",
        "To": CITY,
        "Subject": "Deneme",
        "Content-Type": content_type,
        "Content-Transfer-Encoding": encoding,
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + body
