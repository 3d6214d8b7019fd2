"""`digits serve`: a real server, asked over HTTP."""

from __future__ import annotations

import base64
import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.manifest import replace_link
from tests.inference.numbers.pages import boxed, written
from tests.inference.pictures import as_file, bomb, sample, seven
from tests.project import Project
from tests.serving import Server, serving
from tests.waiting import wait_for

FOUR = sample()[2100]
PICTURE = as_file(seven(), "PNG")
NUMBER = as_file(written("2024"), "PNG")
FORM = as_file(boxed("5_02", "_7_9", "43_1"), "JPEG")
NOISE = as_file(np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8), "PNG")
PAPER = as_file(written("_"), "PNG")
V1 = "/v1/models/digits"
V2 = "/v2/models/digits"


@pytest.fixture(scope="module")
def server(sealed: Project) -> Generator[Server]:
    """Yield a server of the sealed bundle."""
    with serving(sealed) as server:
        yield server


@pytest.fixture(scope="module")
def version(sealed: Project) -> str:
    """Return the version of the sealed bundle."""
    return (sealed.artifacts / "champion").readlink().name


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
        server.post(f"{V2}/infer", _infer(FOUR[None].tolist())),
    ]
    assert {reply.headers["x-model-version"] for reply in replies} == {version}


@pytest.mark.parametrize("place", [V1, f"{V1}/versions/1", f"{V1}/versions/VERSION", f"{V1}/labels/champion"])
def test_instances_are_answered_in_rows(server: Server, version: str, place: str) -> None:
    """TensorFlow Serving's row format has one prediction a picture, in order, under each name of the model."""
    reply = server.post(
        f"{place.replace('VERSION', version)}:predict", {"instances": [FOUR.tolist(), sample()[0].tolist()]}
    )
    assert [row["digit"] for row in reply.json["predictions"]] == ["4", "0"]


def test_inputs_are_answered_in_columns(server: Server) -> None:
    """TensorFlow Serving's column format has one list an output, of the named input or the only one."""
    pictures = sample()[[0, 2100]].tolist()
    for inputs in (pictures, {"images": pictures}):
        outputs = server.post(f"{V1}:predict", {"inputs": inputs, "signature_name": "serving_default"}).json["outputs"]
        assert outputs["digit"] == ["0", "4"]


def test_pictures_come_in_base64(server: Server) -> None:
    """A picture file as {"b64": ...}, alone or as a named input, passes the front end."""
    encoded = {"b64": base64.b64encode(PICTURE).decode()}
    rows = server.post(f"{V1}:predict", {"instances": [encoded, {"image_bytes": encoded}]}).json["predictions"]
    assert [row["digit"] for row in rows] == ["7", "7"]


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
        (f"{V2}/infer", _infer(FOUR[None].tolist(), parameters={"all": wanted})),
    ):
        reply = server.post(path, asked)
        assert (reply.status, "all" in reply.json["error"]) == (400, True)


def test_digits_of_a_page_are_counted(server: Server) -> None:
    """GET /metrics counts a page as one picture, and each of its digits."""
    names = ('digits_pictures_total{decision="answered"}', 'digits_answers_total{digit="2"}')
    before = [_metric(server, name) for name in names]
    server.ask("POST", "/predict?all=true", NUMBER)
    assert [_metric(server, name) for name in names] == [before[0] + 1, before[1] + 2]


def test_the_status_is_as_in_the_documentation(server: Server) -> None:
    """GET of a model returns the state of its version in TensorFlow Serving's form."""
    status = {"error_code": "OK", "error_message": ""}
    assert server.get(V1).json == {"model_version_status": [{"version": "1", "state": "AVAILABLE", "status": status}]}


