"""A Beam worker that a TaskManager starts as a process: the counterpart of `boot` in Beam's images.

Usage: worker.py --id=ID --provision_endpoint=HOST:PORT, as `--environment_type=PROCESS` calls its command. Beam's
Python package has no such program. It installs nothing: all its dependencies must be installed already.
"""

from __future__ import annotations

import argparse
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Ask the runner for its control endpoint and work for it until it closes the connection."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--id", required=True)
    parser.add_argument("--provision_endpoint", required=True)
    asked, _ = parser.parse_known_args()

    from apache_beam.runners.worker.sdk_worker import SdkHarness

    harness: Any = SdkHarness
    harness(_control_endpoint(asked.provision_endpoint, asked.id), worker_id=asked.id).run()


def _control_endpoint(provision: str, worker: str) -> str:
    import grpc
    from apache_beam.portability.api import beam_provision_api_pb2 as messages
    from apache_beam.portability.api import beam_provision_api_pb2_grpc as services

    library: Any = (grpc, messages, services)
    grpc, messages, services = library
    with grpc.insecure_channel(provision) as channel:
        request = messages.GetProvisionInfoRequest()
        answer = services.ProvisionServiceStub(channel).GetProvisionInfo(request, metadata=[("worker_id", worker)])
        return str(answer.info.control_endpoint.url)


if __name__ == "__main__":
    main()
