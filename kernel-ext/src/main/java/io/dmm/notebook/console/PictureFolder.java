package io.dmm.notebook.console;

import io.dmm.notebook.render.Bundle;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Shows values of a script: a picture becomes the next numbered file of a folder, anything else is
 * printed.
 *
 * @param out for values that are text
 * @param err is told of each file
 */
public record PictureFolder(Path folder, PrintStream out, PrintStream err) {
    private static final Pattern NUMBERED = Pattern.compile("\\d{3,9}\\.png");

    public PictureFolder {
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(out, "out");
        Objects.requireNonNull(err, "err");
    }

    /**
     * The folder that the property {@code dmm.pictures} or the environment variable {@code
     * DMM_PICTURES} names, {@code out/pictures} by default.
     */
    public static PictureFolder ofProcess() {
        String environment = System.getenv().getOrDefault("DMM_PICTURES", "out/pictures");
        Path folder = Path.of(System.getProperty("dmm.pictures", environment));
        return new PictureFolder(folder, System.out, System.err);
    }

    /**
     * Shows a value.
     *
     * @throws UncheckedIOException if the folder cannot be written
     */
    public void show(Bundle bundle) {
        if (bundle.png().isEmpty()) {
            out.println(bundle.text());
            return;
        }
        try {
            Files.createDirectories(folder);
            Path file = write(bundle.png().get());
            err.println(file + ": " + bundle.text().lines().findFirst().orElse("picture"));
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": pictures cannot be written (" + e + ")", e);
        }
    }

    private Path write(byte[] png) throws IOException {
        for (int number = last() + 1; ; number++) {
            Path file = folder.resolve(String.format(Locale.ROOT, "%03d.png", number));
            try {
                return Files.write(file, png, StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException e) {
                // another process shows pictures in the same folder
            }
        }
    }

    private int last() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(NUMBERED.asMatchPredicate())
                    .mapToInt(name -> Integer.parseInt(name.substring(0, name.indexOf('.'))))
                    .max()
                    .orElse(0);
        }
    }
}
