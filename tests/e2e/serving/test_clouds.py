"""A server in a cloud's container: each test plays the cloud, as its documentation describes it."""

from __future__ import annotations

import base64
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inference.model.pinned import pin
from schemas.artifacts.bundle import Bundle
from tests.inference.pictures import as_file, sample, seven
from tests.pinned import pinned
from tests.project import DIGITS, Project
from tests.serving import Server, started

PICTURE = as_file(seven(), "PNG")
FOUR = sample()[2100].tolist()
JSON = "application/json"
COMMAND = (str(DIGITS), "serve")
CONTAINER = (sys.executable, "-m", "inference.server")
"""What an image of `digits package` runs."""


@pytest.fixture(scope="module")
def model(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the bundle's files in a folder of another name."""
    return Path(shutil.copytree(bundle.resolve(), tmp_path_factory.mktemp("cloud") / "model"))


@contextmanager
def cloud(folder: Path, words: tuple[str, ...], **variables: str) -> Generator[Server]:
    """Run a command as a container does: outside any project, with the variables that the cloud sets."""
    process = subprocess.Popen(
        words,
        cwd=folder,
        env=Project(folder, variables).variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with started(process, 128 + signal.SIGINT if words[0] == COMMAND[0] else -signal.SIGINT) as server:
        assert server.address.startswith("http://0.0.0.0:")
        yield Server(server.address.replace("0.0.0.0", "127.0.0.1"), server.logged)  # noqa: S104


def test_vertex_ai(model: Path, tmp_path: Path) -> None:
    """Vertex AI names port, routes and folder, probes by GET, and sends `instances` with `parameters`.

    https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements: the health route answers 200,
    the predict route takes a JSON object and returns one with `predictions`, one for each instance, in order.
    """
    routes = "/v1/endpoints/7/deployedModels/9"
    told = {"AIP_HTTP_PORT": "0", "AIP_HEALTH_ROUTE": routes, "AIP_PREDICT_ROUTE": f"{routes}:predict"}
    with cloud(tmp_path, COMMAND, AIP_STORAGE_URI=pinned(model), AIP_MODE="PREDICTION", PORT="1", **told) as server:
        assert server.get(routes).status == 200
        encoded = {"b64": base64.b64encode(PICTURE).decode()}
        answered = server.post(f"{routes}:predict", {"instances": [encoded, encoded], "parameters": {}})
        assert (answered.status, answered.headers["content-type"]) == (200, JSON)
        assert [row["digit"] for row in answered.json["predictions"]] == ["7", "7"]
        refused = server.post(f"{routes}:predict", {"instances": [FOUR], "parameters": {"top": 3}})
        assert (refused.status, "no parameters" in refused.json["error"]) == (400, True)


def test_vertex_ai_with_routes_of_ours(model: Path, tmp_path: Path) -> None:
    """A model uploaded with --container-predict-route=/predict gets JSON there, and curl's pictures still pass.

    https://cloud.google.com/vertex-ai/docs/predictions/use-custom-container: the routes are those of the upload, and
    AIP_STORAGE_URI is empty if it named no artifacts.
    """
    told = {"AIP_HTTP_PORT": "0", "AIP_HEALTH_ROUTE": "/healthz", "AIP_PREDICT_ROUTE": "/predict"}
    with cloud(tmp_path, CONTAINER, AIP_STORAGE_URI="", DIGITS_MODEL=pinned(model), **told) as server:
        assert server.post("/predict", {"instances": [FOUR]}).json["predictions"][0]["digit"] == "4"
        assert server.ask("POST", "/predict", PICTURE).json["digit"] == "7"


def test_sagemaker(model: Path, tmp_path: Path) -> None:
    """SageMaker starts the image with the word `serve`, probes /ping and posts any content type to /invocations.

    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html: /ping answers 200 within two
    seconds; the request's content type is the client's.
    """
    told = {"SAGEMAKER_BIND_TO_PORT": "0", "DIGITS_MODEL": pinned(model)}
    with cloud(tmp_path, (*CONTAINER, "serve"), **told) as server:
        assert server.get("/ping").status == 200
        rows = server.ask("POST", "/invocations", b'{"instances": %s}' % str([FOUR]).encode(), _kind(JSON))
        assert rows.json["predictions"][0]["digit"] == "4"
        for kind in ("image/png", "application/x-image", "application/octet-stream"):
            assert server.ask("POST", "/invocations", PICTURE, _kind(kind)).json["digit"] == "7"
        assert server.get("/invocations").status == 405


def _kind(kind: str) -> dict[str, str]:
    return {"Content-Type": kind}


def test_cloud_run(model: Path, tmp_path: Path) -> None:
    """Cloud Run sets PORT and K_SERVICE and asks by the service's own name; its probes are requests of ours.

    https://cloud.google.com/run/docs/container-contract: the server listens on 0.0.0.0 on PORT.
    """
    told = {"PORT": "0", "K_SERVICE": "digits", "K_REVISION": "digits-00001-abc", "K_CONFIGURATION": "digits"}
    with cloud(tmp_path, (*COMMAND, "--model", pinned(model)), **told) as server:
        host = {"Host": "digits-1234567890.europe-west1.run.app"}
        assert server.get("/readyz", **host).json["model"].startswith("model-")
        assert server.ask("POST", "/predict", PICTURE, host).json["digit"] == "7"


def test_kserve(model: Path, tmp_path: Path) -> None:
    """KServe names the folder into which it has unpacked the model, and speaks version 2 of the protocol.

    https://kserve.github.io/website/docs/model-serving/predictive-inference/frameworks/custom-predictor: the port is
    8080, or the one of the container's spec; https://github.com/kserve/open-inference-protocol has the paths.
    """
    stated = pin(model.parent, Bundle(model).digest)
    with cloud(tmp_path, CONTAINER, PORT="0", DIGITS_HOST="0.0.0.0", DIGITS_MODEL=stated) as server:  # noqa: S104
        assert server.get("/v2/health/ready", Host="10.1.2.3:8080").status == 200
        images = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "data": [FOUR]}
        outputs = server.post("/v2/models/digits/infer", {"inputs": [images]}).json["outputs"]
        assert next(each["data"] for each in outputs if each["name"] == "digit") == ["4"]


def test_lambda(model: Path, tmp_path: Path) -> None:
    """The web adapter of AWS Lambda waits for its readiness path on its port, then hands on requests with any Host.

    https://awslabs.github.io/aws-lambda-web-adapter/configuration/environment-variables.html: AWS_LWA_PORT, else
    PORT, else 8080; AWS_LWA_READINESS_CHECK_PATH, else `/`, answers a status below 500.
    """
    told = {"AWS_LAMBDA_FUNCTION_NAME": "digits", "AWS_LWA_PORT": "0", "PORT": "1", "DIGITS_MODEL": pinned(model)}
    with cloud(tmp_path, CONTAINER, **told) as server:
        assert [server.get(path).status for path in ("/", "/readyz")] == [200, 200]
        host = {"Host": "abc123.lambda-url.eu-west-1.on.aws", "X-Forwarded-Proto": "https"}
        assert server.ask("POST", "/predict", PICTURE, host).json["digit"] == "7"


def test_a_probe_needs_no_token(model: Path, tmp_path: Path) -> None:
    """With DIGITS_TOKEN set, a cloud's probes pass, and its predictions need the token."""
    told = {"AIP_HTTP_PORT": "0", "AIP_HEALTH_ROUTE": "/alive", "DIGITS_MODEL": pinned(model), "DIGITS_TOKEN": "secret"}
    with cloud(tmp_path, CONTAINER, **told) as server:
        assert [server.get(path).status for path in ("/alive", "/ping", "/healthz")] == [200, 200, 200]
        assert server.ask("POST", "/invocations", PICTURE).status == 401


def _refused(folder: Path, words: tuple[str, ...], **variables: str) -> str:
    """Return what a server says that ends because of its model."""
    told = Project(folder, variables).variables()
    done = subprocess.run(words, cwd=folder, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    return done.stderr


@pytest.mark.parametrize("words", [COMMAND, CONTAINER])
def test_a_model_whose_digest_nobody_stated_is_not_served(model: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    """The error has the variable with the digest, computed from the files."""
    assert f"DIGITS_MODEL={pinned(model)}" in _refused(tmp_path, words, DIGITS_MODEL=str(model))


@pytest.mark.parametrize("variable", ["DIGITS_MODEL", "DIGITS_PACKAGED"])
def test_another_model_than_stated_is_not_served(model: Path, tmp_path: Path, variable: str) -> None:
    """A container opens no model with another digest than the environment or the image states."""
    stated = {variable: pin(model, Bundle(model).digest[::-1])}
    assert "is another model" in _refused(tmp_path, CONTAINER, **stated)


def test_an_image_serves_the_model_that_it_brings_along(model: Path, tmp_path: Path) -> None:
    """Without any other model, that of DIGITS_PACKAGED answers."""
    stated = pin(model.parent, Bundle(model).digest)
    with cloud(tmp_path, CONTAINER, PORT="0", DIGITS_HOST="0.0.0.0", DIGITS_PACKAGED=stated) as server:  # noqa: S104
        assert server.ask("POST", "/predict", PICTURE).json["digit"] == "7"


def test_a_container_takes_no_options(tmp_path: Path) -> None:
    """An option of the container's command is an error, not a surprise."""
    done = subprocess.run([*CONTAINER, "--port", "1"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "environment variables" in done.stderr) == (2, True)


def test_a_container_without_a_model_says_where_one_belongs(tmp_path: Path) -> None:
    """The error lists the variable and the folders of clouds."""
    variables = Project(tmp_path, {}).variables()
    done = subprocess.run(CONTAINER, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, "/opt/ml/model, /mnt/models" in done.stderr) == (4, True)
