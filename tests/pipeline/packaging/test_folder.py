"""The folder that `digits package` writes."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
import yaml

from pipeline.packaging.folder import write_folder
from schemas.artifacts.bundle import Bundle
from schemas.errors import InputError, UsageError
from tests.pinned import pinned
from tests.project import Project
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def packaged(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for the sealed bundle."""
    to = tmp_path_factory.mktemp("packaged") / "image"
    write_folder(bundle, to)
    return to


def _contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_command_packages_the_champion(sealed: Project, tmp_path: Path) -> None:
    """It prints the folder on standard output, and says how to build the image."""
    done = sealed.digits("package", "--to", str(tmp_path / "image"))
    version = (sealed.artifacts / "champion").readlink().name
    assert done.stdout.strip() == str(tmp_path / "image")
    assert f"-t digits:{version}" in done.stderr
    assert (tmp_path / "image" / "model" / version / "model.tflite").is_file()


def test_a_bundle_anywhere_needs_no_project(bundle: Path, tmp_path: Path) -> None:
    """With --model FOLDER@DIGEST the command works outside a project, and names the model by its content."""
    copy = Path(shutil.copytree(bundle.resolve(), tmp_path / "mine"))
    Project(tmp_path, {}).digits("package", "--to", str(tmp_path / "image"), "--model", pinned(copy))
    [model] = (tmp_path / "image" / "model").iterdir()
    assert re.fullmatch(r"mine-[0-9a-f]{8}", model.name)


def test_a_second_folder_has_the_same_bytes(packaged: Path, bundle: Path, tmp_path: Path) -> None:
    """The same model and the same version of digits give the same files."""
    write_folder(bundle, tmp_path / "again")
    assert _contents(tmp_path / "again") == _contents(packaged)


def test_nothing_is_left_to_fill_in(packaged: Path, bundle: Path) -> None:
    """Every placeholder of the templates has its value; the tag of the image is the model's version."""
    for path in packaged.iterdir():
        if path.is_file() and path.suffix != ".whl":
            assert re.findall(r"\{(version|wheel|python|content)\}", path.read_text()) == []
    assert f"image: digits:{bundle.resolve().name}" in (packaged / "kubernetes.yaml").read_text()


def test_the_image_states_the_digest_of_its_model(packaged: Path, bundle: Path) -> None:
    """The Containerfile and the README name it, so that the server opens no other model in its place."""
    stated = f"@{Bundle(bundle).digest}"
    assert f"ENV DIGITS_PACKAGED=/opt/digits/model{stated}" in (packaged / "Containerfile").read_text()
    assert f"DIGITS_MODEL=model/{bundle.resolve().name}{stated}" in (packaged / "README.md").read_text()


def test_the_readme_names_files_that_exist(packaged: Path) -> None:
    """Each file in code of the README's table, and each that a command reads, is in the folder."""
    text = (packaged / "README.md").read_text()
    named = {name for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)}
    assert len(named) >= 8
    assert [name for name in named if not (packaged / name).exists()] == []
    read = set(re.findall(r"(?:file://|-f )([\w.-]+)", text))
    assert read >= {"Containerfile", "kubernetes.yaml", "ecs.json"}
    assert [name for name in read if not (packaged / name).is_file()] == []


def test_the_readme_builds_stages_that_exist(packaged: Path) -> None:
    """Each --target of a command is a stage of the Containerfile."""
    stages = set(re.findall(r"^FROM \S+ AS (\w+)", (packaged / "Containerfile").read_text(), re.MULTILINE))
    targets = set(re.findall(r"--target (\w+)", (packaged / "README.md").read_text()))
    assert targets == {"sagemaker", "lambda"} <= stages


def test_the_manifest_has_probes_and_limits(packaged: Path) -> None:
    """Kubernetes runs it without root, with a read-only root, and asks paths of the server."""
    deployment, service = yaml.safe_load_all((packaged / "kubernetes.yaml").read_text())
    pod = deployment["spec"]["template"]["spec"]
    [container] = pod["containers"]
    probes = [container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")]
    assert probes == ["/readyz", "/readyz", "/healthz"]
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 10001)
    assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]
    assert deployment["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]


def test_the_task_of_ecs_is_as_strict(packaged: Path) -> None:
    """Its task definition has a user, a read-only root and a health check: ECS does not read that of an image."""
    [container] = json.loads((packaged / "ecs.json").read_text())["containerDefinitions"]
    assert (container["user"], container["readonlyRootFilesystem"]) == ("10001:10001", True)
    assert "/healthz" in container["healthCheck"]["command"][-1]


def test_kserve_probes_the_protocol(packaged: Path) -> None:
    """The InferenceService asks whether the server is ready as version 2 of the protocol does."""
    service = yaml.safe_load((packaged / "kserve.yaml").read_text())
    [container] = service["spec"]["predictor"]["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/v2/health/ready"


def test_the_wheel_holds_the_inference_side(packaged: Path) -> None:
    """It has digits, inference and schemas, with the page's files, all with their hashes; nothing of other rooms."""
    [path] = packaged.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        rooms = {name.partition("/")[0] for name in names}
        record = wheel.read(next(name for name in names if name.endswith("/RECORD"))).decode().splitlines()
    assert rooms == {"digits", "inference", "schemas", path.name.removesuffix("-py3-none-any.whl") + ".dist-info"}
    assert {"inference/server/page/index.html", "inference/py.typed", "inference/server/__main__.py"} <= set(names)
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc")] == []
    assert sorted(line.partition(",")[0] for line in record) == sorted(names)


def test_a_folder_with_files_is_refused(bundle: Path, tmp_path: Path) -> None:
    """Nothing in it is touched, and what the error advises works."""
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "precious").touch()
    with pytest.raises(UsageError, match="is not empty") as caught:
        write_folder(bundle, tmp_path / "image")
    assert [each.name for each in (tmp_path / "image").iterdir()] == ["precious"]
    assert caught.value.do.startswith(f"rm -r {tmp_path}")
    shutil.rmtree(tmp_path / "image")
    write_folder(bundle, tmp_path / "image")


def test_an_empty_folder_is_filled(bundle: Path, tmp_path: Path) -> None:
    """A folder that somebody made beforehand is taken."""
    (tmp_path / "image").mkdir()
    write_folder(bundle, tmp_path / "image")
    assert (tmp_path / "image" / "Containerfile").is_file()


def test_a_damaged_bundle_is_not_packaged(bundle: Path, tmp_path: Path) -> None:
    """A changed file of it is named, and no folder appears, not even a part of one."""
    copy = Path(shutil.copytree(bundle.resolve(), tmp_path / "copy"))
    (copy / "transform.json").chmod(0o644)
    (copy / "transform.json").write_text("{}")
    with pytest.raises(InputError, match="is damaged") as caught:
        write_folder(copy, tmp_path / "image")
    assert caught.value.found == "transform.json"
    assert [each.name for each in tmp_path.iterdir()] == ["copy"]


def test_an_interrupted_folder_does_not_appear(sealed: Project, tmp_path: Path) -> None:
    """A command that is terminated while it writes leaves nothing; one that was done by then leaves all of it."""
    process = sealed.start("package", "--to", str(tmp_path / "image"))
    wait_for(lambda: any(tmp_path.iterdir()), "the first file")
    process.terminate()
    process.communicate()
    left = [each.name for each in tmp_path.iterdir()]
    assert left == ([] if process.returncode else ["image"])
    assert not left or (tmp_path / "image" / "Containerfile").is_file()
