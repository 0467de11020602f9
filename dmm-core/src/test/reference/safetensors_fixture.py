"""Writes every dtype with Python's safetensors, each beside the values PyTorch widens it to."""

import torch
from safetensors.torch import save_file


def finite(bits, dtype):
    wide = bits.view(dtype).to(torch.float32)
    return bits[torch.isfinite(wide)].view(dtype)


def every_byte():
    return torch.arange(256, dtype=torch.int64).to(torch.uint8)


def halves():
    # all small subnormals, then a stride that is prime to every field boundary
    bits = torch.cat([torch.arange(0, 64), torch.arange(64, 65536, 61)])
    return bits.to(torch.int16)


def write_safetensors(folder):
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        "F64": torch.tensor([0.1, -1e30, 1e-46], dtype=torch.float64),
        "F32": torch.tensor([[1.5, -2.0], [1e-45, 3.4e38]]),
        "F16": finite(halves(), torch.float16),
        "BF16": finite(halves(), torch.bfloat16),
        "F8_E4M3": finite(every_byte(), torch.float8_e4m3fn),
        "F8_E5M2": finite(every_byte(), torch.float8_e5m2),
        "I64": torch.tensor([-(2**63), 2**63 - 1]),
        "I32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        "U8": every_byte(),
        "BOOL": torch.tensor([True, False, True]),
        "scalar": torch.tensor(0.75),
        "empty": torch.zeros(2, 0, 3),
    }
    for name, tensor in list(tensors.items()):
        wide = torch.float32 if tensor.dtype.is_floating_point else torch.int64
        tensors[name + ".expected"] = tensor.to(wide, copy=True)
    save_file(tensors, folder / "dtypes.safetensors", metadata={"format": "pt", "made by": "safetensors"})
