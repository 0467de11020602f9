/**
 * What a cell types to see something: {@link io.dmm.notebook.Notebook#show} and {@link
 * io.dmm.notebook.Notebook#live}. It knows no kernel; each kernel's package attaches itself.
 */
package io.dmm.notebook;
