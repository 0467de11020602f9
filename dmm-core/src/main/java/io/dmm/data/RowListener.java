package io.dmm.data;

/** Hears how the rows of a table come about. */
@FunctionalInterface
public interface RowListener {
    /** Nobody. */
    RowListener NONE = rows -> {};

    /** So many more were made. */
    void made(int rows);

    /** So many more were in the cache. */
    default void found(int rows) {}
}
