"""The page of `digits serve` in a real browser: drawn on with real pointer events."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from importlib.resources import files
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest

from components.sources.sample import read_sample
from pipeline.corrections import newest_corrections
from pipeline.store import Store
from schemas.artifacts.corrections import Corrections
from tests.browser import open_browser
from tests.inference.pictures import SEVEN, as_file, seven
from tests.margin import at_least
from tests.project import Project
from tests.serving import Server, serving
from tests.traced import trace_strokes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

pytestmark = pytest.mark.browser

Mode = Literal["light", "dark"]
Points = Sequence[tuple[float, float]]
WIDTHS = {390: 844, 768: 1024, 1440: 900}
READ = 0.97
"""Share of the drawn digits that a model reads right, at least; measured: 99 of these 100."""
looks = pytest.mark.parametrize(("width", "mode"), [(w, m) for w in WIDTHS for m in ("light", "dark")])
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = "(tags) => axe.run({runOnly: tags}).then(({violations}) => violations.map((each) => `${each.id}: ${each.help}`))"
SETTLED = (
    "() => !document.querySelector('#answer').dataset.busy && document.querySelector('#announced').textContent !== ''"
)


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Yield one browser for all tests."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(sealed: Project) -> Generator[Server]:
    """Yield a server of the sealed bundle."""
    with serving(sealed) as server:
        yield server


class Sheet:
    """The page, open in a browser.

    Attributes:
        page: playwright's page.
        requests: the addresses it requested, data URIs left out.
        messages: its console output and errors.
    """

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.page.on("request", lambda each: self.requests.append(each.url))
        self.page.on("console", lambda each: self.messages.append(each.text))
        self.page.on("pageerror", lambda each: self.messages.append(str(each)))
        self.page.goto(server.address)
        self.page.wait_for_function("() => document.querySelector('#model').textContent.startsWith('Model v')")

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the place on the screen of a point of the sheet, given as shares of its width and height."""
        box = self.page.locator("#paper").bounding_box()
        assert box
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def draw(self, *strokes: Points) -> None:
        """Draw strokes with the mouse."""
        self.page.locator("#paper").scroll_into_view_if_needed()
        mouse = self.page.mouse
        for stroke in strokes:
            mouse.move(*self.place(*stroke[0]))
            mouse.down()
            for point in stroke[1:]:
                mouse.move(*self.place(*point))
            mouse.up()

    def text(self, name: str) -> str:
        """Return the text of an element, by its id."""
        return self.page.locator(f"#{name}").inner_text()

    def answered(self) -> str:
        """Wait until the drawing is answered; return the digit that is shown."""
        self.page.wait_for_function(SETTLED)
        return self.text("digit")

    def decision(self) -> str:
        """Return the decision that is shown, or `none`."""
        return str(self.page.locator("#answer").get_attribute("data-decision"))


@pytest.fixture
def sheet(browser: Browser, server: Server) -> Generator[Sheet]:
    """Yield the page on a desktop."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Sheet(context, server)
    context.close()


def _within(points: Points, left: float, top: float, side: float) -> Points:
    return [(left + x * side, top + y * side) for x, y in points]


BIG = _within(SEVEN, 0.2, 0.2, 0.6)
TWO = _within(SEVEN, 0.05, 0.3, 0.35), _within(SEVEN, 0.6, 0.3, 0.35)
STAR = [(0.5 + 0.38 * sin(0.8 * pi * i), 0.5 - 0.38 * cos(0.8 * pi * i)) for i in range(6)]
NOISE = as_file(np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8), "PNG")
BOXED = """() => {
  const paper = document.querySelector("#paper");
  const data = paper.getContext("2d").getImageData(0, 0, paper.width, paper.height).data;
  let blue = 0;
  for (let i = 0; i < data.length; i += 4) blue += data[i + 3] > 200 && data[i + 2] > data[i] + 60;
  return blue;
}"""
"""Returns the number of blue pixels on the sheet: those of the boxes in light mode."""


def test_drawn_digits_are_read(sheet: Sheet) -> None:
    """Strokes traced from 100 test pictures and drawn on the page are read as the pictures' digits."""
    test = read_sample(0)["test"]
    right = 0
    for image, label in zip(test.images[::10], test.labels[::10], strict=True):
        sheet.page.click("#clear", force=True)
        sheet.draw(*(stroke for stroke in trace_strokes(image)))
        right += sheet.answered() == test.classes[int(label)]
    print(f"{right} of 100 read right")
    assert right >= at_least(READ, 100)


