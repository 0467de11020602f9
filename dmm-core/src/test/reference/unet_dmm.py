"""The authors' UNet with its style branch (MCG-NJU/DMM); their code is imported from a checkout, never copied."""

import sys

import torch

from fixture import normal, randomize, save_tensors

STYLES = 3
CONFIG = dict(
    sample_size=16,
    block_out_channels=(4, 8, 16, 16),
    layers_per_block=2,
    attention_head_dim=2,
    cross_attention_dim=24,
    norm_num_groups=2,
    addition_embed_type="model_merge",
    num_models=STYLES,
)
MIX = (0.2, 0.3, 0.5)


class MixedRow(torch.nn.Module):
    """Takes the place of the codebook: every sample sees the same weighted sum of rows (paper, section 4.5)."""

    def __init__(self, codebook):
        super().__init__()
        self.row = torch.tensor(MIX) @ codebook.weight

    def forward(self, model_ids):
        return self.row.expand(len(model_ids), -1)


def write_unet_dmm(folder, checkout):
    sys.path.insert(0, str(checkout))
    from modeling.dmm_unet import DMMUNet2DConditionModel

    unet = randomize(DMMUNet2DConditionModel(**CONFIG), seed=4)
    # As released: rows are drawn from N(0, 1), about sqrt(D) long.
    unet.model_embedding.weight.copy_(normal(42, *unet.model_embedding.weight.shape))
    unet.save_pretrained(folder)
    values = {
        "sample": normal(40, 2, 4, 16, 16),
        "timesteps": torch.tensor([37, 814]),
        "encoder_hidden_states": normal(41, 2, 9, 24),
        "mix": torch.tensor(MIX),
    }

    def answer(ids, enabled=True):
        return unet(
            values["sample"],
            values["timesteps"],
            values["encoder_hidden_states"],
            added_cond_kwargs={"model_ids": torch.tensor(ids)},
            enable_model_id=enabled,
        )

    for style in range(STYLES):
        values[f"noise_pred.style{style}"] = answer([style, style]).sample
    per_sample = answer([2, 0])
    values["noise_pred.styles_2_0"] = per_sample.sample
    features = (*per_sample.down_block_samples, *per_sample.mid_block_samples, *per_sample.up_block_samples)
    values.update({f"feature.{i}": feature for i, feature in enumerate(features)})
    values["noise_pred.style_off"] = answer([0, 0], enabled=False).sample
    unet.model_embedding = MixedRow(unet.model_embedding)
    values["noise_pred.mix"] = answer([0, 0]).sample
    save_tensors(folder, values)
