"""The error for a request that is not answered."""

from __future__ import annotations

from schemas.errors import DigitsError

__all__ = ["RefusalError"]


class RefusalError(DigitsError):
    """A request is not answered: what is wrong, what was found, what was expected, what to do.

    Args:
        status: HTTP status, 400 to 599.
        headline: what is wrong, in one line.
        found: what the request had.
        expected: what it should have had.
        do: what to do next.
        headers: HTTP headers of the response.
    """

    def __init__(  # noqa: PLR0913  (each is a part of the message)
        self,
        status: int,
        headline: str,
        *,
        found: str = "",
        expected: str = "",
        do: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(headline, found=found, expected=expected, do=do)
        self.status = status
        self.headers = headers or {}

    @property
    def text(self) -> str:
        """The message in one line: `no such model; found: "x"; expected: "digits"`."""
        parts = (("found", self.found), ("expected", self.expected), ("do", self.do))
        return "; ".join([self.headline, *(f"{name}: {text}" for name, text in parts if text)])
