"""Start and stop a Flink cluster on this machine: a JobManager and two TaskManagers.

Usage: python -m tests.distributed.flink up|down|status [--folder DIR] [--port PORT]

All its files are in one folder: conf/, log/, and cluster.json with the port and the processes. Needs Linux and Java 11
or 17.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import DigitsError, InputError, UsageError
from tests.distributed.jars import FLINK, fetch
from tests.project import HOUSE

__all__ = ["Cluster", "down", "free_port", "java", "repair", "status", "up", "wait"]

FOLDER = Path("artifacts/.flink")
PORT = 8081
TASK_MANAGERS = 2
SLOTS = 2
PATIENCE = 600
"""Timeout in seconds for the cluster to start; 10 to 20 are usual on two cores."""

JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
OPENED = [
    f"--add-opens=java.base/java.{package}=ALL-UNNAMED"
    for package in ("lang", "lang.reflect", "net", "io", "nio", "text", "time", "util", "util.concurrent")
]
HEAPS = {
    JOB_MANAGER: ["-Xmx448m", "-XX:MaxMetaspaceSize=256m"],
    TASK_MANAGER: ["-Xmx512m", "-XX:MaxDirectMemorySize=384m", "-XX:MaxMetaspaceSize=256m"],
}
"""JVM options that follow from the memory options of CONFIGURATION, by the formulas in Flink's documentation."""

CONFIGURATION = """\
jobmanager.rpc.address: localhost
jobmanager.bind-host: localhost
jobmanager.rpc.port: {rpc}
jobmanager.memory.process.size: 1024m
rest.address: localhost
rest.bind-address: localhost
rest.port: {port}
taskmanager.host: localhost
taskmanager.bind-host: localhost
taskmanager.numberOfTaskSlots: {slots}
taskmanager.cpu.cores: {slots}
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.task.heap.size: 384m
taskmanager.memory.framework.off-heap.size: 128m
taskmanager.memory.task.off-heap.size: 128m
taskmanager.memory.network.min: 128m
taskmanager.memory.network.max: 128m
taskmanager.memory.managed.size: 128m
taskmanager.memory.jvm-metaspace.size: 256m
taskmanager.memory.jvm-overhead.min: 192m
taskmanager.memory.jvm-overhead.max: 192m
parallelism.default: 2
cluster.evenly-spread-out-slots: true
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 3
restart-strategy.fixed-delay.delay: 1 s
heartbeat.interval: 1000
heartbeat.timeout: 8000
web.submit.enable: false
io.tmp.dirs: {folder}/tmp
"""
WORKER = """\
#!/bin/sh
PYTHONPATH={house} exec {python} -m tests.distributed.worker "$@" >>{folder}/log/worker.log 2>&1
"""
LOGGING = """\
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = File
appender.file.name = File
appender.file.type = FILE
appender.file.fileName = ${sys:log.file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c - %m%n
"""


@dataclass(frozen=True)
class Cluster:
    """A running or stopped cluster.

    Attributes:
        folder: the folder of all its files.
        port: of the JobManager's REST interface, on localhost.
        processes: process ids by name: jobmanager, taskmanager-1 and so on.
    """

    folder: Path
    port: int
    processes: dict[str, int]

    @property
    def address(self) -> str:
        """The value of --flink_master."""
        return f"localhost:{self.port}"

    def options(self) -> list[str]:
        """Return the Beam options for this cluster, whose TaskManagers start the workers.

        EXTERNAL, a pool of workers, does not work here: Beam names the workers of every TaskManager 1-1, so if two
        TaskManagers share a pool, as on one machine, the first to finish ends the other's worker.
        """
        worker = json.dumps({"command": str(self.folder / "worker")})
        return [
            "--runner=FlinkRunner",
            f"--flink_master={self.address}",
            f"--flink_version={FLINK}",
            f"--flink_job_server_jar={fetch() / 'job-server' / 'job-server.jar'}",
            f"--parallelism={TASK_MANAGERS}",
            "--environment_type=PROCESS",
            f"--environment_config={worker}",
        ]

    def ask(self, path: str) -> Any:  # noqa: ANN401
        """Return a document of the JobManager's REST interface, such as `jobs/overview`."""
        with urllib.request.urlopen(f"http://{self.address}/{path}", timeout=60) as answer:
            return json.load(answer)

    def task_managers(self) -> int:
        """Return the number of TaskManagers that the JobManager knows; 0 if it does not answer."""
        with contextlib.suppress(OSError, ValueError):
            return int(self.ask("overview")["taskmanagers"])
        return 0

    def alive(self) -> dict[str, int]:
        """Return the processes of the cluster that are still running."""
        return {name: process for name, process in self.processes.items() if _is_ours(process, self.folder)}

    def kill(self, name: str) -> None:
        """Kill one process, as a failing machine would."""
        os.kill(self.processes[name], signal.SIGKILL)


def up(folder: Path = FOLDER, port: int = PORT) -> Cluster:
    """Start a cluster, wait until all its TaskManagers have registered, and return it.

    Args:
        folder: folder for all its files; it is made, and old logs are replaced.
        port: of the JobManager's REST interface, on localhost.

    Raises:
        InputError: there is no suitable Java, or the jars cannot be fetched.
        UsageError: the port is in use, or a cluster runs in this folder.
        DigitsError: the cluster did not start; its processes are ended.
    """
    folder = folder.absolute()
    if (running := status(folder)) and running.alive():
        raise UsageError(f"A Flink cluster runs in {folder}", found=running.address, do="make flink-down")
    java()
    _check_port(port)
    fetch()
    _configure(folder, port)
    cluster = Cluster(folder, port, {})
    try:
        repair(cluster)
    except BaseException:
        down(folder)
        raise
    return cluster


