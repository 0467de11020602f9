/** Jobs run by scripts: exit codes, signals, progress on the console. */
package io.dmm.batch;
