"""Picture files are opened, pasted and dropped on the page."""

from __future__ import annotations

import pytest

from tests.e2e.serving.page.sheet import Sheet, png_file
from tests.inference.pictures import as_file, seven

pytestmark = pytest.mark.browser


def test_a_picture_is_opened(sheet: Sheet) -> None:
    """A picture file is shown and answered; drawing replaces it."""
    sheet.page.set_input_files("#file", png_file("seven.png", as_file(seven(), "PNG")))
    assert sheet.answered() == "7"
    assert "seven.png" in str(sheet.page.locator("#paper").get_attribute("aria-label"))
    sheet.draw([(0.5, 0.2), (0.5, 0.8)])
    sheet.page.wait_for_function("() => document.querySelector('#digit').textContent === '1'")


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped(sheet: Sheet, kind: str) -> None:
    """Both ways a picture is answered."""
    script = """([kind, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "seven.png", {type: "image/png"}));
      const event = kind === "drop" ? new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true})
        : new ClipboardEvent(kind, {clipboardData: data, bubbles: true});
      document.querySelector("#sheet").dispatchEvent(event);
    }"""
    sheet.page.evaluate(script, [kind, list(as_file(seven(), "PNG"))])
    assert sheet.answered() == "7"


def test_a_file_that_is_no_picture_is_explained(sheet: Sheet) -> None:
    """It is unreadable, with the reason that the server gives."""
    sheet.page.set_input_files("#file", png_file("notes.png", b"two pints of milk, and bread\n" * 9))
    sheet.answered()
    assert sheet.decision() == "unreadable"
    assert "text file" in sheet.text("why")
