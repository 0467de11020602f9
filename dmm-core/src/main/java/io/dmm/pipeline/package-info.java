/** Prompt to image: text to image, image grids, PNG files that carry their parameters. */
package io.dmm.pipeline;
