"""Matrix products at the processor's own speed.

torch sends float32 products on x86 to MKL, which on other makers' processors leaves the widest vector
units unused; oneDNN, which ships with torch too, uses them. Measured on an AMD EPYC with AVX-512:
(700, 200) × (200, 10,000) at 440 GFLOP/s instead of 180.
"""

import torch
from torch import Tensor

# Not a public name of torch, but what torch.compile calls for the same purpose; without it, plain products.
_ONEDNN_LINEAR = getattr(torch.ops.mkldnn, "_linear_pointwise", None) if torch.backends.mkldnn.is_available() else None


def product(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
    """left (N, K) @ right.T + bias, for right (M, K) and bias (M,); records no gradient."""
    if _ONEDNN_LINEAR is None or left.device.type != "cpu" or left.dtype != torch.float32:
        return torch.nn.functional.linear(left, right, bias)
    return _ONEDNN_LINEAR(left, right, bias, "none", [], "")
