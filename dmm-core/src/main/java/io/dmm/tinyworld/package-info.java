/** The embedded default: a small captioned picture world, drawn in five styles. */
package io.dmm.tinyworld;
