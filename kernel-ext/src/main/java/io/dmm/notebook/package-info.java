/** Showing pictures, grids and live curves in a notebook; what a cell calls will live here. */
package io.dmm.notebook;
