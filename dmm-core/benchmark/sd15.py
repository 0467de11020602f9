"""Stable Diffusion 1.5 at its true size in diffusers: the peer that our sampling is timed against.

    python sd15.py FOLDER [--threads 2] [--runs 3] [--steps 25] [--bf16] [--image]        (on Linux)

FOLDER is a diffusers folder, which sd15.jsh makes. Prints one line of JSON: seconds of one UNet step (512×512, batch 2 for guidance), of
decoding, of the text encoder, of loading the UNet from its file, and the peak memory.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file
from transformers import CLIPTextModel


def peak_megabytes():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return float(line.split()[1]) * 1024 / 1e6
    return float("nan")


def forget_peak():
    Path("/proc/self/clear_refs").write_text("5")


def seconds(runs, body):
    body()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


@torch.inference_mode()
def measure(arguments):
    precision = torch.bfloat16 if arguments.bf16 else torch.float32
    report = {}
    start = time.perf_counter()
    weights = load_file(arguments.folder / "unet" / "diffusion_pytorch_model.safetensors")
    weights = {name: tensor.to(precision) for name, tensor in weights.items()}
    report["load"] = time.perf_counter() - start
    del weights

    text = CLIPTextModel.from_pretrained(arguments.folder / "text_encoder", torch_dtype=torch.float32).eval()
    ids = torch.randint(0, 49408, (2, 77))
    report["text"] = seconds(arguments.runs, lambda: text(ids))

    vae = AutoencoderKL.from_pretrained(arguments.folder / "vae", torch_dtype=precision).eval()
    latents = torch.randn(1, 4, 64, 64).to(precision)
    report["decode"] = seconds(arguments.runs, lambda: vae.decode(latents))

    forget_peak()
    unet = UNet2DConditionModel.from_pretrained(arguments.folder / "unet", torch_dtype=precision).eval()
    sample = torch.randn(2, 4, 64, 64).to(precision)
    context = torch.randn(2, 77, 768).to(precision)
    report["step"] = seconds(arguments.runs, lambda: unet(sample, 500, context))
    report["peakMegabytes"] = peak_megabytes()

    if arguments.image:
        pipeline = StableDiffusionPipeline.from_pretrained(
            arguments.folder, unet=unet, vae=vae, torch_dtype=precision, safety_checker=None
        )
        pipeline.scheduler = DPMSolverMultistepScheduler.from_config(pipeline.scheduler.config)
        pipeline.set_progress_bar_config(disable=True)
        start = time.perf_counter()
        pipeline("a red house", num_inference_steps=arguments.steps, guidance_scale=7.0)
        report["image"] = time.perf_counter() - start
    return report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--image", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    print(json.dumps(measure(arguments)))


if __name__ == "__main__":
    main()
