"""LoRA files in every spelling and kind for the small pipeline, and its weights and answers with each folded in."""

import copy
import json

import torch
import torch.nn.functional as F
from diffusers import StableDiffusionPipeline
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoHaConfig, LoKrConfig, LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file

from fixture import generator, normal, save_tensors

RANK = 4
WEIGHT = 0.8  # how strongly each file is folded in
BLOCKS = ("down_blocks.0.attentions.0", "mid_block.attentions.0")
ATTENTION = [f"attn{i}.{layer}" for i in (1, 2) for layer in ("to_q", "to_k", "to_v", "to_out.0")]
FEED_FORWARD = ["ff.net.0.proj", "ff.net.2"]
TEXT_ATTENTION = [f"self_attn.{layer}_proj" for layer in "qkv"] + ["self_attn.out_proj"]

# Kohya's scripts spell the modules of latent diffusion's own code so; written by hand from the shape of the small
# UNet: two levels, one ResNet each on the way down and two on the way up.
LDM = {
    "conv_in": "input_blocks_0_0",
    "time_embedding.linear_2": "time_embed_2",
    "down_blocks.0.resnets.0.conv1": "input_blocks_1_0_in_layers_2",
    "down_blocks.0.attentions.0.proj_in": "input_blocks_1_1_proj_in",
    "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q": "input_blocks_1_1_transformer_blocks_0_attn1_to_q",
    "down_blocks.0.downsamplers.0.conv": "input_blocks_2_0_op",
    "down_blocks.1.resnets.0.conv_shortcut": "input_blocks_3_0_skip_connection",
    "mid_block.attentions.0.transformer_blocks.0.ff.net.2": "middle_block_1_transformer_blocks_0_ff_net_2",
    "mid_block.resnets.1.conv2": "middle_block_2_out_layers_3",
    "up_blocks.0.resnets.1.time_emb_proj": "output_blocks_1_0_emb_layers_1",
    "up_blocks.0.upsamplers.0.conv": "output_blocks_1_1_conv",
    "up_blocks.1.attentions.1.transformer_blocks.0.attn2.to_out.0": "output_blocks_3_1_transformer_blocks_0_attn2_to_out_0",
    "conv_out": "out_2",
}


def unet_layers(layers, blocks=BLOCKS):
    return [f"{block}.transformer_blocks.0.{layer}" for block in blocks for layer in layers]


def text_layers(layers):
    return [f"text_model.encoder.layers.{i}.{layer}" for i in range(2) for layer in layers]


def pair(weight, seed, rank=RANK):
    """lora_down, which has the kernel of a convolution, and lora_up."""
    kernel = weight.shape[2:]
    down = normal(seed, rank, *weight.shape[1:]) * 0.2
    up = normal(seed + 1, weight.shape[0], rank, *(1 for _ in kernel)) * 0.2
    return down, up


class Files:
    """Writes each file, and collects what the pipeline's weights and answers become."""

    def __init__(self, folder):
        self.folder = folder
        self.pipeline = self.load()
        self.values = {
            "sample": normal(70, 2, 4, 8, 8),
            "timesteps": torch.tensor([37, 814]),
            "context": normal(71, 2, 77, 16),
            "input_ids": torch.randint(0, 500, (1, 77), generator=generator(72)),
        }

    def load(self):
        pipeline = StableDiffusionPipeline.from_pretrained(self.folder.parent / "pipeline", safety_checker=None)
        pipeline.set_progress_bar_config(disable=True)
        return pipeline

    def save(self, name, tensors, metadata=None):
        self.folder.mkdir(parents=True, exist_ok=True)
        plain = {key: tensor.detach().contiguous().clone() for key, tensor in tensors.items()}
        save_file(plain, self.folder / f"{name}.safetensors", metadata={"format": "pt", **(metadata or {})})

    def record(self, name, unet, text_encoder=None):
        """Keeps the weights that differ from the pipeline's, and the networks' answers."""
        parts = {"unet": unet, "text_encoder": text_encoder}
        for part, model in parts.items():
            before = getattr(self.pipeline, part).state_dict()
            for key, weight in model.state_dict().items() if model else ():
                if not torch.equal(weight, before[key]):
                    self.values[f"{name}.{part}.{key}"] = weight
        inputs = (self.values[key] for key in ("sample", "timesteps", "context"))
        self.values[f"{name}.noise_pred"] = unet(*inputs).sample
        if text_encoder:
            self.values[f"{name}.text_states"] = text_encoder(self.values["input_ids"]).last_hidden_state

    def fold_with_diffusers(self, name):
        pipeline = self.load()
        pipeline.load_lora_weights(self.folder, weight_name=f"{name}.safetensors")
        pipeline.fuse_lora(lora_scale=WEIGHT)
        pipeline.unload_lora_weights()
        self.record(name, pipeline.unet, pipeline.text_encoder)


