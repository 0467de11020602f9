/** The network whose features FID compares. */
package io.dmm.model.inception;
