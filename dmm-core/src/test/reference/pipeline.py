"""A whole small Stable Diffusion as diffusers saves it, and the pictures that diffusers makes with it."""

from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel

from fixture import generator, randomize, save_tensors
from sampling import DDIM
from tokens import FOLDER_NAME as TOKENIZER, load_slow

PROMPT = "a red house on the left, by the sea"
NEGATIVE = "blurred, two boats"
STEPS, GUIDANCE, SEED = 5, 7.0, 7
HEIGHT, WIDTH = 16, 24
TRAINED_ON = DDIMScheduler(**DDIM)
SCHEDULERS = {"ddim": TRAINED_ON, "dpm": DPMSolverMultistepScheduler.from_config(TRAINED_ON.config)}


def text_encoder(tokenizer):
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return randomize(CLIPTextModel(config), seed=1)


def unet(cross_attention_dim):
    model = UNet2DConditionModel(
        sample_size=8,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        block_out_channels=(8, 16),
        layers_per_block=1,
        attention_head_dim=2,
        cross_attention_dim=cross_attention_dim,
        norm_num_groups=4,
    )
    return randomize(model, seed=2)


def vae():
    model = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=(8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=16,
    )
    return randomize(model, seed=3)


def write_pipeline(folder):
    """Keys are `<scheduler>.latents` (scaled) and `<scheduler>.image`, not clipped to [-1, 1]."""
    tokenizer = load_slow(folder.parent / TOKENIZER)
    encoder = text_encoder(tokenizer)
    pipeline = StableDiffusionPipeline(
        vae=vae(),
        text_encoder=encoder,
        tokenizer=tokenizer,
        unet=unet(encoder.config.hidden_size),
        scheduler=TRAINED_ON,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.save_pretrained(folder)
    values = {}
    for name, scheduler in SCHEDULERS.items():
        pipeline.scheduler = scheduler
        values.update({f"{name}.{key}": value for key, value in answers(pipeline).items()})
    save_tensors(folder, values)


def answers(pipeline):
    latents = pipeline(
        PROMPT,
        negative_prompt=NEGATIVE,
        height=HEIGHT,
        width=WIDTH,
        num_inference_steps=STEPS,
        guidance_scale=GUIDANCE,
        generator=generator(SEED),
        output_type="latent",
    ).images
    image = pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor).sample
    return {"latents": latents, "image": image}
