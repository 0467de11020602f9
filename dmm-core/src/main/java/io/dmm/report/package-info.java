/** The page and the figures that a finished run leaves. */
package io.dmm.report;
