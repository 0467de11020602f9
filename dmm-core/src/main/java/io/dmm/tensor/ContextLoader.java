package io.dmm.tensor;

/**
 * Makes this library's class loader that of the calling thread until closed: DJL looks there for
 * its engine and native libraries, and the loader of a common-pool thread knows only the class
 * path, which in a notebook kernel, a fat jar or a web application has neither.
 */
public final class ContextLoader implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final ClassLoader before = thread.getContextClassLoader();

    private ContextLoader() {
        thread.setContextClassLoader(ContextLoader.class.getClassLoader());
    }

    /** Where DJL is loaded for the first time. */
    public static ContextLoader ofLibrary() {
        return new ContextLoader();
    }

    @Override
    public void close() {
        thread.setContextClassLoader(before);
    }
}
