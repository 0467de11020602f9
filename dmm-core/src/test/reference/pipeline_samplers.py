"""What diffusers makes of the model of the fixture `pipeline` with every sampler, from noise and from a picture."""

import numpy
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline
from PIL import Image

from fixture import generator, save_tensors
from pipeline import GUIDANCE, HEIGHT, NEGATIVE, PROMPT, WIDTH
from sampling import DDIM, SCHEDULERS, scheduler_of

SEEDS = (7, 8)
STEPS, STRENGTH = 5, 0.6
# Their schedulers assume a start from noise: LMSDiscreteScheduler takes the weights of a history that is not
# there, PNDMScheduler drops its first timestep but not that timestep's repetition.
NOT_FROM_PICTURES = ("LMS", "PNDM")


def picture():
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    levels = numpy.stack([10 * x, 15 * y, 255 * ((x // 4 + y // 4) % 2)], axis=-1)
    return Image.fromarray(levels.astype(numpy.uint8))


def latents(pipeline, sampler, **request):
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = scheduler_of(sampler, DDIM)
    return pipeline(
        [PROMPT] * len(SEEDS),
        negative_prompt=[NEGATIVE] * len(SEEDS),
        num_inference_steps=STEPS,
        guidance_scale=GUIDANCE,
        generator=[generator(seed) for seed in SEEDS],
        output_type="latent",
        **request,
    ).images


def write_pipeline_samplers(folder):
    """Keys are `noise.<sampler>` and `picture.<sampler>`: scaled latents, one for each seed."""
    from_noise = StableDiffusionPipeline.from_pretrained(folder.parent / "pipeline", safety_checker=None)
    from_picture = StableDiffusionImg2ImgPipeline(**from_noise.components, requires_safety_checker=False)
    image = picture()
    values = {}
    for sampler in SCHEDULERS:
        values[f"noise.{sampler}"] = latents(from_noise, sampler, height=HEIGHT, width=WIDTH)
        if sampler not in NOT_FROM_PICTURES:
            values[f"picture.{sampler}"] = latents(from_picture, sampler, image=image, strength=STRENGTH)
    save_tensors(folder, values)
    image.save(folder / "picture.png")
