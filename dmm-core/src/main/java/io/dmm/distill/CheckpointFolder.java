package io.dmm.distill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The names in a folder of checkpoints: which are complete, which are drafts, and their ends. */
record CheckpointFolder(Path path, DurableFiles files) {
    private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointFolder.class);
    private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})");
    private static final Pattern DRAFT = Pattern.compile(NAME + "\\.tmp-[0-9a-f-]{36}");

    Path checkpoint(long step) {
        return path.resolve(name(step));
    }

    /** A new name beside the checkpoint's. */
    Path draft(long step) {
        return path.resolve(name(step) + ".tmp-" + UUID.randomUUID());
    }

    private static String name(long step) {
        return String.format(Locale.ROOT, "step-%08d", step);
    }

    List<Long> stepsNewestFirst() throws IOException {
        List<Long> steps = new ArrayList<>();
        for (String name : names()) {
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches() && name.equals(name(Long.parseLong(matcher.group(1))))) {
                steps.add(Long.parseLong(matcher.group(1)));
            }
        }
        steps.sort(Collections.reverseOrder());
        return steps;
    }

    /** What a checkpoint takes on the disk. */
    long bytes(long step) throws IOException {
        long bytes = 0;
        try (Stream<Path> parts = Files.list(checkpoint(step))) {
            for (Path part : parts.toList()) {
                bytes += Files.size(part);
            }
        }
        return bytes;
    }

    /** Removes what dead runs left; the caller knows that no run writes here. */
    void removeDrafts() throws IOException {
        for (String name : names()) {
            if (DRAFT.matcher(name).matches()) {
                LOGGER.info("{}: removed, a run died while writing it", path.resolve(name));
                removeDraft(path.resolve(name));
            }
        }
    }

    /** Removes a checkpoint under the name of a draft, so that a half removed one is none. */
    void remove(long step) {
        Path doomed = draft(step);
        try {
            files.move(checkpoint(step), doomed);
            removeDraft(doomed);
        } catch (IOException e) {
            warn(checkpoint(step), e);
        }
    }

    /** What cannot be removed wastes space but does no harm, hence ends no run. */
    void removeDraft(Path draft) {
        try {
            files.delete(draft);
        } catch (IOException e) {
            warn(draft, e);
        }
    }

    private static void warn(Path folder, IOException failure) {
        LOGGER.warn("{}: cannot be removed ({})", folder, failure.toString());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
