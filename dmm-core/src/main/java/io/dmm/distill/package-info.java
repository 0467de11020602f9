/** The run: losses, checkpoints, and what it reports while it goes on. */
package io.dmm.distill;
