package io.dmm.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.Reference;
import io.dmm.pipeline.ImageGrid;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
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

    @Test
    void events_areThoseOfTensorBoardItself() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TensorBoardLog log = new TensorBoardLog(bytes, CLOCK)) {
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
            Map<String, Double> gaps = new LinkedHashMap<>();
            gaps.put("ink v1.5", -0.125);
            gaps.put("b", 0.99);
            log.write(new Validation(1L << 33, gaps, null));
        }
        assertArrayEquals(Files.readAllBytes(Reference.path("events/events")), bytes.toByteArray());
    }

    @Test
    void pictures_areAPng() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BufferedImage picture = new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(2, 1, 0xABCDEF);
        ImageGrid grid =
                new ImageGrid(List.of("ink"), List.of("a boat"), List.of(List.of(picture)));
        try (TensorBoardLog log = new TensorBoardLog(bytes, CLOCK)) {
            log.write(new Validation(7, Map.of(), grid));
        }
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        int png = text.indexOf(PNG, text.indexOf("samples"));
        byte[] content = text.substring(png).getBytes(StandardCharsets.ISO_8859_1);
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(content));
        assertArrayEquals(rgb(grid.image()), rgb(read));
    }

    private static int[] rgb(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    @Test
    void eachRun_hasAFileOfItsOwn(@TempDir Path folder) throws IOException {
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
    void interruptedThread_stillWrites(@TempDir Path folder) throws IOException {
        try (TensorBoardLog log = TensorBoardLog.in(folder)) {
            Thread.currentThread().interrupt();
            log.write(new Validation(1, Map.of("ink", 1.0), null));
            assertTrue(Thread.interrupted());
        }
    }
}
