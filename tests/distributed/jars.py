"""Fetch Flink and Beam's job server for it once, and check them against pinned checksums.

Flink comes from PyPI (apache-flink-libraries: its jars, without its scripts), the job server from Maven Central, with
the configuration of pip and mvn on this machine. The job server's jar is assembled here, because `java -jar` needs a
jar whose manifest names the others.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from schemas.errors import InputError

__all__ = ["CACHE", "FLINK", "fetch"]

FLINK = "1.19"
"""Beam 2.77 supports Flink up to 2.2, but no job server for a Flink after 1.19 could be fetched."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "digits" / f"flink-{FLINK}"
LIBRARIES = (
    "apache-flink-libraries==1.19.3 --hash=sha256:4a58e3a1fb7d83340bc96b6c080624c6d792d69fae5d294b96224775204a9c60"
)
PARTS = Path(__file__).parent / "job_server"
NEEDED = ("/flink-dist-", "/log4j-")
OPENED = "java.base/java.lang java.base/java.util java.base/java.nio java.base/java.time java.base/java.util.concurrent"
MANIFEST = "Manifest-Version: 1.0\nMain-Class: org.apache.beam.runners.flink.FlinkJobServerDriver\n"


def fetch(cache: Path = CACHE) -> Path:
    """Return a folder with Flink's flink/*.jar and job-server/job-server.jar; fetch them first if they are missing.

    Raises:
        InputError: a part cannot be fetched, or differs from its pinned checksum.
    """
    if not cache.is_dir():
        cache.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache.parent) as temporary:
            staged = Path(temporary) / "staged"
            staged.mkdir()
            _fetch_flink(staged / "flink")
            _fetch_job_server(staged / "job-server")
            if not cache.is_dir():
                staged.rename(cache)
    return cache


def _fetch_flink(folder: Path) -> None:
    folder.mkdir()
    with tempfile.TemporaryDirectory() as temporary:
        wanted = Path(temporary) / "wanted.txt"
        wanted.write_text(LIBRARIES)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        _call([*command, "--dest", temporary, "--requirement", str(wanted)], "Flink's jars, from PyPI")
        (archive,) = Path(temporary).glob("apache-flink-libraries-*.tar.gz")
        with tarfile.open(archive) as members:
            for member in members:
                if member.name.endswith(".jar") and "/lib/" in member.name and any(x in member.name for x in NEEDED):
                    member.name = Path(member.name).name
                    members.extract(member, folder, filter="data")


def _fetch_job_server(folder: Path) -> None:
    if shutil.which("mvn") is None:
        raise InputError("Maven is needed to fetch Beam's job server", found="no mvn on the PATH", do="install maven")
    command = ["mvn", "--quiet", "--batch-mode", "--file", str(PARTS / "pom.xml"), "dependency:copy-dependencies"]
    what = "Beam's job server for Flink, from Maven Central"
    _call([*command, "-DincludeScope=runtime", f"-DoutputDirectory={folder}"], what)
    lines = (PARTS / "jars.sha256").read_text().splitlines()
    pins = {name: pin for pin, name in (line.split() for line in lines)}
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
    if wrong := sorted(name for name in pins.keys() | found.keys() if pins.get(name) != found.get(name)):
        raise InputError(
            "Maven gave other jars than were pinned", found=", ".join(wrong), expected=str(PARTS / "jars.sha256")
        )
    manifest = f"{MANIFEST}{_folded('Class-Path: ' + ' '.join(sorted(pins)))}{_folded('Add-Opens: ' + OPENED)}"
    with zipfile.ZipFile(folder / "job-server.jar", "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", manifest)


def _folded(line: str) -> str:
    """Wrap a manifest line as its format requires: 72 bytes at most, continuation lines begin with a space."""
    rest = [line[at : at + 70] for at in range(0, len(line), 70)]
    return "\n ".join(rest) + "\n"


def _call(command: list[str], what: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        output = [line for line in done.stdout.splitlines() if line.strip()]
        raise InputError(f"{what}, cannot be fetched", found="\n            ".join(output[:5]), do=" ".join(command))
