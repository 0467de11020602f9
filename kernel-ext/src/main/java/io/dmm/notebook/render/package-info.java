/** From a value to what a front end shows of it: pictures as PNG, tables as HTML, all as text. */
package io.dmm.notebook.render;
