"""The distillation step written plainly in PyTorch and diffusers: the peer that the Java step is timed against.

    python step.py FOLDER [--batch 32] [--threads 2] [--channels-last] [--bf16-teachers] [--script]        (on Linux)

FOLDER is a diffusers folder; only its configs are read, weights and inputs are random. Prints one line of JSON.

Without --script it is the same step: latents and text states at hand, the student once over the whole batch. With it, it
is what the authors' script does in each of its processes, for one teacher after the other: pictures and captions are
encoded, the captions by the teacher's text encoder too, and the student runs once for each teacher.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

TOKENS = 77


class Student(nn.Module):
    """A UNet whose timestep embedding gets a learned style vector added, after an MLP."""

    def __init__(self, config, styles):
        super().__init__()
        self.unet = UNet2DConditionModel.from_config(config)
        width = self.unet.time_embedding.linear_2.out_features
        self.codebook = nn.Embedding(styles, width)
        self.style = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

        def add_style(_module, _inputs, embedding):
            return embedding + self.style(self.codebook(self.style_ids))

        self.unet.time_embedding.register_forward_hook(add_style)

    def forward(self, latents, timesteps, context, style_ids):
        self.style_ids = style_ids
        return self.unet(latents, timesteps, context).sample


class Step:
    """Every teacher sees its slice of the batch, the student sees all of it once."""

    def __init__(self, arguments):
        config = UNet2DConditionModel.load_config(arguments.folder / "unet")
        layout = torch.channels_last if arguments.channels_last else torch.contiguous_format
        precision = torch.bfloat16 if arguments.bf16_teachers else torch.float32
        create = UNet2DConditionModel.from_config
        self.teachers = [
            create(config).eval().requires_grad_(False).to(precision, memory_format=layout)
            for _ in range(arguments.teachers)
        ]
        self.precision = precision
        self.layout = layout
        self.student = Student(config, arguments.teachers).train().to(memory_format=layout)
        self.optimizer = torch.optim.AdamW(self.student.parameters(), lr=1e-4, weight_decay=1e-2, fused=True)
        self.style_ids = torch.arange(arguments.batch) * arguments.teachers // arguments.batch
        self.latent_shape = (arguments.batch, config["in_channels"], config["sample_size"], config["sample_size"])
        self.context_shape = (arguments.batch, TOKENS, config["cross_attention_dim"])

    def inputs(self):
        latents = torch.randn(self.latent_shape).to(memory_format=self.layout)
        return latents, torch.randint(0, 1000, (len(latents),)), torch.randn(self.context_shape)

    @torch.no_grad()
    def targets(self, *inputs):
        slices = zip(*(value.chunk(len(self.teachers)) for value in inputs))
        answers = [
            teacher(latents.to(self.precision), timesteps, context.to(self.precision)).sample.float()
            for teacher, (latents, timesteps, context) in zip(self.teachers, slices)
        ]
        return torch.cat(answers)

    def run(self):
        inputs = self.inputs()
        targets = self.targets(*inputs)
        loss = F.mse_loss(self.student(*inputs, self.style_ids), targets)
        loss.backward()
        self.update()
        return loss.item()

    def update(self):
        nn.utils.clip_grad_norm_(self.student.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()


class ScriptStep(Step):
    """Teacher after teacher with all that belongs to it, and an optimiser step at the end."""

    def __init__(self, arguments):
        super().__init__(arguments)
        self.vae = AutoencoderKL.from_config(AutoencoderKL.load_config(arguments.folder / "vae"))
        self.vae.eval().requires_grad_(False)
        text_config = CLIPTextConfig.from_pretrained(arguments.folder / "text_encoder")
        self.vocabulary = text_config.vocab_size
        encoders = [CLIPTextModel(text_config).eval().requires_grad_(False) for _ in range(arguments.teachers + 1)]
        self.text_encoder, *self.teacher_text_encoders = encoders
        self.samples = arguments.batch // arguments.teachers
        alphas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000).square().neg().add(1).cumprod(0)
        self.signal, self.noise = alphas.sqrt(), (1 - alphas).sqrt()

    @torch.no_grad()
    def encoded(self, teacher_text_encoder):
        side = self.vae.config.sample_size
        pixels = torch.randn(self.samples, self.vae.config.in_channels, side, side)
        ids = torch.randint(0, self.vocabulary, (self.samples, TOKENS))
        latents = self.vae.encode(pixels).latent_dist.sample() * self.vae.config.scaling_factor
        timesteps = torch.randint(0, 1000, (self.samples,))
        weights = (table[timesteps].view(-1, 1, 1, 1) for table in (self.signal, self.noise))
        noisy = latents * next(weights) + torch.randn_like(latents) * next(weights)
        return noisy, timesteps, self.text_encoder(ids)[0], teacher_text_encoder(ids)[0]

    def run(self):
        total = 0
        for i, (teacher, text_encoder) in enumerate(zip(self.teachers, self.teacher_text_encoders)):
            latents, timesteps, context, teachers_context = self.encoded(text_encoder)
            with torch.no_grad():
                target = teacher(latents.to(self.precision), timesteps, teachers_context.to(self.precision)).sample
            style_ids = torch.full((self.samples,), i)
            loss = F.mse_loss(self.student(latents, timesteps, context, style_ids), target.float())
            (loss / len(self.teachers)).backward()
            total += loss.item()
        self.update()
        return total / len(self.teachers)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--batch", type=int, default=32, help="a multiple of the number of teachers")
    parser.add_argument("--teachers", type=int, default=4)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--bf16-teachers", action="store_true")
    parser.add_argument("--script", action="store_true", help="as the authors' script does it")
    arguments = parser.parse_args()
    if arguments.batch % arguments.teachers:
        parser.error(f"--batch must be a multiple of {arguments.teachers} teachers, but is {arguments.batch}")
    return arguments


def timed(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def peak_megabytes():
    """Peak resident memory of this program; getrusage would count the process that started it too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:"))


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    step = (ScriptStep if arguments.script else Step)(arguments)
    for _ in range(arguments.warmup):
        step.run()
    seconds = [timed(step.run) for _ in range(arguments.steps)]
    mean = sum(seconds) / len(seconds)
    report = {
        "samplesPerSecond": round(arguments.batch / mean, 2),
        "secondsPerStep": round(mean, 5),
        "medianSecondsPerStep": round(statistics.median(seconds), 5),
        "peakMegabytes": round(peak_megabytes()),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "batch": arguments.batch,
        "channelsLast": arguments.channels_last,
        "bf16Teachers": arguments.bf16_teachers,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
