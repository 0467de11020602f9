"""The names and shapes of latent diffusion's single files, as diffusers' own conversion reads them."""

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
)

from fixture import save_tensors
from pipeline import answers
from sampling import DDIM

UNET_PREFIX, VAE_PREFIX, CLIP_PREFIX = "model.diffusion_model.", "first_stage_model.", "cond_stage_model.transformer."


def with_ends(*paths):
    return [f"{path}.{end}" for path in paths for end in ("weight", "bias")]


def unet_resnet(path):
    ends = ("in_layers.0", "in_layers.2", "emb_layers.1", "out_layers.0", "out_layers.3", "skip_connection")
    return with_ends(*(f"{path}.{end}" for end in ends))


def unet_attention(path):
    block = f"{path}.transformer_blocks.0"
    ends = ("attn1.to_out.0", "attn2.to_out.0", "ff.net.0.proj", "ff.net.2", "norm1", "norm2", "norm3")
    names = with_ends(f"{path}.norm", f"{path}.proj_in", f"{path}.proj_out", *(f"{block}.{end}" for end in ends))
    return names + [f"{block}.attn{i}.to_{letter}.weight" for i in (1, 2) for letter in "qkv"]


def unet_candidates(config):
    """Every name that latent diffusion's UNetModel could have at these sizes; more than it has."""
    names = with_ends("time_embed.0", "time_embed.2", "input_blocks.0.0", "out.0", "out.2")
    names += unet_resnet("middle_block.0") + unet_attention("middle_block.1") + unet_resnet("middle_block.2")
    per_level = config.layers_per_block + 1
    for i in range(len(config.block_out_channels) * per_level):
        attends = config.up_block_types[i // per_level].startswith("CrossAttn")
        for blocks in ("input_blocks", "output_blocks"):
            names += unet_resnet(f"{blocks}.{i}.0") + unet_attention(f"{blocks}.{i}.1")
        names += with_ends(f"input_blocks.{i}.0.op", f"output_blocks.{i}.{2 if attends else 1}.conv")
    return names


def vae_candidates(config):
    names = with_ends("quant_conv", "post_quant_conv")
    for coder, way, sample in (("encoder", "down", "downsample"), ("decoder", "up", "upsample")):
        paths = ["conv_in", "norm_out", "conv_out"]
        paths += [f"mid.attn_1.{name}" for name in ("norm", "q", "k", "v", "proj_out")]
        for level in range(len(config.block_out_channels)):
            paths.append(f"{way}.{level}.{sample}.conv")
        blocks = [
            f"{way}.{level}.block.{j}"
            for level in range(len(config.block_out_channels))
            for j in range(config.layers_per_block + 1)
        ]
        for block in ("mid.block_1", "mid.block_2", *blocks):
            paths += [f"{block}.{name}" for name in ("norm1", "conv1", "norm2", "conv2", "nin_shortcut")]
        names += with_ends(*(f"{coder}.{path}" for path in paths))
    return names


def read_by_diffusers(convert, model, candidates, prefix, **arguments):
    """Diffusers' name -> LDM name, from where diffusers' conversion puts each tensor.

    The candidates hold names that the model lacks; the first round finds them out, the second must then give
    exactly the model's names.
    """
    wanted = {name for name in model.state_dict() if not name.endswith("position_ids")}
    for _ in range(2):
        marks = {prefix + name: torch.tensor([[[[float(i)]]]]) for i, name in enumerate(candidates)}
        converted = convert(dict(marks), **arguments)
        of_mark = {float(mark): name.removeprefix(prefix) for name, mark in marks.items()}
        pairs = {name: of_mark[float(mark)] for name, mark in converted.items() if name in wanted}
        candidates = [name for name in candidates if name in pairs.values()]
    assert set(converted) == wanted and len(set(pairs.values())) == len(wanted)
    return pairs


def unet_names(unet):
    config = unet.config
    return read_by_diffusers(
        convert_ldm_unet_checkpoint, unet, unet_candidates(config), UNET_PREFIX, config=config
    )


def vae_names(vae):
    return read_by_diffusers(
        convert_ldm_vae_checkpoint, vae, vae_candidates(vae.config), VAE_PREFIX, config=vae.config
    )


def text_encoder_names(encoder):
    return read_by_diffusers(convert_ldm_clip_checkpoint, encoder, list(encoder.state_dict()), CLIP_PREFIX)


PREFIXES = {"unet": UNET_PREFIX, "vae": VAE_PREFIX, "text_encoder": CLIP_PREFIX}
NAMES = {"unet": unet_names, "vae": vae_names, "text_encoder": text_encoder_names}


def as_single_file(pipeline):
    """The tensors of a pipeline by their LDM names, as the original code would save them."""
    tensors = {}
    for part, prefix in PREFIXES.items():
        model = getattr(pipeline, part)
        state = model.state_dict()
        for name, other in NAMES[part](model).items():
            attention = ".mid.attn_1." in other and state[name].ndim == 2
            tensors[prefix + other] = state[name][:, :, None, None] if attention else state[name]
    return tensors


def write_single_file(folder):
    """The model of `pipeline` with mixed dtypes, and with what training leaves behind; answers as there."""
    source = StableDiffusionPipeline.from_pretrained(folder.parent / "pipeline", safety_checker=None)
    tensors = as_single_file(source)
    dtypes = {UNET_PREFIX: torch.float16, VAE_PREFIX: torch.bfloat16, CLIP_PREFIX: torch.float32}
    for name, tensor in tensors.items():
        tensors[name] = tensor.to(next(dtype for prefix, dtype in dtypes.items() if name.startswith(prefix)))
    tensors[CLIP_PREFIX + "text_model.embeddings.position_ids"] = torch.arange(77)[None]
    tensors["alphas_cumprod"] = source.scheduler.alphas_cumprod
    tensors["model_ema.decay"] = torch.tensor(0.9999)
    tensors["model_ema.diffusion_modeltime_embed0bias"] = torch.zeros(32)
    save_tensors(folder, tensors, "model.safetensors")
    loaded = StableDiffusionPipeline.from_single_file(
        str(folder / "model.safetensors"), config=str(folder.parent / "pipeline"), local_files_only=True
    )
    loaded.scheduler = DDIMScheduler(**DDIM)
    save_tensors(folder, {f"ddim.{key}": value for key, value in answers(loaded).items()})
