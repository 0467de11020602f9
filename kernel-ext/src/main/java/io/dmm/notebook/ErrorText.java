package io.dmm.notebook;

import java.util.List;
import java.util.stream.Collectors;

/** An error as a cell shows it: its sentence, and the line of the cell where it is the cell's own. */
public final class ErrorText {
    private ErrorText() {}

    /**
     * Whether stack traces are shown as they are: the property {@code dmm.stack=true} or the
     * environment variable {@code DMM_STACK=1}.
     */
    public static boolean isWhole() {
        return Boolean.getBoolean("dmm.stack") || "1".equals(System.getenv("DMM_STACK"));
    }

    /** Leaves of a printed stack trace what comes before the first frame of any library. */
    public static String shorten(String stackTrace) {
        List<String> lines = stackTrace.lines().takeWhile(line -> !isOfLibrary(line)).toList();
        return lines.stream().collect(Collectors.joining("\n"));
    }

    /** A frame of a cell is {@code at .method(#12:1)}. */
    private static boolean isOfLibrary(String line) {
        return line.startsWith("\tat ") && !line.contains("(#");
    }
}