def test_a_blank_sheet_is_not_answered(sheet: Sheet) -> None:
    """Nothing is sent and no digit is shown, neither at first nor after the sheet was cleared."""
    assert sheet.decision() == "none"
    assert not any("predict" in each for each in sheet.requests)
    sheet.draw(BIG)
    assert sheet.answered() == "7"
    sheet.page.click("#clear")
    assert (sheet.decision(), sheet.text("digit")) == ("none", "\u2013")


@pytest.mark.parametrize(("left", "top", "side"), [(0.02, 0.02, 0.25), (0.7, 0.72, 0.2), (0.4, 0.0, 0.5)])
def test_a_small_or_high_digit_is_read(sheet: Sheet, left: float, top: float, side: float) -> None:
    """Size and place do not matter."""
    sheet.draw(_within(SEVEN, left, top, side))
    assert sheet.answered() == "7"


def test_the_answer_follows_while_drawing(sheet: Sheet) -> None:
    """A digit is shown before the pointer is lifted."""
    mouse = sheet.page.mouse
    mouse.move(*sheet.place(*BIG[0]))
    mouse.down()
    for point in BIG[1:]:
        mouse.move(*sheet.place(*point), steps=5)
    sheet.page.wait_for_function("() => document.querySelector('#digit').textContent === '7'")
    mouse.up()


def test_one_request_is_under_way(sheet: Sheet) -> None:
    """However fast strokes come, the next request waits for the answer to the last; the newest drawing wins."""
    under_way, most = 0, 0

    def begin(request: Any) -> None:  # noqa: ANN401
        nonlocal under_way, most
        under_way += "predict" in request.url
        most = max(most, under_way)

    def end(request: Any) -> None:  # noqa: ANN401
        nonlocal under_way
        under_way -= "predict" in request.url

    sheet.page.on("request", begin)
    sheet.page.on("requestfinished", end)
    sheet.draw([(0.5, 0.2), (0.5, 0.8)])
    sheet.page.click("#clear")
    sheet.draw(BIG)
    assert sheet.answered() == "7"
    assert most == 1


def test_several_digits_are_a_number(sheet: Sheet) -> None:
    """Two digits side by side are read as a number: each with its confidence, a box around it, and its 28x28."""
    sheet.draw(*TWO)
    assert sheet.answered() == "77"
    assert sheet.decision() == "answered"
    assert [each.split()[0] for each in sheet.page.locator("#lines li").all_inner_texts()] == ["7", "7"]
    assert sheet.page.locator("#each img").count() == 2
    assert not sheet.page.locator("#bars").is_visible()
    sheet.page.wait_for_function(f"() => ({BOXED})() > 100")


def test_one_digit_follows_a_number(sheet: Sheet) -> None:
    """After undo, the digit that is left is shown with its bars, and no box."""
    sheet.draw(*TWO)
    sheet.answered()
    sheet.page.click("#undo")
    sheet.page.wait_for_function("() => document.querySelector('#digit').textContent === '7'")
    sheet.page.wait_for_function(f"() => ({BOXED})() === 0")
    assert sheet.page.locator("#bars").is_visible()
    assert not sheet.page.locator("#lines").is_visible()


def test_a_star_is_unsure_with_the_reason(sheet: Sheet) -> None:
    """An answer that is withheld says why."""
    sheet.draw(STAR)
    sheet.answered()
    assert sheet.decision() == "unsure"
    assert "Perhaps" in sheet.text("why")


