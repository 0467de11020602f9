/** Captioned pictures on their way into a model: pixels, latents, text states. */
package io.dmm.data;
