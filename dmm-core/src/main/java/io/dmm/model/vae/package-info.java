/** The autoencoder between pictures and latents. */
package io.dmm.model.vae;