def write_kohya(files):
    tensors = {}
    layers = unet_layers(ATTENTION + FEED_FORWARD) + [f"{block}.proj_in" for block in BLOCKS]
    parts = (
        ("lora_unet_", files.pipeline.unet, layers, 2.0),
        ("lora_te_", files.pipeline.text_encoder, text_layers(TEXT_ATTENTION + ["mlp.fc1", "mlp.fc2"]), 3.0),
    )
    for prefix, model, paths, alpha in parts:
        for path in paths:
            name = prefix + path.replace(".", "_")
            down, up = pair(model.get_submodule(path).weight, seed=1000 + len(tensors))
            tensors |= {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}
            tensors[f"{name}.alpha"] = torch.tensor(alpha)
    files.save("kohya", tensors)
    files.fold_with_diffusers("kohya")


def write_peft(files):
    """As diffusers' training scripts save: peft's names in the UNet, diffusers' own in the text encoder."""
    pipeline = files.load()
    first = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
    parts = (
        (pipeline.unet, dict(r=4, lora_alpha=6, rank_pattern={first: 2}, alpha_pattern={first: 5, "attn2.to_k": 3})),
        (pipeline.text_encoder, dict(r=4, lora_alpha=2, use_rslora=True)),
    )
    targets = (unet_layers(ATTENTION), TEXT_ATTENTION)
    states = []
    for (model, settings), modules in zip(parts, targets):
        model.add_adapter(LoraConfig(**settings, target_modules=modules, init_lora_weights=False))
        for i, (name, parameter) in enumerate(model.named_parameters()):
            if "lora_" in name:
                parameter.copy_(0.2 * normal(2000 + i, *parameter.shape))
        states.append(get_peft_model_state_dict(model))
    configs = {
        f"{part}.{key}": sorted(value) if isinstance(value, set) else value
        for part, model in (("unet", pipeline.unet), ("text_encoder", pipeline.text_encoder))
        for key, value in model.peft_config["default"].to_dict().items()
        if key != "base_model_name_or_path"  # a path of the machine this runs on
    }
    tensors = {f"unet.{key}": value for key, value in states[0].items()}
    text = convert_state_dict_to_diffusers(states[1])
    tensors |= {f"text_encoder.{key}": value for key, value in text.items()}
    files.save("peft", tensors, {"lora_adapter_metadata": json.dumps(configs, sort_keys=True)})
    files.fold_with_diffusers("peft")


def write_old(files):
    """The first LoRA files of diffusers named them after attention processors."""
    tensors = {}
    for path in unet_layers(ATTENTION):
        block, _, layer = path.rpartition(".attn")
        number, layer = layer[0], layer[2:].removesuffix(".0")
        down, up = pair(files.pipeline.unet.get_submodule(path).weight, seed=3000 + len(tensors))
        name = f"unet.{block}.attn{number}.processor.{layer}_lora"
        tensors |= {f"{name}.down.weight": down, f"{name}.up.weight": up}
    for path in text_layers(TEXT_ATTENTION):
        down, up = pair(files.pipeline.text_encoder.get_submodule(path).weight, seed=3500 + len(tensors))
        attention, _, layer = path.rpartition(".")
        name = f"text_encoder.{attention}.to_{layer.removesuffix('_proj')}_lora"
        tensors |= {f"{name}.down.weight": down, f"{name}.up.weight": up}
    files.save("old", tensors)
    files.fold_with_diffusers("old")


def kohya_delta(down, up, mid=None):
    """ΔW of kohya's and LyCORIS' LoRA and LoCon; held against what the layers of the adapter compute in a row."""
    if down.ndim == 2:
        return up @ down
    if mid is None:
        delta = (up.flatten(1) @ down.flatten(1)).reshape(up.shape[0], *down.shape[1:])
    else:
        delta = torch.einsum("ijkl,oi,jc->ockl", mid, up.flatten(1), down.flatten(1))
    x = normal(9, 1, delta.shape[1], 8, 8)
    padding = delta.shape[2] // 2
    if mid is None:
        chain = F.conv2d(F.conv2d(x, down, padding=padding), up)
    else:
        chain = F.conv2d(F.conv2d(F.conv2d(x, down), mid, padding=padding), up)
    torch.testing.assert_close(F.conv2d(x, delta, padding=padding), chain, rtol=1e-4, atol=1e-4)
    return delta


