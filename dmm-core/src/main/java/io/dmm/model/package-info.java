/** The networks of Stable Diffusion 1.5; each part has a package with its config record. */
package io.dmm.model;
