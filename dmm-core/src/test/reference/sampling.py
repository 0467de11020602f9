"""Random numbers, noise schedule, samplers and optimiser, as torch and diffusers compute them."""

import sys
from inspect import signature
from types import SimpleNamespace
from unittest.mock import patch

import numpy
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    LCMScheduler,
    PNDMScheduler,
    UniPCMultistepScheduler,
)
from diffusers.training_utils import EMAModel
from diffusers.utils.torch_utils import randn_tensor

from fixture import generator, normal, save_json, save_tensors


def quad(function, start, end, **_):
    """Stands in for scipy.integrate.quad, which the scheduler only asks for integrals of cubics."""
    nodes, weights = numpy.polynomial.legendre.leggauss(20)
    middle, half = float(start + end) / 2, float(end - start) / 2
    return (half * sum(weight * float(function(middle + half * node)) for node, weight in zip(nodes, weights)),)


# scipy.stats is imported by the scheduler, but not used
SCIPY = {"scipy": SimpleNamespace(integrate=SimpleNamespace(quad=quad)), "scipy.stats": SimpleNamespace()}
with patch.dict(sys.modules, SCIPY):
    from diffusers.schedulers.scheduling_lms_discrete import LMSDiscreteScheduler

SD15 = dict(
    num_train_timesteps=1000,
    beta_start=0.00085,
    beta_end=0.012,
    beta_schedule="scaled_linear",
    prediction_type="epsilon",
    steps_offset=1,
    set_alpha_to_one=False,
    clip_sample=False,
)
DDIM = dict(SD15, timestep_spacing="leading")
SCHEDULERS = {
    "DDIM": (DDIMScheduler, {}),
    "DPMPP_2M": (DPMSolverMultistepScheduler, {}),
    "DPMPP_2M_KARRAS": (DPMSolverMultistepScheduler, dict(use_karras_sigmas=True)),
    "DPMPP_2M_SDE": (DPMSolverMultistepScheduler, dict(algorithm_type="sde-dpmsolver++")),
    "DPMPP_2M_SDE_KARRAS": (
        DPMSolverMultistepScheduler,
        dict(algorithm_type="sde-dpmsolver++", use_karras_sigmas=True),
    ),
    "EULER": (EulerDiscreteScheduler, {}),
    "EULER_A": (EulerAncestralDiscreteScheduler, {}),
    "HEUN": (HeunDiscreteScheduler, {}),
    "LMS": (LMSDiscreteScheduler, {}),
    "PNDM": (PNDMScheduler, dict(skip_prk_steps=True)),
    "UNIPC": (UniPCMultistepScheduler, {}),
    "LCM": (LCMScheduler, {}),
}
# What a model's scheduler_config.json may say; SD 1.5's leaves the spacing open, `leading` where the last step ends.
MODELS = {
    "sd15": SD15,
    "leading": {key: value for key, value in DDIM.items() if key != "set_alpha_to_one"},
    "linspace": dict(SD15, timestep_spacing="linspace", set_alpha_to_one=True),
    "trailing": dict(SD15, timestep_spacing="trailing"),
    "velocity": dict(SD15, prediction_type="v_prediction"),
}
STEPS = (1, 2, 5, 20)
SEEDS = (0, 7, 2**32 - 1, 2**32 + 5, 2**63 - 1)
SHAPES = ((1, 4, 16, 16), (1, 4, 64, 64), (3, 5, 7), (2, 4, 2, 2), (15,))


def write_random(folder):
    """Keys are `<seed>.<shape>`; only seed 7 gets the large shape, to keep the fixture small."""
    values = {}
    for seed in SEEDS:
        for shape in SHAPES:
            if shape == (1, 4, 64, 64) and seed != 7:
                continue
            noise = randn_tensor(shape, generator=torch.Generator("cpu").manual_seed(seed))
            values[f"{seed}.{'x'.join(map(str, shape))}"] = noise
    values["generators_7_to_10.4x4x16x16"] = randn_tensor(
        (4, 4, 16, 16), generator=[torch.Generator("cpu").manual_seed(7 + i) for i in range(4)]
    )
    two_draws = torch.Generator("cpu").manual_seed(7)
    values["7.first_draw.3x5x7"] = randn_tensor((3, 5, 7), generator=two_draws)
    values["7.second_draw.4x8"] = randn_tensor((4, 8), generator=two_draws)
    save_tensors(folder, values)


def fake_prediction(latents, timestep):
    """Stands in for the UNet: tanh(0.9 x + 0.1 t / 1000)."""
    return torch.tanh(0.9 * latents + 0.1 * timestep.float() / 1000)


def scheduler_of(sampler, config):
    """The scheduler as a user makes it of a model's config."""
    scheduler_class, own = SCHEDULERS[sampler]
    return scheduler_class.from_config({**config, **own})


