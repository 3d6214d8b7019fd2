"""Pictures in JSON: 28x28 arrays in MNIST's form, or picture files in base64."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from inference.server.answering.pages import read_pages
from inference.server.json_text import as_object
from inference.server.refusal import RefusalError
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.model.answer import Answer
    from inference.numbers.page_answer import PageAnswer
    from inference.server.answering.pool import Answered, Pool

__all__ = ["MOST_PICTURES", "as_images", "check_no_arrays", "decoded", "read", "read_files", "wants_every"]

MOST_PICTURES = 10_000
"""Pictures in one request."""
WHITE = 255
SHAPES = {(SIDE, SIDE), (SIDE, SIDE, 1), (SIDE * SIDE,)}
EXPECTED = 'pictures of 28x28 whole numbers, 0 for paper to 255 for ink, or {"b64": a picture file in base64}'


async def read(pool: Pool, pictures: list[Any], *, every: bool) -> Answered[Answer] | Answered[PageAnswer]:
    """Answer for the pictures of a request: all arrays, or all picture files as {"b64": ...}.

    Args:
        pool: reads them.
        pictures: JSON values.
        every: whether to read every digit of each file.

    Raises:
        RefusalError: none, too many, neither of both or both; or every digit of arrays.
    """
    if not pictures or len(pictures) > MOST_PICTURES:
        raise RefusalError(
            400, "a request has pictures", found=str(len(pictures)), expected=f"1 to {MOST_PICTURES} of them"
        )
    pictures = [_unwrapped(each) for each in pictures]
    files = [isinstance(each, bytes) for each in pictures]
    if all(files):
        return await read_files(pool, pictures, every=every)
    if any(files):
        raise RefusalError(400, "arrays and picture files are mixed", expected="either of both in one request")
    check_no_arrays(every=every)
    return await pool.read_images(as_images(pictures))


async def read_files(pool: Pool, files: list[bytes], *, every: bool) -> Answered[Answer] | Answered[PageAnswer]:
    """Answer for picture files, each as one digit or for every digit in it."""
    return await (pool.read(lambda reader: read_pages(files, reader)) if every else pool.read_files(files))


def check_no_arrays(*, every: bool) -> None:
    """Raise RefusalError if every digit of an array is asked for."""
    if every:
        raise RefusalError(400, "an array is one digit", found="all: true", expected="picture files for it")


def wants_every(asked: dict[str, Any]) -> bool:
    """Return whether `all` is true; raise RefusalError if it is neither true nor false."""
    every = asked.get("all", False)
    if not isinstance(every, bool):
        raise RefusalError(400, "all has another value", found=str(every)[:80], expected="true or false")
    return every


def _unwrapped(picture: Any) -> Any:  # noqa: ANN401  (any JSON value)
    """Return the bytes of {"b64": ...}, and the value of a named input, as {"images": ...}."""
    for _ in range(2):
        named = as_object(picture)
        if named is None:
            break
        if len(named) != 1:
            raise RefusalError(
                400, "a picture has several inputs", found=", ".join(named)[:80] or "none", expected=EXPECTED
            )
        [(name, picture)] = named.items()
        if name == "b64":
            return decoded(picture)
    return picture


def decoded(text: Any) -> bytes:  # noqa: ANN401  (any JSON value)
    """Return the bytes of a text in base64; raise RefusalError if it is not one."""
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        found = str(error)[:80]
        raise RefusalError(400, "a picture is not in base64", found=found, expected=EXPECTED) from None


def as_images(values: Any) -> NDArray[np.uint8]:  # noqa: ANN401  (nested lists, or an array)
    """Return arrays of numbers as pictures, uint8 [n, 28, 28].

    Raises:
        RefusalError: another shape, or values that are not whole numbers from 0 to 255.
    """
    import numpy as np

    try:
        pictures = np.asarray(values)
    except (ValueError, OverflowError):
        raise RefusalError(400, "pictures differ in shape", expected=EXPECTED) from None
    if pictures.shape[1:] not in SHAPES:
        found = "x".join(map(str, pictures.shape[1:])) or type(values[0]).__name__
        raise RefusalError(400, "a picture has another shape", found=found, expected=EXPECTED)
    if pictures.dtype.kind not in "iuf":
        raise RefusalError(400, "a picture is not of numbers", found=str(pictures.dtype), expected=EXPECTED)
    if pictures.dtype != np.uint8:
        _check_values(pictures)
    return pictures.reshape(-1, SIDE, SIDE).astype(np.uint8)


def _check_values(pictures: NDArray[Any]) -> None:
    import numpy as np

    low, high = float(pictures.min()), float(pictures.max())
    if not (low >= 0 and high <= WHITE):
        raise RefusalError(400, "a picture has values out of range", found=f"{low:g} to {high:g}", expected=EXPECTED)
    if pictures.dtype.kind == "f" and (np.rint(pictures) != pictures).any():
        do = "multiply pictures of 0 to 1 by 255, and round" if high <= 1 else "round"
        raise RefusalError(400, "a picture has fractions", expected=EXPECTED, do=do)
