/**
 * Pictures to figures: features, their statistics, and how far those of a merged model lie from its
 * experts' (DMM, arXiv 2504.12364, section 4.1).
 *
 * <p>Shapes: B pictures, H and W pixels, D features.
 */
package io.dmm.eval;