def trajectory(scheduler, steps, shape, seeds):
    """The latents after every evaluation as a pipeline makes them, (evaluations, B, C, H, W)."""
    generators = [generator(seed) for seed in seeds]
    scheduler.set_timesteps(steps)
    latents = randn_tensor(shape, generator=generators) * scheduler.init_noise_sigma
    own = {"generator": generators} if "generator" in signature(scheduler.step).parameters else {}
    states = []
    for timestep in scheduler.timesteps:
        prediction = fake_prediction(scheduler.scale_model_input(latents, timestep), timestep)
        latents = scheduler.step(prediction, timestep, latents, **own).prev_sample
        states.append(latents)
    return torch.stack(states)


def ends_of_steps(sampler, states):
    """Leaves out what is between two steps: Heun's Euler steps and the first attempt of PLMS."""
    if sampler == "HEUN":
        return torch.cat([states[1:-1:2], states[-1:]])
    return states[1:] if sampler == "PNDM" and len(states) > 1 else states


def write_sampler(folder):
    """Keys are `<model>.<sampler>.<steps>`; each of the two samples has its own seed."""
    values = {}
    for model, config in MODELS.items():
        for sampler in SCHEDULERS:
            for steps in STEPS:
                scheduler = scheduler_of(sampler, config)
                states = trajectory(scheduler, steps, (2, 1, 4, 4), (7, 8))
                key = f"{model}.{sampler}.{steps}"
                values[f"{key}.latents"] = ends_of_steps(sampler, states)
                values[f"{key}.timesteps"] = scheduler.timesteps.float()
    values.update(noised_samples())
    save_tensors(folder, values)
    save_json(folder, "config.json", MODELS)


def noised_samples():
    scheduler = DDIMScheduler(**DDIM)
    sample, noise = normal(1, 6, 4, 4, 4), normal(2, 6, 4, 4, 4)
    timesteps = torch.tensor([0, 1, 250, 500, 981, 999])
    return {
        "alphas_cumprod": scheduler.alphas_cumprod,
        "add_noise.sample": sample,
        "add_noise.noise": noise,
        "add_noise.timesteps": timesteps,
        "add_noise.noised": scheduler.add_noise(sample, noise, timesteps),
    }


def write_optim(folder):
    """Five AdamW steps; gradients are given unclipped, clipped to norm 1 over all parameters."""
    shapes = {"a": (4, 3), "b": (5,), "c": (2, 3, 2, 2)}
    parameters = {
        name: torch.nn.Parameter(normal(10 + i, *shape)) for i, (name, shape) in enumerate(shapes.items())
    }
    optimizer = torch.optim.AdamW(parameters.values(), lr=1e-2, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2)
    values = {f"initial.{name}": parameter.clone() for name, parameter in parameters.items()}
    for step in range(5):
        for i, (name, parameter) in enumerate(parameters.items()):
            # The scale falls from above the clipping threshold to below it.
            parameter.grad = normal(100 + 10 * step + i, *parameter.shape) * 0.2 ** step
            values[f"gradient.{step}.{name}"] = parameter.grad.clone()
        values[f"norm.{step}"] = torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimizer.step()
        for name, parameter in parameters.items():
            values[f"after.{step}.{name}"] = parameter.clone()
    save_tensors(folder, values)
    save_json(folder, "config.json", dict(lr=1e-2, betas=[0.9, 0.999], eps=1e-8, weight_decay=1e-2, max_norm=1.0))


def write_ema(folder):
    """Twelve updates of the average of two parameters, by torch.lerp and by diffusers' warmed-up EMAModel."""
    decay = 0.5  # the warm-up, (1 + n) / (10 + n), reaches it at the ninth update
    shapes = {"a": (4, 3), "b": (5,)}
    parameters = {name: torch.nn.Parameter(normal(30 + i, *shape)) for i, (name, shape) in enumerate(shapes.items())}
    averages = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    model = EMAModel(parameters.values(), decay=decay)
    values = {f"initial.{name}": average.clone() for name, average in averages.items()}
    for step in range(12):
        for i, (name, parameter) in enumerate(parameters.items()):
            parameter.copy_(normal(300 + 10 * step + i, *parameter.shape))
            values[f"parameter.{step}.{name}"] = parameter.detach().clone()
            averages[name] = torch.lerp(averages[name], parameter.detach(), 1 - decay)
            values[f"lerp.{step}.{name}"] = averages[name]
        model.step(parameters.values())
        for name, average in zip(shapes, model.shadow_params):
            values[f"ema_model.{step}.{name}"] = average.clone()
    save_tensors(folder, values)
    save_json(folder, "config.json", dict(decay=decay))
