/** Where there is no notebook: pictures go into a folder. */
package io.dmm.notebook.console;
