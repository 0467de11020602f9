/** The noise-predicting UNet with its style prompts. */
package io.dmm.model.unet;