def test_the_answer_is_announced(sheet: Sheet) -> None:
    """A screen reader hears digit and confidence once the pointer is lifted."""
    sheet.draw(BIG)
    sheet.answered()
    assert sheet.page.locator("#announced").get_attribute("role") == "status"
    assert str(sheet.page.locator("#announced").text_content()).startswith("7, ")


def test_every_digit_has_a_bar(sheet: Sheet) -> None:
    """Ten bars, the longest for the answer."""
    sheet.draw(BIG)
    sheet.answered()
    bars = sheet.page.locator("#bars .bar").evaluate_all("(all) => all.map((each) => parseFloat(each.style.width))")
    assert len(bars) == 10
    assert int(np.argmax(bars)) == 7


def test_undo_takes_the_last_stroke(sheet: Sheet) -> None:
    """The button, and Ctrl+Z, take one stroke each; after the last one the sheet is blank."""
    sheet.draw(BIG, [(0.35, 0.5), (0.65, 0.5)])
    sheet.answered()
    sheet.page.click("#undo")
    assert "1 stroke" in str(sheet.page.locator("#paper").get_attribute("aria-label"))
    sheet.page.keyboard.press("Control+z")
    assert sheet.decision() == "none"
    assert sheet.page.locator("#undo").is_disabled()


def test_the_keyboard_reaches_everything(sheet: Sheet) -> None:
    """Tab goes through links, sheet and tools in the order they are read, and Escape clears the sheet."""
    sheet.draw(BIG)
    sheet.answered()
    sheet.page.mouse.click(5, 5)
    reached: list[str] = []
    for _ in range(9):
        sheet.page.keyboard.press("Tab")
        reached.append(str(sheet.page.evaluate("document.activeElement.id || document.activeElement.textContent")))
    assert reached == ["Model card", "paper", "undo", "clear", "width", "file", "wrong", "steps", "model"]
    sheet.page.focus("#paper")
    sheet.page.keyboard.press("Escape")
    assert sheet.decision() == "none"


def test_each_step_is_shown_on_request(sheet: Sheet) -> None:
    """The button shows the pictures of the front end, from the drawing to the 28x28; a second press hides them."""
    sheet.draw(BIG)
    sheet.answered()
    sheet.page.click("#steps")
    sheet.page.wait_for_selector("#trace li")
    names = sheet.page.locator("#trace span").all_inner_texts()
    assert (names[0], names[-1]) == ("original", "28x28")
    sheet.page.click("#steps")
    assert not sheet.page.locator("#trace").is_visible()


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": content}


def test_a_picture_is_opened(sheet: Sheet) -> None:
    """A picture file is shown and answered; drawing replaces it."""
    sheet.page.set_input_files("#file", _file("seven.png", as_file(seven(), "PNG")))
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
    sheet.page.set_input_files("#file", _file("notes.png", b"two pints of milk, and bread\n" * 9))
    sheet.answered()
    assert sheet.decision() == "unreadable"
    assert "text file" in sheet.text("why")


def test_a_pen_draws_by_pressure(sheet: Sheet) -> None:
    """A pen that is pressed harder draws a broader line."""
    weights: list[float] = []
    for force in (0.1, 0.9):
        sheet.page.click("#clear", force=True)
        _draw_with_pen(sheet, force)
        sheet.page.evaluate("new Promise(requestAnimationFrame)")
        weights.append(
            sheet.page.locator("#paper").evaluate(
                "(each) => each.getContext('2d').getImageData(0, 0, each.width, each.height).data"
                ".reduce((sum, value, i) => sum + (i % 4 === 3 ? value : 0), 0)"
            )
        )
    assert weights[1] > 1.5 * weights[0]


def _draw_with_pen(sheet: Sheet, force: float) -> None:
    session: Any = sheet.page.context.new_cdp_session(sheet.page)
    for kind, point in zip(("mousePressed", "mouseMoved", "mouseMoved", "mouseReleased"), [*BIG, BIG[-1]], strict=True):
        x, y = sheet.place(*point)
        event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
        session.send("Input.dispatchMouseEvent", event | {"pointerType": "pen", "force": force})


