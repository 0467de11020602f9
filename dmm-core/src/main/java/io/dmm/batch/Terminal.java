package io.dmm.batch;

/**
 * Stderr as a terminal. {@code notebooks/run} passes its width because stdin is not the terminal
 * there, so that {@link System#console()} could not tell.
 */
record Terminal(int columns) {
    static final String CLEAR_LINE = "\r\u001b[K";

    /** Returns this process's terminal; 0 columns when stderr is a file, a pipe or unknown. */
    static Terminal ofProcess() {
        return new Terminal(Integer.getInteger("dmm.columns", 0));
    }

    boolean isPresent() {
        return columns > 0;
    }
}
