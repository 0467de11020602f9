"""Loads what interchange.jsh saved into diffusers and compares the answers; see README.md.

Usage: python interchange.py FOLDER [DMM]
With DMM, a checkout of the authors' code, the merged model alone, in that code's pipeline; without, the others.
Differences are the largest of any element, in standard deviations of diffusers' values.
"""

import sys
from pathlib import Path

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from safetensors.torch import load_file

PROMPT = "a red house on the left, by the sea"
NEGATIVE = "blurred, two boats"
STEPS, GUIDANCE, SEED = 5, 7.0, 7
TOLERANCE = 1e-4
MERGED = "merged"


def load(form, folder):
    """Reads in fp32 whatever the file is in, as the Java side does."""
    if folder.parent.name == MERGED:
        from modeling.dmm_pipeline import StableDiffusionDMMPipeline

        return StableDiffusionDMMPipeline.from_pretrained(form, torch_dtype=torch.float32, use_safetensors=True)
    if form.is_dir():
        return StableDiffusionPipeline.from_pretrained(form, torch_dtype=torch.float32, use_safetensors=True)
    return StableDiffusionPipeline.from_single_file(
        str(form), config=str(folder), torch_dtype=torch.float32, local_files_only=True
    )


def answers(pipeline, **style):
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    size = pipeline.unet.config.sample_size * pipeline.vae_scale_factor
    latents = pipeline(
        PROMPT,
        negative_prompt=NEGATIVE,
        height=size,
        width=size,
        num_inference_steps=STEPS,
        guidance_scale=GUIDANCE,
        generator=torch.Generator().manual_seed(SEED),
        output_type="latent",
        **style,
    ).images
    ids = pipeline.tokenizer(PROMPT, padding="max_length", max_length=77, return_tensors="pt").input_ids
    return {
        "text": pipeline.text_encoder(ids).last_hidden_state,
        "latents": latents,
        "image": pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor).sample,
    }


def main():
    root, failures = Path(sys.argv[1]), 0
    with_styles = len(sys.argv) > 2
    if with_styles:
        sys.path.insert(0, sys.argv[2])
    style = {"model_id": 1} if with_styles else {}
    torch.set_num_threads(1)
    folders = [path for path in sorted(root.iterdir()) if path.is_dir() and (path.name == MERGED) == with_styles]
    files = sorted(file for folder in folders for file in folder.glob("*.answers.safetensors"))
    if not files:
        sys.exit(f"{root}: holds none of the models asked for")
    with torch.no_grad():
        for answered in files:
            name = answered.name.removesuffix(".answers.safetensors")
            diffusers = answered.with_name(name.replace("single", "folder"))
            form = diffusers if diffusers.name == name else answered.with_name(f"{name}.safetensors")
            ours = load_file(answered)
            line = []
            for key, theirs in answers(load(form, diffusers), **style).items():
                assert theirs.shape == ours[key].shape, (form, key)
                difference = ((theirs - ours[key]).abs().max() / theirs.std()).item()
                failures += not difference <= TOLERANCE
                line.append(f"{key} {difference:.1e}")
            print(f"{form.parent.name}/{form.name}: {', '.join(line)}")
    if failures:
        sys.exit(f"{failures} answers differ by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
