package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dmm.Reference;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardLogTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.ofEpochMilli(1_700_000_000_250L), ZoneOffset.UTC);
    private static final int PNG = 0x89;

    @TempDir private Path folder;

    @Test
    void events_areThoseOfTensorBoardItself() throws IOException {
        Path file = folder.resolve("events");
        try (TensorBoardLog log = new TensorBoardLog(file, CLOCK)) {
            log.write(
                    new StepMetrics(
                            300,
                            0.5,
                            1e-3,
                            2.25,
                            0,
                            9,
                            Map.of(
                                    "score",
                                    0.25,
                                    "score.ink v1.5",
                                    1e-9,
                                    "adversarial",
                                    Double.NaN)));
            log.write(new Validation(1L << 33, Map.of("fid", 12.5, "closedGap.ink v1.5", -0.125)));
        }
        assertArrayEquals(
                Files.readAllBytes(Reference.path("events/events")), Files.readAllBytes(file));
    }

    @Test
    void sample_isAPng() throws IOException {
        Path file = folder.resolve("events");
        BufferedImage picture = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(2, 1, 0xABCDEF);
        try (TensorBoardLog log = new TensorBoardLog(file, CLOCK)) {
            log.write(7, "ink", picture);
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        int png = text.indexOf(PNG, text.indexOf("samples/ink"));
        BufferedImage read =
                ImageIO.read(
                        new ByteArrayInputStream(
                                text.substring(png).getBytes(StandardCharsets.ISO_8859_1)));
        assertEquals(3, read.getWidth());
        assertEquals(0xFFABCDEF, read.getRGB(2, 1));
    }

    @Test
    void eachRun_hasAFileOfItsOwn() throws IOException {
        for (int run = 0; run < 3; run++) {
            TensorBoardLog.in(folder.resolve("run")).close();
        }
        try (Stream<Path> files = Files.list(folder.resolve("run"))) {
            Set<String> names =
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
            assertEquals(3, names.size());
            assertTrue(
                    names.stream()
                            .allMatch(n -> n.matches("events\\.out\\.tfevents\\.\\d{10}\\..+")));
        }
    }

    @Test
    void interruptedThread_stillWrites() throws IOException {
        try (TensorBoardLog log = TensorBoardLog.in(folder)) {
            Thread.currentThread().interrupt();
            log.write(new Validation(1, Map.of("fid", 1.0)));
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void fullDisk_isNamedWithTheFile() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        String message =
                assertThrows(UncheckedIOException.class, () -> new TensorBoardLog(full, CLOCK))
                        .getMessage();
        assertTrue(
                message.matches(
                        "/dev/full: cannot be written \\(java.io.IOException: No space left on"
                                + " device\\), \\d+ MB are free"),
                message);
    }
}
