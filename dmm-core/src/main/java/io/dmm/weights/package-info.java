/**
 * Model files: strict safetensors in and out, one file or sharded; diffusers' folders and latent
 * diffusion's single files, with the tables of their names; LoRA files.
 */
package io.dmm.weights;
