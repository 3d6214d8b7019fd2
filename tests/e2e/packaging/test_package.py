"""The image of `digits package`, built and run from its Containerfile in an empty root; needs a package registry."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from inference.model.pinned import pin
from pipeline.packaging.folder import write_folder
from schemas.artifacts.bundle import Bundle
from tests.e2e.packaging.containerfile import Image, build, can_unshare, read_stages
from tests.inference.pictures import as_file, sample, seven
from tests.serving import Server, started

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not can_unshare(), reason="needs Linux, root or user namespaces, and a Python outside /usr"),
]
PICTURE = as_file(seven(), "PNG")
MOST = 290  # MB installed, bytecode included


@pytest.fixture(scope="module")
def context(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the command wrote."""
    to = tmp_path_factory.mktemp("package") / "image"
    write_folder(bundle, to)
    return to


@pytest.fixture(scope="module")
def images(context: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Image]:
    """Build the image that runs without root, and that of SageMaker; every RUN of the Containerfile runs."""
    stages = read_stages((context / "Containerfile").read_text(), {})
    folder = tmp_path_factory.mktemp("roots")
    last = build(stages, "", context, folder)
    shutil.rmtree(folder / "server")
    return {"": last, "sagemaker": build(stages, "sagemaker", context, folder)}


@contextmanager
def running(image: Image, *words: str, **told: str) -> Generator[Server]:
    """Run an image on a free port; end it by the signal that ends containers."""
    process = image.start(*words, told={"PORT": "0"} | told)
    with started(process, 0, lambda: os.kill(_first(process), signal.SIGTERM)) as server:
        yield Server(server.address.replace("0.0.0.0", "127.0.0.1"), server.logged)  # noqa: S104


def _first(process: subprocess.Popen[str]) -> int:
    """Return the process that is number 1 inside."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


def test_every_instruction_is_known(context: Path) -> None:
    """The last stage, the default, is not root; SageMaker's is; all of them run the same command."""
    stages = read_stages((context / "Containerfile").read_text(), {})
    assert [stage.name for stage in stages] == ["build", "server", "sagemaker", "lambda", ""]
    assert dict(stages[-1].steps)["USER"] == "10001:10001"
    assert sum(step == "RUN" for stage in stages for step, _ in stage.steps) == 5


@pytest.mark.parametrize("target", ["", "sagemaker"])
def test_a_picture_is_answered(images: dict[str, Image], context: Path, target: str) -> None:
    """With a read-only root and no /tmp, the packaged server answers /predict and /healthz, and names its model."""
    with running(images[target]) as server:
        assert server.get("/healthz").json == {"status": "ok"}
        [model] = (context / "model").iterdir()
        reply = server.ask("POST", "/predict", PICTURE)
        assert (reply.json["digit"], reply.json["model"]) == ("7", model.name)
        rows = server.post("/v1/models/digits:predict", {"instances": [sample()[2100].tolist()]}).json["predictions"]
        assert rows[0]["digit"] == "4"
        assert server.get("/v2").json["version"]
        assert server.get("/").status == server.get("/card").status == server.get("/metrics").status == 200


def test_it_runs_without_root(images: dict[str, Image]) -> None:
    """The process has the user of the image, and cannot write anywhere in its root."""
    process = images[""].start(told={"PORT": "0"})
    with started(process, 0, lambda: os.kill(_first(process), signal.SIGTERM)):
        status = Path(f"/proc/{_first(process)}/status").read_text()
        root = Path(f"/proc/{_first(process)}/root")
        assert ("Uid:\t10001\t10001" in status) is (os.geteuid() == 0)
        with pytest.raises(OSError, match="Read-only file system"):
            (root / "opt" / "digits" / "new").touch()


def test_the_health_check_tells_a_dead_server(images: dict[str, Image]) -> None:
    """The command of HEALTHCHECK succeeds beside a running server, and fails without one."""
    image = images[""]
    with running(image) as server:
        port = {"PORT": str(server.place[1])}
        assert image.run(image.health, port).returncode == 0
    assert image.run(image.health, port).returncode != 0


def test_sagemaker_finds_its_model(images: dict[str, Image], context: Path) -> None:
    """Started with `serve` and another bundle in /opt/ml/model, the image answers /invocations with that one.

    Its digest must be stated.
    """
    image = images["sagemaker"]
    [model] = (context / "model").iterdir()
    shutil.copytree(model, image.root / "opt" / "ml" / "model")
    try:
        stated = pin("/opt/ml/model", Bundle(model).digest)
        with image.start("serve", told={"PORT": "0"}) as unstated:
            assert f"set DIGITS_MODEL={stated}" in unstated.communicate()[1]
        with running(image, "serve", DIGITS_MODEL=stated) as server:
            assert server.get("/ping").status == 200
            headers = {"Content-Type": "image/png"}
            assert server.ask("POST", "/invocations", PICTURE, headers).json["model"].startswith("model-")
    finally:
        shutil.rmtree(image.root / "opt" / "ml")


def test_nothing_that_trains_is_there(images: dict[str, Image]) -> None:
    """Neither TensorFlow, Keras and Beam nor the other rooms can be imported; the size is as documented."""
    code = "import importlib.util as u, json; print(json.dumps([n for n in %r if u.find_spec(n)]))"
    names = ["tensorflow", "keras", "apache_beam", "pyarrow", "learning", "components", "pipeline", "pip", "inference"]
    image = images[""]
    found = image.run(["/opt/digits/bin/python", "-c", code % names], {}).stdout
    assert json.loads(found) == ["inference"]
    files = [path for path in (image.root / "opt").rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) < MOST * 1e6


def test_it_ends_while_a_client_is_connected(images: dict[str, Image]) -> None:
    """As process 1 it ends by SIGTERM with status 0, although an idle connection is open."""
    with ExitStack() as stack, running(images[""]) as server:
        idle = stack.enter_context(socket.create_connection(server.place, timeout=60))
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
