/** The adapter to IJava, which a first cell installs. */
package io.dmm.notebook.ijava;
