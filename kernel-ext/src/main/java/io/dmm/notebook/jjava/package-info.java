/** The adapter to JJava, which finds it by itself. */
package io.dmm.notebook.jjava;
