"""May a machine answer this? Two machines that answer each other fill a night with mail (RFC 3834)."""

from vefa.channels.port import Form, Reading

_SAID_BY_PEOPLE = {Form.MESSAGE, Form.EDIT, Form.COMMAND, Form.START}


def may_auto_reply(reading: Reading) -> tuple[bool, str]:
    """Whether an acknowledgement may go out, and why not; a person may always answer.

    No: what a machine wrote, lists and bulk, reports, a null return path, nobody to write to. How often one
    address gets an acknowledgement is the dialogue's to count.
    """
    if reading.auto:
        return False, reading.auto
    if reading.form not in _SAID_BY_PEOPLE:
        return False, f"it is {reading.form}"
    if reading.sender is None:
        return False, "no sender is named"
    return True, ""
