/**
 * Model files: strict safetensors in and out, one file or sharded, and the diffusers folder layout.
 */
package io.dmm.weights;
