/**
 * What DJL lacks or gets wrong: TorchScript intrinsics, gradient mode, scopes, precision,
 * randomness.
 *
 * <p>Shape letters used throughout the library: B batch, C channels, H height, W width, S sequence,
 * D width of a token or embedding, N attention heads, K width of a head.
 */
package io.dmm.tensor;
