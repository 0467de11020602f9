/**
 * The embedded default: a small captioned picture world, drawn in a plain style and eight others.
 */
package io.dmm.tinyworld;
