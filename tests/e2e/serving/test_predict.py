"""`POST /predict`: a picture, as bytes or in a form."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.serving.asked import FOUR, PICTURE, V1, V2, infer
from tests.inference.pictures import bomb
from tests.project import Project
from tests.serving import Server


def test_a_picture_is_answered_as_by_predict(server: Server, sealed: Project, tmp_path: Path) -> None:
    """POST /predict returns what `digits predict --json` prints for the same picture, apart from its name."""
    (tmp_path / "seven.png").write_bytes(PICTURE)
    [printed] = sealed.json("predict", str(tmp_path / "seven.png"))
    assert server.ask("POST", "/predict", PICTURE).json == printed | {"path": "-"}


def test_curl_uploads_a_form(server: Server, tmp_path: Path) -> None:
    """`curl -F` sends a form with one file, which is answered under its name."""
    path = tmp_path / "a seven.png"
    path.write_bytes(PICTURE)
    done = subprocess.run(
        ["curl", "-sS", "-F", f"picture=@{path}", f"{server.address}predict"], capture_output=True, check=True
    )
    answer = json.loads(done.stdout)
    assert (answer["path"], answer["digit"]) == ("a seven.png", "7")


def test_the_steps_are_drawn_on_request(server: Server) -> None:
    """`?show=steps` adds the 28x28 and a picture of each step, from the original on."""
    answer = server.ask("POST", "/predict?show=steps", PICTURE).json
    assert answer["seen"].startswith("data:image/png;base64,")
    names = [step["name"] for step in answer["trace"]]
    assert (names[0], names[-1]) == ("original", "28x28")


@pytest.mark.parametrize("content", [b"", b"two pints of milk", bomb("PNG", 19_999, 19_999), PICTURE[:50]])
def test_an_unreadable_picture_has_status_422(server: Server, content: bytes) -> None:
    """What is no picture has the decision `unreadable` with a reason, and an error that says what is read."""
    reply = server.ask("POST", "/predict", content)
    assert reply.status == 422
    assert reply.json["decision"] == "unreadable"
    assert reply.json["reason"] in reply.json["error"]
    assert "PNG" in reply.json["error"]


def test_every_answer_names_its_model(server: Server, version: str) -> None:
    """The header X-Model-Version has the version, whichever interface answers."""
    replies = [
        server.ask("POST", "/predict", PICTURE),
        server.post(f"{V1}:predict", {"instances": [FOUR.tolist()]}),
        server.post(f"{V2}/infer", infer(FOUR[None].tolist())),
    ]
    assert {reply.headers["x-model-version"] for reply in replies} == {version}
