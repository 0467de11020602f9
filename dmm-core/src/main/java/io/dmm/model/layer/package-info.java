/** The layers that the parts of Stable Diffusion are built from, named as diffusers names them. */
package io.dmm.model.layer;
