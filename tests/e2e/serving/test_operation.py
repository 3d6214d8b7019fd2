"""A server in operation: metrics, log, imports and port."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys

from tests.e2e.serving.asked import PICTURE, V1, metric
from tests.project import Project
from tests.serving import Server, serving
from tests.waiting import wait_for


def test_the_metrics_count_answers(server: Server) -> None:
    """GET /metrics counts each answered picture, by digit, and names the model."""
    before = metric(server, 'digits_answers_total{digit="7"}')
    server.ask("POST", "/predict", PICTURE)
    assert metric(server, 'digits_answers_total{digit="7"}') == before + 1
    assert metric(server, "digits_model_refused") == 0


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


def test_it_is_announced_once_signals_end_it(sealed: Project) -> None:
    """Whoever reads the address can stop the server: a container drops a signal that has no handler yet."""
    script = """
import signal, sys
from pathlib import Path
from inference.server.cloud.routes import Routes
from inference.server.serve import Options, serve

def announce(address, version):
    print(signal.getsignal(signal.SIGTERM) != signal.SIG_DFL, flush=True)
    signal.raise_signal(signal.SIGTERM)

serve(Options(Path(sys.argv[1]), "127.0.0.1", 0, 1, frozenset(), "", lambda: None, Routes("", "")), announce)
"""
    command = [sys.executable, "-c", script, str(sealed.artifacts / "champion")]
    done = subprocess.run(command, env=sealed.variables(), capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("True", -signal.SIGTERM)


def test_the_port_comes_from_the_environment(sealed: Project) -> None:
    """PORT names the port, as clouds set it; an occupied one is an error that says what to do."""
    with serving(sealed) as server:
        taken = Project(sealed.path, sealed.environment | {"PORT": str(server.place[1])})
        failed = taken.digits("serve", status=2)
    assert f"port {server.place[1]} cannot be bound" in failed.stderr
    assert "--port" in failed.stderr