@pytest.fixture
def phone(browser: Browser, server: Server) -> Generator[Sheet]:
    """Yield the page on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 700}, is_mobile=True, has_touch=True)
    yield Sheet(context, server)
    context.close()


def test_a_finger_draws_and_does_not_scroll(phone: Sheet) -> None:
    """A finger that moves over the sheet draws a line, and the page stays where it is."""
    _swipe_up(phone, *phone.place(0.5, 0.8))
    phone.answered()
    assert phone.page.evaluate("scrollY") == 0


def test_a_finger_scrolls_elsewhere(phone: Sheet) -> None:
    """The same movement beside the sheet scrolls the page."""
    box = phone.page.locator("#answer").bounding_box()
    assert box
    _swipe_up(phone, box["x"] + 20, box["y"] + 20)
    phone.page.wait_for_function("() => scrollY > 0")
    assert phone.decision() == "none"


def _swipe_up(sheet: Sheet, x: float, y: float) -> None:
    """Move a finger up by 180 pixels."""
    session: Any = sheet.page.context.new_cdp_session(sheet.page)
    steps = [("touchStart", 0), *(("touchMove", moved) for moved in range(20, 200, 20)), ("touchEnd", None)]
    for kind, moved in steps:
        points = [] if moved is None else [{"x": x, "y": y - moved}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@looks
def test_nothing_is_wrong_for_assistive_technology(browser: Browser, server: Server, width: int, mode: Mode) -> None:
    """axe-core finds no violation of WCAG 2.2 AA: empty, one digit, unsure, a number, the dialog, the model card."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, color_scheme=mode, reduced_motion="reduce"
    )
    sheet = Sheet(context, server)
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    sheet.page.evaluate(axe)
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.draw(BIG)
    sheet.answered()
    sheet.page.click("#steps")
    sheet.page.wait_for_selector("#trace li")
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.page.set_input_files("#file", _file("noise.png", NOISE))
    sheet.page.wait_for_selector("[data-decision=unsure]")
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.page.click("#clear")
    sheet.draw(*TWO)
    sheet.page.wait_for_selector("#lines li")
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.page.click("#wrong")
    sheet.page.keyboard.press("3")
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.page.keyboard.press("Escape")
    sheet.page.goto(f"{server.address}card")
    sheet.page.evaluate(axe)
    assert sheet.page.evaluate(AXE, RULES) == []
    context.close()


@looks
def test_the_page_fits_and_asks_nobody_else(browser: Browser, server: Server, width: int, mode: Mode) -> None:
    """Nothing is wider than the screen, every request goes to this server, and the console stays empty."""
    context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]}, color_scheme=mode)
    sheet = Sheet(context, server)
    sheet.draw(BIG)
    sheet.answered()
    assert sheet.page.evaluate("document.documentElement.scrollWidth") == width
    assert [each for each in sheet.requests if not each.startswith((server.address, "data:"))] == []
    assert sheet.messages == []
    context.close()


@looks
def test_sheet_and_answer_are_on_the_first_screen(browser: Browser, server: Server, width: int, mode: Mode) -> None:
    """Nobody has to scroll from the drawing to its answer."""
    context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]}, color_scheme=mode)
    sheet = Sheet(context, server)
    sheet.draw(BIG)
    sheet.answered()
    for name in ("paper", "digit", "sure"):
        box = sheet.page.locator(f"#{name}").bounding_box()
        assert box
        assert box["y"] + box["height"] <= WIDTHS[width]
    context.close()


def test_a_token_is_asked_for(browser: Browser, sealed: Project) -> None:
    """If the server wants a token, the page asks for it once, and then answers."""
    with serving(Project(sealed.path, sealed.environment | {"DIGITS_TOKEN": "opensesame"})) as server:
        page = browser.new_page()
        page.goto(server.address)
        page.fill("#token", "opensesame")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('#model').textContent.startsWith('Model v')")
        page.set_input_files("#file", _file("7.png", as_file(seven(), "PNG")))
        page.wait_for_function("() => document.querySelector('#digit').textContent === '7'")
        page.close()


