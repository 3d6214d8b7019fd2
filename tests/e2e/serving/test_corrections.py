"""`POST /corrections`: what is stored, and when nothing is."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from inference.model.answer import answer
from inference.model.reader import Reader
from inference.server.interfaces.correct import Keeper
from pipeline.corrections import newest_corrections
from pipeline.store import Store
from schemas.artifacts.corrections import Correction, Corrections, Kept
from tests.inference.numbers.pages import written
from tests.inference.pictures import as_file, seven
from tests.project import Project
from tests.serving import Server, serving

PICTURE = as_file(seven(), "PNG")
NUMBER = as_file(written("2024"), "PNG")
OPEN = ("--host", "0.0.0.0", "--allow-host", "0.0.0.0")  # noqa: S104  (what the test is about)


@pytest.fixture(scope="module")
def project(sealed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy of the sealed project, to store in."""
    return sealed.copy(tmp_path_factory.mktemp("corrected"))


@pytest.fixture(scope="module")
def server(project: Project) -> Generator[Server]:
    """Yield a server of that project."""
    with serving(project) as server:
        yield server


def _stored(project: Project) -> list[Correction]:
    newest = newest_corrections(Store(project.artifacts))
    return Corrections(project.artifacts / newest.path).read() if newest else []


def _picture(project: Project, row: Correction) -> bytes:
    newest = newest_corrections(Store(project.artifacts))
    assert newest
    return Corrections(project.artifacts / newest.path).picture(row)


def test_nothing_is_stored_unasked(server: Server, project: Project) -> None:
    """Reading a picture leaves nothing behind."""
    server.ask("POST", "/predict?all=auto", PICTURE)
    assert _stored(project) == []


def test_picture_answer_and_digit_are_stored(server: Server, project: Project, bundle: Path) -> None:
    """The stored picture is read as the model read it, and labelled as the person said; once, however often."""
    reply = server.ask("POST", "/corrections?digit=1", PICTURE)
    assert (reply.status, reply.json["stored"], reply.json["digit"]) == (201, True, "1")
    again = server.ask("POST", "/corrections?digit=1", PICTURE)
    assert (again.status, again.json) == (200, reply.json | {"stored": False})
    [row] = [each for each in _stored(project) if each.digit == "1"]
    assert (row.decision, row.guess, row.model) == ("answered", "7", reply.headers["x-model-version"])
    assert answer(_picture(project, row), Reader(bundle)).guess == "7"


def test_a_photo_is_stored_without_its_metadata(server: Server, project: Project) -> None:
    """Place and time of a photo, and other metadata, are left out; its turn is applied."""
    photo = as_file(seven(), "JPEG")
    tagged = photo[:2] + b"\xff\xe1" + (2 + 6 + 14).to_bytes(2, "big") + b"Exif\0\0" + b"GPS 52.5 13.4!" + photo[2:]
    assert server.ask("POST", "/corrections?digit=4", tagged).status == 201
    [row] = [each for each in _stored(project) if each.digit == "4"]
    assert b"GPS" not in _picture(project, row)


def test_one_digit_of_a_number_is_stored(server: Server, project: Project, bundle: Path) -> None:
    """With line and position, the digit is cut out of the picture."""
    assert server.ask("POST", "/corrections?digit=9&line=1&position=4", NUMBER).status == 201
    [row] = [each for each in _stored(project) if each.digit == "9"]
    found = answer(_picture(project, row), Reader(bundle))
    assert (found.digit, row.guess) == ("4", "4")


def test_a_form_is_stored_too(server: Server, project: Project) -> None:
    """The digit may be a field of a form."""
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n' + PICTURE,
        b'--x\r\nContent-Disposition: form-data; name="digit"\r\n\r\n2',
        b"--x--\r\n",
    ]
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert server.ask("POST", "/corrections", b"\r\n".join(parts), headers).json["digit"] == "2"
    assert [each.digit for each in _stored(project) if each.guess == "7"].count("2") == 1


@pytest.mark.parametrize(
    ("query", "body", "status", "words"),
    [
        ("", PICTURE, 400, "no such digit; found: none"),
        ("?digit=x", PICTURE, 400, "expected: 0, 1"),
        ("?digit=1&line=1", PICTURE, 400, "a line and a position"),
        ("?digit=1&line=-1&position=1", PICTURE, 400, "numbers from 1"),
        ("?digit=1&line=2&position=1", NUMBER, 400, "4 in line 1"),
        ("?digit=1", b"two pints of milk", 422, "unreadable"),
        ("?digit=1&line=1&position=1", b"", 422, "an empty file"),
        ("?digit=1", as_file(written("_"), "PNG"), 422, "no digit; found: blank page"),
    ],
)
def test_a_wrong_request_stores_nothing(  # noqa: PLR0913, PLR0917  (request and reply)
    server: Server, project: Project, query: str, body: bytes, status: int, words: str
) -> None:
    """The error says what was found and what was expected."""
    before = _stored(project)
    reply = server.ask("POST", f"/corrections{query}", body)
    assert (reply.status, words in reply.json["error"]) == (status, True), reply.json
    assert _stored(project) == before


def test_a_page_of_another_site_cannot_store(server: Server, project: Project) -> None:
    """A cross-site POST is refused before anything is read."""
    before = _stored(project)
    assert server.ask("POST", "/corrections?digit=3", PICTURE, {"Origin": "https://evil.example"}).status == 403
    assert _stored(project) == before


def test_a_server_open_to_others_stores_with_a_token_only(sealed: Project, tmp_path: Path) -> None:
    """Beyond the loopback it refuses and says why; with a token it stores."""
    project = sealed.copy(tmp_path)
    with serving(project, *OPEN) as server:
        why = server.get("/model.json").json["why_not_corrected"]
        reply = server.ask("POST", "/corrections?digit=1", PICTURE)
    assert "asks for no token" in why
    assert (reply.status, why in reply.json["error"]) == (403, True)
    assert not _stored(project)
    with serving(Project(project.path, project.environment | {"DIGITS_TOKEN": "opensesame"}), *OPEN) as server:
        assert server.ask("POST", "/corrections?digit=1", PICTURE).status == 401
        token = {"Authorization": "Bearer opensesame"}
        assert server.ask("POST", "/corrections?digit=1", PICTURE, token).status == 201


def _keep(correction: Correction, picture: bytes) -> Kept:
    del correction, picture
    return Kept("v0001", 1, new=True)


def test_without_a_project_there_is_a_reason() -> None:
    """A server that was given no store says so."""
    assert Keeper(None, open_to_others=False).why_not == "this server has no project to store them in"
    assert not Keeper(_keep, open_to_others=False).why_not


def test_damage_in_the_store_is_explained(sealed: Project, tmp_path: Path) -> None:
    """What cannot be stored has status 507 and what to do; the server answers on."""
    project = sealed.copy(tmp_path)
    with serving(project) as server:
        server.ask("POST", "/corrections?digit=1", PICTURE)
        [file] = project.artifacts.glob("store/corrections/*/v*/pictures/*")
        file.chmod(0o644)
        file.write_bytes(b"")
        reply = server.ask("POST", "/corrections?digit=2", PICTURE)
        assert (reply.status, "digits verify --set-aside" in reply.json["error"]) == (507, True)
        assert server.ask("POST", "/predict", PICTURE).status == 200
