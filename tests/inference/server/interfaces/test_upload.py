"""The picture in a request."""

from __future__ import annotations

import pytest

from inference.server.interfaces.upload import Upload, upload_of
from inference.server.refusal import RefusalError

FORM = "multipart/form-data; boundary=xyz"


def _part(disposition: str, content: bytes) -> bytes:
    return b"--xyz\r\nContent-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n" + content + b"\r\n"


def test_a_plain_body_is_the_picture() -> None:
    """Whatever its type says, for curl calls any body a form."""
    assert upload_of(b"abc", "application/x-www-form-urlencoded") == Upload("-", b"abc")


@pytest.mark.parametrize("content", [b"", b"abc", b"a\r\n\r\nb\r\n", b"--xy\r\n", bytes(range(256))])
def test_the_file_of_a_form_is_the_picture(content: bytes) -> None:
    """Its content is kept byte for byte; fields that are no files are kept apart."""
    body = _part('name="note"', b"hello") + _part('name="p"; filename="a b.png"', content) + b"--xyz--\r\n"
    assert upload_of(body, FORM) == Upload("a b.png", content, {"note": "hello"})


def test_a_quoted_boundary_is_read() -> None:
    """RFC 2046 allows quotes around it."""
    body = _part('name="p"; filename="a.png"', b"abc") + b"--xyz--\r\n"
    assert upload_of(body, 'Multipart/Form-Data; boundary="xyz"') == Upload("a.png", b"abc")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        _part('name="note"', b"hello") + b"--xyz--",
        2 * _part('name="p"; filename="a.png"', b"abc") + b"--xyz--",
        100_000 * b"--xyz\r\n",
        b"--xyz\r\n" + b"a" * 100_000,
    ],
)
def test_a_form_without_one_file_is_refused(body: bytes) -> None:
    """No file, two files, or a form that is none."""
    with pytest.raises(RefusalError) as caught:
        upload_of(body, FORM)
    assert caught.value.status == 400


@pytest.mark.parametrize(("kind", "status"), [("application/json", 415), ("multipart/form-data", 400)])
def test_another_type_is_refused(kind: str, status: int) -> None:
    """JSON belongs elsewhere, and a form needs a boundary."""
    with pytest.raises(RefusalError) as caught:
        upload_of(b"{}", kind)
    assert caught.value.status == status
