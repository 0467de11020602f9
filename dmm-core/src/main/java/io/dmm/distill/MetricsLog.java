package io.dmm.distill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.weights.WriteFailure;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of a run, {@code metrics.jsonl}: one JSON object a step or validation, appended and
 * never rewritten, so that it survives a crash and can be watched while it grows.
 *
 * <p>A run that resumes from an older checkpoint logs some steps again; readers then take the later
 * line. What is not a number is written as {@code "NaN"}, which JSON has no literal for.
 */
public final class MetricsLog implements Closeable {
    private static final Logger LOGGER = LoggerFactory.getLogger(MetricsLog.class);
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** Only the line of a validation has it. */
    private static final String VALIDATION_KEY = "figures";

    private final Path path;
    private final RandomAccessFile file;

    private MetricsLog(Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
    }

    /**
     * Opens a log to append to, new or of an earlier run; the caller closes it.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public static MetricsLog append(Path path) {
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            return new MetricsLog(path, atTheEnd(new RandomAccessFile(path.toFile(), "rw")));
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
    }

    /** A torn last line is cut off: with lines after it, it would be a broken middle one. */
    private static RandomAccessFile atTheEnd(RandomAccessFile file) throws IOException {
        try {
            long end = endOfLastLine(file);
            if (end < file.length()) {
                file.setLength(end);
            }
            file.seek(end);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Writes a step's line at once, whole: a line is one call of the operating system.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public void write(StepMetrics metrics) {
        writeLine(metrics);
    }

    /** Writes the line of a validation, likewise. */
    public void write(Validation validation) {
        writeLine(validation);
    }

    private void writeLine(Object line) {
        try {
            file.write((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
    }

    /**
     * Reads the steps of a log in their order; a torn last line, as a killed run leaves it, is
     * skipped.
     *
     * @throws UncheckedIOException if it cannot be read
     * @throws IllegalArgumentException if a line is neither a step's JSON object nor a validation's
     */
    public static List<StepMetrics> read(Path path) {
        SortedMap<Long, StepMetrics> steps = new TreeMap<>();
        parse(path, step -> steps.put(step.step(), step), validation -> {});
        return new ArrayList<>(steps.values());
    }

    /** As {@link #read}, the validations; a log of an earlier version has none. */
    public static List<Validation> readValidations(Path path) {
        SortedMap<Long, Validation> validations = new TreeMap<>();
        parse(path, step -> {}, validation -> validations.put(validation.step(), validation));
        return new ArrayList<>(validations.values());
    }

    private static void parse(
            Path path, Consumer<StepMetrics> steps, Consumer<Validation> validations) {
        String text = text(path);
        int number = 1;
        for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); number++) {
            String line = lines.next();
            if (!lines.hasNext() && !text.endsWith("\n")) {
                LOGGER.warn("{}: line {} is torn and left out", path, number);
                break;
            }
            try {
                JsonNode json = JSON.readTree(line);
                if (json.has(VALIDATION_KEY)) {
                    validations.accept(JSON.treeToValue(json, Validation.class));
                } else {
                    steps.accept(JSON.treeToValue(json, StepMetrics.class));
                }
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(
                        "MetricsLog: %s: line %d, expected a step's JSON object but was '%.80s'"
                                .formatted(path, number, line),
                        e);
            }
        }
    }

    private static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read (" + e + ")", e);
        }
    }

    private static long endOfLastLine(RandomAccessFile file) throws IOException {
        for (long end = file.length(); end > 0; end--) {
            file.seek(end - 1);
            if (file.read() == '\n') {
                return end;
            }
        }
        return 0;
    }
}
