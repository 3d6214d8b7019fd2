"""`all=true`: every digit of a page, in each interface."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.serving.asked import FOUR, NUMBER, PICTURE, V1, V2, infer, metric
from tests.inference.numbers.pages import boxed, written
from tests.inference.pictures import as_file
from tests.project import Project
from tests.serving import Server

FORM = as_file(boxed("5_02", "_7_9", "43_1"), "JPEG")
NOISE = as_file(np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8), "PNG")
PAPER = as_file(written("_"), "PNG")


def test_all_digits_are_answered_as_by_predict(server: Server, sealed: Project, tmp_path: Path) -> None:
    """POST /predict?all=true returns what `digits predict --all --json` prints for the same picture, but its name."""
    (tmp_path / "number.png").write_bytes(NUMBER)
    [printed] = sealed.json("predict", "--all", str(tmp_path / "number.png"))
    found = server.ask("POST", "/predict?all=true", NUMBER).json
    assert found == printed | {"path": "-"}
    assert found["lines"][0]["number"] == "2024"


def test_a_field_of_a_form_asks_for_all_digits(server: Server, tmp_path: Path) -> None:
    """`curl -F all=true` is the same as the query."""
    path = tmp_path / "number.png"
    path.write_bytes(NUMBER)
    command = ["curl", "-sS", "-F", f"picture=@{path}", "-F", "all=true", f"{server.address}predict"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert found["lines"][0]["number"] == "2024"


@pytest.mark.parametrize(
    ("picture", "several"), [(PICTURE, False), (NUMBER, True), (FORM, True), (NOISE, False), (PAPER, False)]
)
def test_a_picture_is_read_as_what_it_shows(server: Server, picture: bytes, several: bool) -> None:  # noqa: FBT001
    """With `all=auto`, several digits and forms are answered as with `all=true`, all else as without it."""
    found = server.ask("POST", "/predict?all=auto", picture).json
    assert found == server.ask("POST", f"/predict?all={str(several).lower()}", picture).json
    assert ("lines" in found) == several


def test_each_digit_is_drawn_on_request(server: Server) -> None:
    """`?show=seen` adds to each digit what was cut out of the picture and the 28x28."""
    found = server.ask("POST", "/predict?all=true&show=seen", NUMBER).json
    for digit in found["lines"][0]["digits"]:
        assert {digit[name][:22] for name in ("cut_out", "seen")} == {"data:image/png;base64,"}


def test_another_value_of_all_is_explained(server: Server) -> None:
    """The error names the values; `unreadable` is answered as for one digit."""
    reply = server.ask("POST", "/predict?all=yes", NUMBER)
    assert (reply.status, "true or false or auto" in reply.json["error"]) == (400, True)
    reply = server.ask("POST", "/predict?all=true", b"two pints of milk")
    assert (reply.status, reply.json["decision"], reply.json["lines"]) == (422, "unreadable", [])


@pytest.mark.parametrize("form", ["rows", "columns"])
def test_all_digits_come_in_tensorflow_servings_form(server: Server, form: str) -> None:
    """With `"all": true`, each picture file has a page in place of a digit."""
    pictures = [{"b64": base64.b64encode(each).decode()} for each in (NUMBER, PICTURE)]
    asked = {"instances" if form == "rows" else "inputs": pictures, "all": True}
    found = server.post(f"{V1}:predict", asked).json
    pages = [each["lines"] for each in found["predictions"]] if form == "rows" else found["outputs"]["lines"]
    assert [[line["number"] for line in lines] for lines in pages] == [["2024"], ["7"]]


def test_all_digits_come_in_tensors(server: Server) -> None:
    """The parameter `all` of the Open Inference Protocol returns the number and the whole document of each page."""
    pictures = [base64.b64encode(NUMBER).decode()]
    asked = {"inputs": [{"name": "pictures", "shape": [1], "datatype": "BYTES", "data": pictures}]}
    reply = server.post(f"{V2}/infer", asked | {"parameters": {"all": True}}).json
    outputs = {each["name"]: each["data"][0] for each in reply["outputs"]}
    assert list(outputs) == ["decision", "reason", "number", "guess", "page"]
    assert (outputs["decision"], outputs["number"]) == ("answered", "2024")
    assert json.loads(outputs["page"])["lines"][0]["digits"][3]["digit"] == "4"


@pytest.mark.parametrize("wanted", [True, "yes"])
def test_an_array_has_one_digit(server: Server, wanted: object) -> None:
    """`all` is refused for 28x28 arrays, and any value of it but true and false."""
    for path, asked in (
        (f"{V1}:predict", {"instances": [FOUR.tolist()], "all": wanted}),
        (f"{V2}/infer", infer(FOUR[None].tolist(), parameters={"all": wanted})),
    ):
        reply = server.post(path, asked)
        assert (reply.status, "all" in reply.json["error"]) == (400, True)


def test_digits_of_a_page_are_counted(server: Server) -> None:
    """GET /metrics counts a page as one picture, and each of its digits."""
    names = ('digits_pictures_total{decision="answered"}', 'digits_answers_total{digit="2"}')
    before = [metric(server, name) for name in names]
    server.ask("POST", "/predict?all=true", NUMBER)
    assert [metric(server, name) for name in names] == [before[0] + 1, before[1] + 2]