@pytest.fixture(scope="module")
def correcting(sealed: Project, tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Project, Server]]:
    """Yield a copy of the sealed project, to store corrections in, and its server."""
    project = sealed.copy(tmp_path_factory.mktemp("correcting"))
    with serving(project) as server:
        yield project, server


@pytest.fixture
def correctable(browser: Browser, correcting: tuple[Project, Server]) -> Generator[Sheet]:
    """Yield the page of that server."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Sheet(context, correcting[1])
    context.close()


def _corrections(project: Project) -> list[tuple[str, str | None]]:
    newest = newest_corrections(Store(project.artifacts))
    rows = Corrections(project.artifacts / newest.path).read() if newest else []
    return [(row.digit, row.guess) for row in rows]


def test_a_wrong_answer_is_corrected(correctable: Sheet, correcting: tuple[Project, Server]) -> None:
    """The right digit is chosen with its key and stored with Enter; the page says so until the drawing changes."""
    correctable.draw(BIG)
    correctable.answered()
    correctable.page.click("#wrong")
    correctable.page.keyboard.press("1")
    correctable.page.keyboard.press("Enter")
    correctable.page.wait_for_function("() => document.querySelector('#stored').textContent.startsWith('Stored as 1')")
    assert correctable.text("wrong") == "Stored as 1"
    assert ("1", "7") in _corrections(correcting[0])
    correctable.draw([(0.1, 0.1), (0.2, 0.1)])
    correctable.page.wait_for_function("() => document.querySelector('#wrong').textContent === 'That is wrong'")


def test_one_digit_of_a_number_is_corrected(correctable: Sheet, correcting: tuple[Project, Server]) -> None:
    """Of a number, the page asks which digit is wrong, and stores that one alone."""
    correctable.draw(*TWO)
    correctable.answered()
    correctable.page.click("#wrong")
    correctable.page.click("#misread label:nth-child(2)")
    correctable.page.click("#keys label:nth-child(5)")
    correctable.page.click("#store")
    correctable.page.wait_for_function("() => document.querySelector('#stored').textContent.startsWith('Stored as 4')")
    assert ("4", "7") in _corrections(correcting[0])


@pytest.mark.parametrize("leaving", ["Escape", "Cancel", "Store"])
def test_nothing_is_stored_unconfirmed(correctable: Sheet, correcting: tuple[Project, Server], leaving: str) -> None:
    """Leaving the dialog stores nothing, nor does Store before a digit is chosen."""
    before = _corrections(correcting[0])
    correctable.draw(BIG)
    correctable.answered()
    correctable.page.click("#wrong")
    if leaving == "Escape":
        correctable.page.keyboard.press("8")
        correctable.page.keyboard.press("Escape")
    else:
        correctable.page.click("#cancel" if leaving == "Cancel" else "#store")
    assert correctable.page.locator("#correct").is_visible() == (leaving == "Store")
    assert _corrections(correcting[0]) == before
    assert not any("corrections" in each for each in correctable.requests)


def test_the_page_says_why_nothing_is_stored(browser: Browser, sealed: Project) -> None:
    """Where others can reach the server without a token, the dialog has the reason and no digits."""
    with serving(sealed, "--host", "0.0.0.0", "--allow-host", "0.0.0.0") as server:  # noqa: S104  (what it is about)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        sheet = Sheet(context, server)
        sheet.draw(BIG)
        sheet.answered()
        sheet.page.click("#wrong")
        assert "asks for no token" in sheet.text("promise")
        assert not sheet.page.locator("#right").is_visible()
        assert not sheet.page.locator("#store").is_visible()
        assert sheet.text("stores") == "Nothing that you draw is stored."
        context.close()