def test_the_metadata_name_the_signature(server: Server) -> None:
    """GET of the metadata returns the signature with its input."""
    metadata = server.get(f"{V1}/metadata").json
    signature = metadata["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert metadata["model_spec"]["name"] == "digits"
    assert [dim["size"] for dim in signature["inputs"]["images"]["tensor_shape"]["dim"]] == ["-1", "28", "28"]


def _infer(data: Any, **more: object) -> dict[str, object]:  # noqa: ANN401
    images = {"name": "images", "shape": [len(data), 28, 28], "datatype": "UINT8", "data": data}
    return {"id": "one", "inputs": [images], **more}


def test_tensors_are_answered_in_json(server: Server) -> None:
    """The Open Inference Protocol returns one tensor an output, and the request's id."""
    reply = server.post(f"{V2}/infer", _infer(sample()[[0, 2100]].tolist())).json
    outputs = {each["name"]: each for each in reply["outputs"]}
    assert reply["id"] == "one"
    assert outputs["probabilities"]["shape"] == [2, 10]
    assert outputs["digit"] == {"name": "digit", "datatype": "BYTES", "shape": [2], "data": ["0", "4"]}


def test_tensors_may_be_flat(server: Server) -> None:
    """Data in one flat list is the same as nested data."""
    flat = _infer([0])
    flat["inputs"] = [{"name": "images", "shape": [1, 28, 28], "datatype": "FP32", "data": FOUR.ravel().tolist()}]
    assert server.post(f"{V2}/infer", flat).json["outputs"][2]["data"] == ["4"]


def test_only_the_wanted_outputs_come(server: Server) -> None:
    """A request may name the outputs it wants."""
    reply = server.post(f"{V2}/infer", _infer(FOUR[None].tolist(), outputs=[{"name": "confidence"}]))
    assert [each["name"] for each in reply.json["outputs"]] == ["confidence"]


def test_tensors_come_and_go_in_binary(server: Server) -> None:
    """Binary data follows the JSON, whose length is in a header; so does a binary output."""
    asked = _infer([0], parameters={"binary_data_output": True})
    size = {"parameters": {"binary_data_size": FOUR.size}}
    asked["inputs"] = [{"name": "images", "shape": [1, 28, 28], "datatype": "UINT8"} | size]
    head = json.dumps(asked).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    reply = server.ask("POST", f"{V2}/infer", head + FOUR.tobytes(), headers)
    length = int(reply.headers["inference-header-content-length"])
    described = json.loads(reply.body[:length])["outputs"][0]
    probabilities = np.frombuffer(reply.body[length : length + described["parameters"]["binary_data_size"]], "<f4")
    assert described["name"] == "probabilities"
    assert int(probabilities.argmax()) == 4


def test_pictures_come_in_binary(server: Server) -> None:
    """A picture file as BYTES, behind its length, passes the front end."""
    data = struct.pack("<I", len(PICTURE)) + PICTURE
    described = {"name": "pictures", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": len(data)}}
    head = json.dumps({"inputs": [described]}).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    reply = server.ask("POST", f"{V2}/infer", head + data, headers)
    assert reply.json["outputs"][2]["data"] == ["7"]


@pytest.mark.parametrize("path", ["/v2", "/v2/health/live", "/v2/health/ready", V2, f"{V2}/ready", f"{V2}/versions/1"])
def test_the_open_inference_protocol_is_served(server: Server, path: str) -> None:
    """Each path of the protocol answers."""
    assert server.get(path).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/v1/models/cats",
        f"{V1}/versions/2",
        f"{V1}/versions/..%2f..",
        "/v2/models/cats/ready",
        "/%2e%2e/etc",
        "/x%00",
    ],
)
def test_what_is_not_there_has_status_404(server: Server, path: str) -> None:
    """Another model, version or path is an error that says what is there."""
    reply = server.get(path)
    assert reply.status == 404
    assert "expected" in reply.json["error"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "instances"),
        ([1], "object"),
        ({"instances": []}, "1 to"),
        ({"instances": "x"}, "list"),
        ({"instances": [[1, 2]]}, "28x28"),
        ({"instances": [[[0.5] * 28] * 28]}, "multiply"),
        ({"instances": [[[256] * 28] * 28]}, "255"),
        ({"instances": [[["x"] * 28] * 28]}, "numbers"),
        ({"instances": [{"b64": "é"}]}, "base64"),
        ({"instances": [{"b64": ""}, [[0] * 28] * 28]}, "mixed"),
        ({"instances": [[[0] * 28] * 28], "signature_name": "train"}, "serving_default"),
    ],
)
def test_a_wrong_request_is_explained(server: Server, document: object, words: str) -> None:
    """The error says what was found and what was expected."""
    reply = server.post(f"{V1}:predict", document)
    assert reply.status == 400
    assert words in reply.json["error"]


def test_the_metrics_count_answers(server: Server) -> None:
    """GET /metrics counts each answered picture, by digit, and names the model."""
    before = _metric(server, 'digits_answers_total{digit="7"}')
    server.ask("POST", "/predict", PICTURE)
    assert _metric(server, 'digits_answers_total{digit="7"}') == before + 1
    assert _metric(server, "digits_model_refused") == 0


def _metric(server: Server, name: str) -> float:
    lines = server.get("/metrics").body.decode().splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), 0)


def test_each_request_is_logged_in_one_line(server: Server) -> None:
    """The log has a JSON document a request, whose path cannot break the line or the terminal."""
    server.get("/a%0a%1b%5b31m" + "b" * 500)
    wait_for(lambda: any("/a\\n\\u001b" in line for line in server.logged), "the line")
    [row] = [json.loads(line) for line in server.logged if "/a\\n\\u001b" in line]
    assert row["status"] == 404
    assert len(row["path"]) == 200


def test_no_picture_is_logged(server: Server) -> None:
    """A line of the log has counts of bytes, not the bytes."""
    already = len(server.logged)
    server.post(f"{V1}:predict", {"instances": [{"b64": base64.b64encode(PICTURE).decode()}]})
    wait_for(lambda: len(server.logged) > already, "the line")
    assert max(map(len, server.logged)) < 500


