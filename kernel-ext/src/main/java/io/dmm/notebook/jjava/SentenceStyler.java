package io.dmm.notebook.jjava;

import io.dmm.notebook.ErrorText;
import java.lang.reflect.Field;
import java.util.List;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's own styler, but for the stack traces of errors: JJava has no hook for how it shows
 * them, and this is the one object that all of their text passes through.
 */
final class SentenceStyler extends StringStyler {
    private static final Logger LOGGER = LoggerFactory.getLogger(SentenceStyler.class);

    private final StringStyler styler;

    private SentenceStyler(StringStyler styler) {
        super("", "", "", line -> "");
        this.styler = styler;
    }

    /** Takes the place of the kernel's styler; where that is not possible, it stays. */
    static void install(BaseKernel kernel) {
        try {
            Field field = BaseKernel.class.getDeclaredField("errorStyler");
            field.setAccessible(true);
            field.set(kernel, new SentenceStyler((StringStyler) field.get(kernel)));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOGGER.debug("Errors are shown with their stack traces", e);
        }
    }

    @Override
    public List<String> secondaryLines(String stackTrace) {
        return styler.secondaryLines(ErrorText.shorten(stackTrace));
    }

    @Override
    public String primary(String text) {
        return styler.primary(text);
    }

    @Override
    public String secondary(String text) {
        return styler.secondary(text);
    }

    @Override
    public String highlight(String text) {
        return styler.highlight(text);
    }

    @Override
    public String primaryLine(int number, String line) {
        return styler.primaryLine(number, line);
    }

    @Override
    public String secondaryLine(int number, String line) {
        return styler.secondaryLine(number, line);
    }

    @Override
    public String highlightLine(int number, String line) {
        return styler.highlightLine(number, line);
    }
}
