"""The losses of the distillation, written plainly from the paper's equations, with the gradients of torch's autograd."""

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from torch import nn
from torch.nn import functional as F

from fixture import generator, normal, randomize, save_tensors
from networks import UNET

STYLES = 3


def write_losses(folder):
    values = {}
    with torch.enable_grad():
        write_score(values)
        write_features(values)
        write_adversarial(values)
    save_tensors(folder, {name: single(value) for name, value in values.items()})


def single(value):
    return value.float() if value.is_floating_point() else value


def leaf(tensor):
    return tensor.clone().requires_grad_()


def write_score(values):
    """Eq. 9 with a weight for each sample."""
    student, teachers, weights = leaf(normal(100, 3, 4, 2, 2)), normal(101, 3, 4, 2, 2), torch.tensor([0.5, 2, 0.9])
    per_sample = weights * (student - teachers).pow(2).mean(dim=(1, 2, 3))
    loss = per_sample.mean()
    loss.backward()
    values.update({"score.student": student, "score.teachers": teachers, "score.weights": weights})
    values.update({"score.per_sample": per_sample, "score.loss": loss, "score.gradient": student.grad})


def write_features(values):
    """Eq. 10 with each reduction."""
    shapes = [(2, 4, 4, 4), (2, 6, 2, 2), (2, 8, 1, 2)]
    students = [normal(110 + i, *shape) for i, shape in enumerate(shapes)]
    teachers = [normal(120 + i, *shape) for i, shape in enumerate(shapes)]
    for i in range(len(shapes)):
        values.update({f"features.student.{i}": students[i], f"features.teachers.{i}": teachers[i]})
    reductions = {
        "sum": lambda pairs: sum((s - t).pow(2).flatten(1).sum(1).mean() for s, t in pairs),
        "mean": lambda pairs: sum((s - t).pow(2).mean() for s, t in pairs) / len(shapes),
        "cosine": lambda pairs: sum((1 - cosine(s, t)).mean() for s, t in pairs) / len(shapes),
    }
    for name, reduction in reductions.items():
        leaves = [leaf(student) for student in students]
        loss = reduction(list(zip(leaves, teachers)))
        loss.backward()
        values[f"features.{name}.loss"] = loss
        values.update({f"features.{name}.gradient.{i}": one.grad for i, one in enumerate(leaves)})


def cosine(x, y):
    return (x * y).sum(1) / (x.pow(2).sum(1).sqrt() * y.pow(2).sum(1).sqrt())


class Head(nn.Module):
    def __init__(self, channels, width, groups, classes):
        super().__init__()
        self.conv_1 = nn.Conv2d(channels, width, 3, padding=1)
        self.norm_1 = nn.GroupNorm(groups, width, eps=1e-5)
        self.conv_2 = nn.Conv2d(width, width, 3, padding=1)
        self.norm_2 = nn.GroupNorm(groups, width, eps=1e-5)
        self.projection = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        x = F.silu(self.norm_1(self.conv_1(x)))
        x = F.silu(self.norm_2(self.conv_2(x)))
        return self.projection(x).mean(dim=(2, 3))


def write_adversarial(values):
    """Eq. 11 and 12 on the mid block of `unet`, with re-noised one-step predictions, in double precision."""
    unet = randomize(UNet2DConditionModel(**UNET), seed=1).requires_grad_(False).double()
    channels = UNET["block_out_channels"]
    head = randomize(Head(channels[-1], channels[0], UNET["norm_num_groups"], 2 * STYLES), seed=130).double()
    schedule = DDPMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    alphas_cumprod = schedule.alphas_cumprod.double()[:, None, None, None]
    batch = 4
    noise = generator(131)

    def draw(*shape):
        return torch.randn(batch, *shape, generator=noise).double()

    inputs = {
        "latents": draw(4, 16, 16),
        "timesteps": torch.tensor([3, 250, 701, 999]),
        "student": draw(4, 16, 16),
        "teachers": draw(4, 16, 16),
        "styles": torch.tensor([2, 0, 1, 2]),
        "context": draw(5, 24),
        "renoise_timesteps": torch.tensor([420, 17, 333, 499]),
        "renoise": draw(4, 16, 16),
    }
    mid = []
    unet.mid_block.register_forward_hook(lambda _module, _inputs, output: mid.append(output))

    def denoised(noise_pred):
        at = alphas_cumprod[inputs["timesteps"]]
        return (inputs["latents"] - (1 - at).sqrt() * noise_pred) / at.sqrt()

    def logits(clean):
        at = alphas_cumprod[inputs["renoise_timesteps"]]
        noisy = at.sqrt() * clean + (1 - at).sqrt() * inputs["renoise"]
        unet(noisy, inputs["renoise_timesteps"], inputs["context"])
        return head(mid.pop())

    student = leaf(inputs["student"])
    clean = denoised(student)
    judged = logits(clean)
    loss = F.cross_entropy(judged, inputs["styles"])
    (gradient,) = torch.autograd.grad(loss, student)
    values.update({f"adversarial.{name}": value for name, value in inputs.items()})
    values.update({f"adversarial.head.{name}": value for name, value in head.named_parameters()})
    values.update({"adversarial.denoised": clean, "adversarial.logits": judged})
    values.update({"adversarial.loss": loss, "adversarial.gradient": gradient})

    imitated = F.cross_entropy(logits(clean.detach()), STYLES + inputs["styles"])
    taught = F.cross_entropy(logits(denoised(inputs["teachers"])), inputs["styles"])
    loss = imitated + taught
    loss.backward()
    values["discriminator.loss"] = loss
    values.update({f"discriminator.gradient.{name}": value.grad for name, value in head.named_parameters()})
