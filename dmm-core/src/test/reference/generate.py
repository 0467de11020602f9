"""Writes the reference fixtures of the Java tests; see README.md."""

import argparse
from importlib import import_module
from pathlib import Path

import torch

# Modules are imported on demand: `unet_dmm` needs another version of diffusers than the rest.
FIXTURES = {
    "random": "sampling",
    "sampler": "sampling",
    "optim": "sampling",
    "ema": "sampling",
    "losses": "losses",
    "unet": "networks",
    "vae": "networks",
    "sd15": "networks",
    "tokenizer": "tokens",
    "clip": "networks",
    "pipeline": "pipeline",
    "lora": "lora",
    "single_file": "single_file",
    "pipeline_samplers": "pipeline_samplers",
    "prompts": "prompts",
    "images": "images",
    "events": "events",
    "safetensors": "safetensors_fixture",
    "inception": "inception",
    "frechet": "frechet",
}


# LMSDiscreteScheduler gives other latents where scipy is there.
NEEDS_SCIPY = "frechet"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fixtures", nargs="*", help=f"which to write, default all of {list(FIXTURES)} but frechet")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "resources" / "reference")
    parser.add_argument("--dmm", type=Path, help="checkout of MCG-NJU/DMM: write `unet_dmm` instead")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    with torch.no_grad():
        if arguments.dmm:
            import_module("unet_dmm").write_unet_dmm(arguments.out / "unet_dmm", arguments.dmm)
            return
        for name in arguments.fixtures or [name for name in FIXTURES if name != NEEDS_SCIPY]:
            getattr(import_module(FIXTURES[name]), f"write_{name}")(arguments.out / name)
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
