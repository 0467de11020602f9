package io.dmm.notebook.render;

import java.util.function.Function;

/**
 * How the values of a type are shown.
 *
 * @param mime the form that front ends pick
 */
public record Renderer<T>(Class<T> type, String mime, Function<T, Bundle> function) {
    /** Renders a value of the type. */
    public Bundle render(Object value) {
        return function.apply(type.cast(value));
    }
}