def repair(cluster: Cluster) -> None:
    """Start the missing processes of a cluster and wait until it is complete; Flink must have noticed a loss before.

    Raises:
        DigitsError: it did not start.
    """
    program, jars, alive = java(), fetch(), cluster.alive()
    names = ["jobmanager", *(f"taskmanager-{number}" for number in range(1, TASK_MANAGERS + 1))]
    for name in names:
        if name not in alive:
            _launch(cluster, program, jars, name)
    wait(lambda: cluster.task_managers() == TASK_MANAGERS or len(cluster.alive()) < len(names), PATIENCE)
    if cluster.task_managers() != TASK_MANAGERS:
        logs = [each.read_text(errors="replace").strip()[-500:] for each in (cluster.folder / "log").glob("*.out")]
        raise DigitsError("Flink did not come up", found="\n".join(filter(None, logs)), do=f"see {cluster.folder}/log")


def down(folder: Path = FOLDER) -> None:
    """End every process of the cluster in a folder, if there is one; its logs stay."""
    folder = folder.absolute()
    if (cluster := status(folder)) is None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in cluster.alive().values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        wait(lambda: not cluster.alive(), 10)
    for process in cluster.processes.values():
        with contextlib.suppress(ChildProcessError):  # another process started it
            os.waitpid(process, 0)
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    (folder / "cluster.json").unlink()


def status(folder: Path = FOLDER) -> Cluster | None:
    """Return the cluster that was started in a folder and not stopped, if any."""
    try:
        document = json.loads((folder.absolute() / "cluster.json").read_text())
    except FileNotFoundError:
        return None
    return Cluster(folder.absolute(), document["port"], document["processes"])


def java() -> str:
    """Return the java program of JAVA_HOME or the PATH.

    Raises:
        InputError: there is none, or its version is not 11 or 17.
    """
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{home}/bin" if home else None)
    advice = "install Java 17 (Debian: apt-get install openjdk-17-jre-headless)"
    if program is None:
        raise InputError("Flink needs Java", found=f"no java in {home or 'the PATH'}", do=advice)
    output = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', output)
    if version is None or int(version[1]) not in (11, 17):
        raise InputError("Flink 1.19 needs Java 11 or 17", found=output.split("\n")[0] or "nothing", do=advice)
    return program


def wait(done: Callable[[], bool], seconds: float) -> bool:
    """Wait until a condition is true or a number of seconds have passed; return whether it is true."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def free_port() -> int:
    """Return a port of localhost that is not in use."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", port))
        except OSError as error:
            do = "name another: python -m tests.distributed.flink up --port PORT"
            raise UsageError(f"Port {port} is taken", found=str(error), do=do) from error


def _configure(folder: Path, port: int) -> None:
    for name in ("conf", "log", "tmp"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    settings = CONFIGURATION.format(rpc=free_port(), port=port, slots=SLOTS, folder=folder)
    (folder / "conf" / "flink-conf.yaml").write_text(settings)
    (folder / "conf" / "log4j.properties").write_text(LOGGING)
    worker = folder / "worker"
    paths = {"house": HOUSE, "python": sys.executable, "folder": folder}
    worker.write_text(WORKER.format(**{name: shlex.quote(str(path)) for name, path in paths.items()}))
    worker.chmod(0o755)


def _launch(cluster: Cluster, program: str, jars: Path, name: str) -> None:
    main = JOB_MANAGER if name == "jobmanager" else TASK_MANAGER
    conf, log = cluster.folder / "conf", cluster.folder / "log"
    properties = [f"-Dlog.file={log}/{name}.log", f"-Dlog4j.configurationFile={conf}/log4j.properties"]
    classes = ["-cp", f"{jars}/flink/*", main, "--configDir", str(conf)]
    command = [program, *HEAPS[main], "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *OPENED, *properties, *classes]
    out = (os.POSIX_SPAWN_OPEN, 1, str(log / f"{name}.out"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), out, (os.POSIX_SPAWN_DUP2, 1, 2)]
    # A new session, so that Ctrl-C in the shell that started the cluster does not end it.
    cluster.processes[name] = os.posix_spawn(program, command, os.environ, file_actions=files, setsid=True)
    state = {"port": cluster.port, "processes": cluster.processes}
    (cluster.folder / "cluster.json").write_text(json.dumps(state))


def _is_ours(process: int, folder: Path) -> bool:
    """Return whether a process belongs to the cluster: its id may have been reused."""
    try:
        return str(folder / "conf").encode() in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def main() -> None:
    """Run the subcommand: up, down or status."""
    parser = argparse.ArgumentParser(description="A Flink cluster on this machine.")
    parser.add_argument("do", choices=("up", "down", "status"))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--port", type=int, default=PORT)
    asked = parser.parse_args()
    try:
        if asked.do == "up":
            cluster = up(asked.folder, asked.port)
            print(f"Flink is up: http://{cluster.address}, logs in {cluster.folder}/log. Beam's options for it:")
            print(shlex.join(cluster.options()))
        elif asked.do == "down":
            down(asked.folder)
        else:
            cluster = status(asked.folder)
            print(f"http://{cluster.address}: {', '.join(cluster.alive())}" if cluster else "no Flink cluster here")
    except DigitsError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
