"""What every fixture shares: reproducible weights of about unit gain, and one way of writing files."""

import json
import math
from pathlib import Path

import torch
from safetensors.torch import save_file


def generator(seed):
    return torch.Generator().manual_seed(seed)


def normal(seed, *shape):
    return torch.randn(shape, generator=generator(seed))


def randomize(module, seed, gain=1.0):
    """Gives every parameter a value that matters: a zero bias or a unit norm weight would hide mistakes."""
    noise = generator(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            draw = torch.randn(parameter.shape, generator=noise)
            if parameter.ndim > 1:
                fan_in = parameter[0].numel()
                parameter.copy_(draw * gain / math.sqrt(fan_in))
            elif name.endswith("weight"):
                parameter.copy_(1 + 0.2 * draw)
            else:
                parameter.copy_(0.2 * draw)
    return module.eval()


def save_tensors(folder, tensors, name="values.safetensors"):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    plain = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    save_file(plain, folder / name, metadata={"format": "pt"})


def save_json(folder, name, value):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=False, indent=1)
    (folder / name).write_text(text + "\n", encoding="utf-8")
