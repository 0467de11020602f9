/** The run: losses, stages and checkpoints, and what it reports while it goes on. */
package io.dmm.distill;
