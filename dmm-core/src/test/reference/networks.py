"""Small UNet, VAE and CLIP text encoder with the structure of SD 1.5, and what diffusers/transformers answer."""

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from fixture import normal, randomize, save_json, save_tensors
from single_file import NAMES
from tokens import FOLDER_NAME as TOKENIZER, load_slow

UNET = dict(
    sample_size=16,
    in_channels=4,
    out_channels=4,
    down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    block_out_channels=(8, 16, 32, 32),
    layers_per_block=2,
    attention_head_dim=4,
    cross_attention_dim=24,
    norm_num_groups=4,
)


def unet_inputs(seed):
    return {
        "sample": normal(seed, 2, 4, 16, 16),
        "timesteps": torch.tensor([37, 814]),
        "encoder_hidden_states": normal(seed + 1, 2, 9, 24),
    }


def record_features(unet):
    """Collects what the four down blocks, the mid block and the four up blocks hand on."""
    features = []

    def record(_module, _inputs, output):
        features.append(output[0] if isinstance(output, tuple) else output)

    for block in (*unet.down_blocks, unet.mid_block, *unet.up_blocks):
        block.register_forward_hook(record)
    return features


def write_unet(folder):
    unet = randomize(UNet2DConditionModel(**UNET), seed=1)
    unet.save_pretrained(folder)
    values = unet_inputs(seed=20)
    features = record_features(unet)
    values["noise_pred"] = unet(values["sample"], values["timesteps"], values["encoder_hidden_states"]).sample
    values.update({f"feature.{i}": feature for i, feature in enumerate(features)})
    # sides that cannot be halved three times
    values["odd.sample"] = normal(22, 2, 4, 5, 7)
    values["odd.noise_pred"] = unet(values["odd.sample"], values["timesteps"], values["encoder_hidden_states"]).sample
    save_tensors(folder, values)


def write_vae(folder):
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 16, 16),
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=32,
    )
    randomize(vae, seed=2).save_pretrained(folder)
    image, latents = normal(30, 2, 3, 16, 24).clamp(-1, 1), normal(31, 2, 4, 4, 6)
    moments = vae.encode(image).latent_dist
    values = {"image": image, "mean": moments.mean, "logvar": moments.logvar}
    values.update(latents=latents, decoded=vae.decode(latents).sample)
    # both larger than a tile of 32 pixels, with tiles cut off at the right and the bottom
    large, large_latents = normal(32, 1, 3, 36, 60).clamp(-1, 1), normal(33, 1, 4, 9, 15)
    vae.enable_tiling()
    values.update(large=large, tiled_mean=vae.encode(large).latent_dist.mean)
    values.update(large_latents=large_latents, tiled_decoded=vae.decode(large_latents).sample)
    save_tensors(folder, values)


def write_clip(folder):
    """`gelu.*` are the answers of the same weights with `hidden_act` "gelu"."""
    tokenizer = load_slow(folder.parent / TOKENIZER)
    texts = ["a red house on the left, by the sea", "two boats, " * 60]
    ids = tokenizer(texts, padding="max_length", truncation=True, max_length=77, return_tensors="pt").input_ids
    values = {"input_ids": ids}
    for activation in ("quick_gelu", "gelu"):
        config = CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=3,
            num_attention_heads=4,
            projection_dim=32,
            hidden_act=activation,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
        model = randomize(CLIPTextModel(config), seed=3)
        prefix = "" if activation == "quick_gelu" else "gelu."
        values.update({prefix + key: value for key, value in clip_answers(model, ids).items()})
        if not prefix:
            model.save_pretrained(folder)
    save_tensors(folder, values)


def clip_answers(model, ids):
    answer = model(ids, output_hidden_states=True)
    return {
        "last_hidden_state": answer.last_hidden_state,
        "clip_skip_2": model.text_model.final_layer_norm(answer.hidden_states[-2]),
        "pooled": answer.pooler_output,
    }


def write_sd15(folder):
    """Names and shapes of the tensors of Stable Diffusion 1.5; on the meta device they have no values.

    `<part>_ldm.json` has the names of single files, in the same order.
    """
    with torch.device("meta"):
        parts = {
            "unet": UNet2DConditionModel(cross_attention_dim=768),
            "vae": AutoencoderKL(
                down_block_types=("DownEncoderBlock2D",) * 4,
                up_block_types=("UpDecoderBlock2D",) * 4,
                block_out_channels=(128, 256, 512, 512),
                layers_per_block=2,
            ),
            "text_encoder": CLIPTextModel(
                CLIPTextConfig(
                    hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12
                )
            ),
        }
    for part, model in parts.items():
        shapes = {name: "x".join(map(str, tensor.shape)) for name, tensor in sorted(model.state_dict().items())}
        save_json(folder, f"{part}.json", shapes)
        names = NAMES[part](model)
        save_json(folder, f"{part}_ldm.json", [names[name] for name in shapes])
