"""The way to a Ray cluster, which is optional."""

import os
import re
import socket
from typing import Any

from data_prep.errors import UserError

CONNECT_SECONDS = 5.0


def connect(address: str | None) -> Any:
    """The module `ray`, connected to the cluster at HOST:PORT, or to one that is started on this machine alone.

    Raises UserError when Ray is not installed, or when no cluster answers.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
    try:
        import ray
        import ray.util.scheduling_strategies
    except ImportError as error:
        raise UserError(
            "Ray is not installed, and --engine ray needs it.", "pip install 'rnnscope[ray]', here and on every node."
        ) from error
    address = address or os.environ.get("RAY_ADDRESS")
    options: dict[str, Any] = {"address": address} if address else {"address": "local", "include_dashboard": False}
    try:
        if address is not None and (match := re.fullmatch(r"([^:/]+):(\d+)", address)):
            # Ray itself would go on trying for minutes
            socket.create_connection((match[1], int(match[2])), timeout=CONNECT_SECONDS).close()
        ray.init(log_to_driver=False, logging_level="error", **options)
    except (OSError, OverflowError, ValueError, RuntimeError, ray.exceptions.AuthenticationError) as error:
        raise UserError(  # a ConnectionError is an OSError
            f"No Ray cluster answers at {address or 'this machine'}: {error}.",
            "Start one with ray start --head --disable-usage-stats, and give its --address HOST:PORT. One with a token "
            "also wants RAY_AUTH_MODE=token, and its ~/.ray/auth_token here.",
        ) from error
    return ray


def check_resources(ray: Any, cpus: float, gpus: float, what: str) -> None:
    """UserError when no node has so many CPUs and GPUs: what asks for them, such as "a model", would wait for ever."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if not any(node.get("CPU", 0) >= cpus and node.get("GPU", 0) >= gpus for node in nodes):
        has = "; ".join(f"{node.get('CPU', 0):g} CPUs, {node.get('GPU', 0):g} GPUs" for node in nodes)
        unit = what.rsplit(maxsplit=1)[-1]
        raise UserError(
            f"No node of the cluster has {cpus:g} CPUs and {gpus:g} GPUs for {what}. It has: {has}.",
            f"Ask for less: --cpus-per-{unit}, --gpus-per-{unit}.",
        )
