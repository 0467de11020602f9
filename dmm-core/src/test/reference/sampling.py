"""Random numbers, noise schedule, samplers and optimiser, as torch and diffusers compute them."""

import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler
from diffusers.utils.torch_utils import randn_tensor

from fixture import normal, save_json, save_tensors

SD15 = dict(
    num_train_timesteps=1000,
    beta_start=0.00085,
    beta_end=0.012,
    beta_schedule="scaled_linear",
    prediction_type="epsilon",
)
DDIM = dict(SD15, steps_offset=1, set_alpha_to_one=False, clip_sample=False, timestep_spacing="leading")
DPM = dict(SD15, algorithm_type="dpmsolver++", solver_order=2)
SCHEDULERS = {
    "ddim": (DDIMScheduler, DDIM),
    "dpm_linspace": (DPMSolverMultistepScheduler, DPM),
    "dpm_leading": (DPMSolverMultistepScheduler, dict(DPM, steps_offset=1, timestep_spacing="leading")),
}
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


def fake_noise(latents, timestep):
    """Stands in for the UNet: eps = tanh(0.9 x + 0.1 t / 1000)."""
    return torch.tanh(0.9 * latents + 0.1 * timestep.float() / 1000)


def trajectory(scheduler, steps, latents):
    """The latents after every step, (steps, B, C, H, W)."""
    scheduler.set_timesteps(steps)
    states = []
    for timestep in scheduler.timesteps:
        noise = fake_noise(latents, timestep)
        latents = scheduler.step(noise, timestep, latents).prev_sample
        states.append(latents)
    return torch.stack(states)


def write_sampler(folder):
    start = normal(0, 2, 4, 8, 8)
    values = {"initial_noise": start}
    configs = {}
    for name, (scheduler_class, config) in SCHEDULERS.items():
        configs[name] = dict(config, _class_name=scheduler_class.__name__)
        for steps in (5, 20):
            scheduler = scheduler_class(**config)
            values[f"{name}.{steps}.latents"] = trajectory(scheduler, steps, start)
            values[f"{name}.{steps}.timesteps"] = scheduler.timesteps
            if hasattr(scheduler, "sigmas"):
                values[f"{name}.{steps}.sigmas"] = scheduler.sigmas
    values.update(noised_samples())
    save_tensors(folder, values)
    save_json(folder, "config.json", configs)


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
