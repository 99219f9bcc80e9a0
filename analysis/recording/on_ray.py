"""Recording on a Ray cluster: one task for each shard of a text, whose tallies add up to the whole.

Every node needs rnnscope, installed as here: code is not shipped. Network and text travel through Ray's object store.
"""

from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from sys import stderr
from typing import Any

import numpy as np
import torch

from analysis.recording.engine import plan_recording, record_segments
from analysis.recording.plan import Plan
from analysis.recording.result import Recording
from analysis.recording.tally import Tally
from data_prep.errors import UserError
from models.network import RecurrentNetwork
from models.ray_cluster import check_resources, connect

WAIT_SECONDS = 0.5


@dataclass(frozen=True)
class RayRecorder:
    """Records by `shards` tasks on the cluster at `address`, or on one that is started on this machine alone.

    cpus, gpus: what each task asks for; with no part of a GPU it reads on the CPU. In place of `record`.
    """

    shards: int
    address: str | None = None
    cpus: float = 1.0
    gpus: float = 0.0

    def __call__(
        self,
        network: RecurrentNetwork,
        ids: np.ndarray,
        *,
        offsets: np.ndarray | None = None,
        words: int,
        streams: int,
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> Recording:
        """As `record`; UserError when no cluster answers, or no node has what a shard asks for."""
        plan = plan_recording(network, ids, offsets=offsets, words=words, streams=streams)
        shards = min(self.shards, len(plan.segments.starts))
        with redirect_stdout(stderr):  # where Ray prints warnings, the result alone belongs
            ray = connect(self.address)
            try:
                check_resources(ray, self.cpus, self.gpus, "a shard")
                read = ray.remote(_read_shard).options(num_cpus=self.cpus, num_gpus=self.gpus, max_retries=2)
                given = [ray.put(it) for it in (network.to("cpu"), np.ascontiguousarray(ids), plan)]
                how = {"threads": max(1, int(self.cpus)), "device": "cuda" if self.gpus else "cpu"}
                waiting = [read.remote(*given, number, shards, how) for number in range(shards)]
                tally = None
                while waiting:
                    ended, waiting = ray.wait(waiting, timeout=WAIT_SECONDS)
                    for task in ended:
                        part: Tally = ray.get(task)
                        if tally is None:
                            tally = part
                        else:
                            tally.merge(part)
                    on_progress(1 - len(waiting) / shards)
            except ray.exceptions.RayTaskError as error:
                cause = error.as_instanceof_cause()
                raise (cause if isinstance(cause, UserError) else error) from error
            finally:
                ray.shutdown()
        assert tally is not None
        return tally.recording()


def _read_shard(
    network: RecurrentNetwork, ids: np.ndarray, plan: Plan, number: int, shards: int, how: dict[str, Any]
) -> Tally:
    torch.set_num_threads(how["threads"])
    return record_segments(network.to(how["device"]), ids, plan, plan.segments.shard(number, shards)).to(
        torch.device("cpu")
    )