def write_locon(files):
    """Ranks and alphas differ; without an alpha, or with 0, the scale is 1."""
    unet, tensors = copy.deepcopy(files.pipeline.unet), {}
    layers = {  # path: (rank, alpha, with a mid layer)
        "down_blocks.0.resnets.0.conv1": (4, 2.0, False),
        "down_blocks.0.resnets.0.conv2": (3, 1.5, True),
        "down_blocks.0.downsamplers.0.conv": (2, 0.0, False),
        "down_blocks.1.resnets.0.conv_shortcut": (4, None, False),
        "mid_block.resnets.0.time_emb_proj": (4, 8.0, False),
        "up_blocks.1.resnets.0.conv1": (4, 1.0, True),
    }
    for i, (path, (rank, alpha, has_mid)) in enumerate(layers.items()):
        weight = unet.get_submodule(path).weight
        name = "lora_unet_" + path.replace(".", "_")
        down, up = pair(weight[:, :, :1, :1] if has_mid else weight, 4000 + 10 * i, rank)
        mid = normal(4005 + 10 * i, rank, rank, *weight.shape[2:]) if has_mid else None
        tensors |= {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}
        if has_mid:
            tensors[f"{name}.lora_mid.weight"] = mid
        if alpha is not None:
            tensors[f"{name}.alpha"] = torch.tensor(alpha)
        weight += WEIGHT * (alpha / rank if alpha else 1) * kohya_delta(down, up, mid)
    files.save("locon", tensors)
    files.record("locon", unet)


def write_ldm(files):
    """Latent diffusion's names, and half precision as most files have it."""
    unet, tensors = copy.deepcopy(files.pipeline.unet), {}
    for i, (path, other) in enumerate(LDM.items()):
        weight = unet.get_submodule(path).weight
        down, up = (tensor.half() for tensor in pair(weight, 5000 + 10 * i, rank=2))
        name = "lora_unet_" + other
        tensors |= {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}
        tensors[f"{name}.alpha"] = torch.tensor(1.0).half()
        weight += WEIGHT * 0.5 * kohya_delta(down.float(), up.float())
    files.save("ldm", tensors)
    files.record("ldm", unet)


def write_lycoris(files, name, configs):
    """Each config changes other modules; peft's adapters are those of LyCORIS, under its names."""
    unet, tensors = copy.deepcopy(files.pipeline.unet), {}
    for i, config in enumerate(configs):
        adapted = get_peft_model(unet, config)
        for j, parameter in enumerate(adapted.parameters()):
            if parameter.requires_grad:  # the adapter's, which peft sets to values too small to show a mistake
                parameter.copy_(0.4 * normal(6000 + 1000 * i + j, *parameter.shape))
        for key, value in get_peft_model_state_dict(adapted).items():
            path, _, role = key.removeprefix("base_model.model.").rpartition(".")
            layer = "lora_unet_" + path.replace(".", "_")
            tensors |= {f"{layer}.{role}": value.clone(), f"{layer}.alpha": torch.tensor(float(config.alpha))}
        for module in adapted.modules():
            if hasattr(module, "scaling"):
                module.scaling = {adapter: scale * WEIGHT for adapter, scale in module.scaling.items()}
        unet = adapted.merge_and_unload()
    files.save(name, tensors)
    files.record(name, unet)


def write_lora(folder):
    """Keys are `<file>.<part>.<weight>` for weights that change, `<file>.noise_pred` and `<file>.text_states`."""
    files = Files(folder)
    write_kohya(files)
    write_peft(files)
    write_old(files)
    write_locon(files)
    write_ldm(files)
    linear = unet_layers(["attn1.to_q", "attn2.to_k", "ff.net.2"], BLOCKS[:1])
    common = dict(init_weights=False)
    write_lycoris(
        files,
        "loha",
        [
            LoHaConfig(r=3, alpha=2, target_modules=[*linear, "down_blocks.0.attentions.0.proj_out"], **common),
            LoHaConfig(r=2, alpha=1, target_modules=["down_blocks.0.resnets.0.conv1"], **common),
            LoHaConfig(
                r=4, alpha=3, target_modules=["up_blocks.0.resnets.0.conv1"], use_effective_conv2d=True, **common
            ),
        ],
    )
    write_lycoris(
        files,
        "lokr",
        [
            LoKrConfig(
                r=1, alpha=2, decompose_both=True, decompose_factor=4, target_modules=linear[:1], **common
            ),  # w1 and w2 of low rank
            LoKrConfig(r=1, alpha=2, target_modules=linear[1:2], **common),  # w1 whole
            LoKrConfig(r=64, alpha=64, target_modules=linear[2:], **common),  # both whole: no scale
            LoKrConfig(
                r=3, alpha=1, decompose_factor=2, target_modules=["mid_block.resnets.1.conv1"], **common
            ),
            LoKrConfig(r=16, alpha=16, target_modules=["down_blocks.0.resnets.0.conv2"], **common),
            LoKrConfig(
                r=3,
                alpha=2,
                decompose_factor=2,
                target_modules=["up_blocks.1.resnets.0.conv1"],
                use_effective_conv2d=True,
                **common,
            ),
        ],
    )
    save_tensors(folder, files.values)
