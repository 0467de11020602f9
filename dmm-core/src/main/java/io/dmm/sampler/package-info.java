/**
 * From noise to latents: the noise schedule, the samplers that integrate a {@link
 * io.dmm.sampler.Denoiser} along it, and classifier-free guidance.
 *
 * <p>Latents at timestep t are x = α x0 + σ noise with α = √ᾱ and σ = √(1 − ᾱ), as in DPM-Solver. B
 * batch, C channels, H and W height and width in latent pixels.
 */
package io.dmm.sampler;
