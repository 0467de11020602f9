/**
 * The networks of Stable Diffusion 1.5, where each part has a package with its config record, and
 * the one whose features FID compares.
 */
package io.dmm.model;
