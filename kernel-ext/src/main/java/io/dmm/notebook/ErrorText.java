package io.dmm.notebook;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An error as a cell shows it: its sentence, and the line of the cell where it is the cell's own.
 */
public final class ErrorText {
    private static final String FRAME = "\tat ";
    private static final String CAUSE = "Caused by: ";
    private static final String EVALUATION = "\nCaused by: jdk.jshell.EvalException";

    /** JJava throws another exception in a cell's place, and this one as its cause. */
    private static final Pattern WRAPPED =
            Pattern.compile("^java\\.lang\\.RuntimeException: ([\\w.$]+), ");

    private static final Pattern SENTENCE_OF =
            Pattern.compile(
                    "^[\\w.]+\\.(IllegalArgument|IllegalState|UncheckedIO|Cancellation|ModelFile|Engine)"
                            + "Exception: ");

    private ErrorText() {}

    /**
     * Whether stack traces are shown as they are: the property {@code dmm.stack=true} or the
     * environment variable {@code DMM_STACK=1}.
     */
    public static boolean isWhole() {
        return Boolean.getBoolean("dmm.stack") || "1".equals(System.getenv("DMM_STACK"));
    }

    /**
     * Leaves of a printed stack trace what comes before the first frame of any library; where that
     * gives no reason, the first cause that does comes after it. A sentence of this library stands
     * alone, without the exception's class.
     */
    public static String shorten(String printed) {
        String stackTrace = unwrapped(printed);
        Stream<String> own =
                stackTrace.lines().takeWhile(line -> !isOfLibrary(line) && !line.startsWith(CAUSE));
        if (hasReason(stackTrace)) {
            String text = own.collect(Collectors.joining("\n"));
            return isThrownHere(stackTrace) ? SENTENCE_OF.matcher(text).replaceFirst("") : text;
        }
        Stream<String> cause =
                stackTrace
                        .lines()
                        .dropWhile(line -> !line.startsWith(CAUSE) || !hasReason(line))
                        .takeWhile(line -> !line.startsWith(FRAME));
        return Stream.concat(own, cause).collect(Collectors.joining("\n"));
    }

    private static String unwrapped(String stackTrace) {
        Matcher wrapped = WRAPPED.matcher(stackTrace);
        int cause = stackTrace.indexOf(EVALUATION);
        return wrapped.find() && cause >= 0
                ? wrapped.group(1) + stackTrace.substring(cause + EVALUATION.length())
                : stackTrace;
    }

    private static boolean hasReason(String trace) {
        String error = trace.lines().findFirst().orElse("");
        return error.startsWith(CAUSE)
                ? error.indexOf(": ", CAUSE.length()) >= 0
                : error.contains(": ");
    }

    private static boolean isThrownHere(String stackTrace) {
        return stackTrace
                .lines()
                .filter(line -> line.startsWith(FRAME))
                .findFirst()
                .filter(line -> line.startsWith("io.dmm.", FRAME.length()))
                .isPresent();
    }

    /** A frame of a cell is {@code at .method(#12:1)}. */
    private static boolean isOfLibrary(String line) {
        return line.startsWith(FRAME) && !line.contains("(#");
    }
}