def test_nothing_slow_is_imported(sealed: Project) -> None:
    """The server imports neither TensorFlow nor the data libraries."""
    script = """
import sys
from pathlib import Path
from inference.server.answering.served import Followed
import inference.server.serve
Followed(Path(sys.argv[1]), 1, print)
print(*[name for name in ("tensorflow", "keras", "pyarrow", "pandas", "matplotlib", "rich") if name in sys.modules])
"""
    command = [sys.executable, "-c", script, str(sealed.artifacts / "champion")]
    done = subprocess.run(command, env=sealed.variables(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_another_host_is_not_answered(server: Server) -> None:
    """A name that a stranger pointed at this machine (DNS rebinding) is refused."""
    assert server.get("/model.json", Host="evil.example").status == 421


def test_a_page_of_another_site_cannot_ask(server: Server) -> None:
    """A POST with the Origin of another site is refused, one of this server's own page is not."""
    own = server.address.rstrip("/")
    assert server.ask("POST", "/predict", PICTURE, {"Origin": "https://evil.example"}).status == 403
    assert server.ask("POST", "/predict", PICTURE, {"Origin": "null"}).status == 403
    assert server.ask("POST", "/predict", PICTURE, {"Origin": own}).status == 200


@pytest.fixture(scope="module")
def secret(sealed: Project) -> Generator[Server]:
    """Yield a server that asks for a token."""
    with serving(Project(sealed.path, sealed.environment | {"DIGITS_TOKEN": "opensesame"})) as server:
        yield server


@pytest.mark.parametrize("given", [None, "Bearer", "Bearer opensesam", "Basic opensesame", "Bearer ÿ"])
def test_a_wrong_token_is_refused(secret: Server, given: str | None) -> None:
    """Without the token, or with another one, a picture is not read."""
    headers = {} if given is None else {"Authorization": given}
    reply = secret.ask("POST", "/predict", PICTURE, headers)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")


def test_the_token_opens(secret: Server) -> None:
    """With the token a picture is read; the page and the probes need none."""
    assert secret.ask("POST", "/predict", PICTURE, {"Authorization": "Bearer opensesame"}).status == 200
    assert [secret.get(path).status for path in ("/", "/page.mjs", "/healthz", "/metrics")] == [200, 200, 200, 401]


def test_the_port_comes_from_the_environment(sealed: Project) -> None:
    """PORT names the port, as clouds set it; an occupied one is an error that says what to do."""
    with serving(sealed) as server:
        taken = Project(sealed.path, sealed.environment | {"PORT": str(server.place[1])})
        failed = taken.digits("serve", status=2)
    assert f"port {server.place[1]} cannot be bound" in failed.stderr
    assert "--port" in failed.stderr


@pytest.fixture
def two(sealed: Project, tmp_path: Path) -> tuple[Project, str]:
    """Return a project with a second bundle beside the champion, equal but for its name, and that name."""
    project = sealed.copy(tmp_path)
    first = project.artifacts / "champion"
    second = first.resolve().with_name("v0002-00000000")
    shutil.copytree(first.resolve(), second)
    return project, f"store/export/bundle/{second.name}"


def test_a_promotion_is_followed(two: tuple[Project, str]) -> None:
    """After the champion link moves, answers come from the new model, without a restart."""
    project, second = two
    with serving(project) as server:
        replace_link(project.artifacts / "champion", second)
        wait_for(lambda: server.get("/readyz").json["model"] == "v0002-00000000", "the new model")
        assert server.ask("POST", "/predict", PICTURE).json["model"] == "v0002-00000000"


def test_a_corrupt_model_is_refused(two: tuple[Project, str]) -> None:
    """A new champion with a flipped byte is refused by name, and the old one answers on."""
    project, second = two
    path = project.artifacts / second / "model.tflite"
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with serving(project) as server:
        old = server.get("/readyz").json["model"]
        replace_link(project.artifacts / "champion", second)
        wait_for(lambda: "refused" in server.get("/readyz").json, "the refusal")
        assert server.ask("POST", "/predict", PICTURE).json["model"] == old
        assert _metric(server, "digits_model_refused") == 1
        wait_for(lambda: any("is damaged" in line for line in server.logged), "the line in the log")


def test_a_named_model_stays(two: tuple[Project, str]) -> None:
    """With --model the version is served, whatever becomes champion."""
    project, second = two
    with serving(project, "--model", "v0001") as server:
        replace_link(project.artifacts / "champion", second)
        assert server.get("/readyz").json["model"].startswith("v0001")


def test_without_a_champion_the_starter_is_served(tmp_path: Path) -> None:
    """In a project that has no model yet, the shipped one answers, and is named as what it is."""
    (tmp_path / "pipeline.yaml").write_text("stages: {}\n")
    with serving(Project(tmp_path, {})) as server:
        assert server.get("/readyz").json["model"].startswith("starter-")
        assert server.ask("POST", "/predict", PICTURE).json["digit"] == "7"
