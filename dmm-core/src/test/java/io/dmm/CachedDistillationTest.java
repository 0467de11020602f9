package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.data.CaptionedImage;
import io.dmm.data.CaptionedImages;
import io.dmm.distill.MetricsLog;
import io.dmm.distill.StepMetrics;
import io.dmm.distill.Synthesis;
import io.dmm.distill.TrainingListener;
import io.dmm.pipeline.StableDiffusion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedDistillationTest {
    @TempDir private Path folder;
    private final TreeSet<String> activities = new TreeSet<>();

    @Test
    void runFromAFolder_isTheSameWithAndWithoutACache() throws IOException {
        List<CaptionedImage> pictures = folderOfPictures();
        List<Expert> experts = SmallModels.experts(folder.resolve("experts"));
        Path cache = folder.resolve("cache");
        try (StableDiffusion base = SmallModels.base()) {
            Distillation distillation =
                    Dmm.distill(base)
                            .experts(experts)
                            .captions(pictures)
                            .synthesize(4, new Synthesis.Settings(2, 3))
                            .steps(3)
                            .batch(8)
                            .learningRate(1e-2)
                            .seed(7)
                            .listen(progress -> activities.add(progress.activity()));
            List<Double> uncached = losses(distillation);
            assertEquals(
                    "[drawing as first, drawing as second, encoding captions,"
                            + " encoding captions as second, encoding pictures, reading experts,"
                            + " reading pictures, training]",
                    activities.toString());
            distillation.cache(cache);
            assertEquals(uncached, losses(distillation));
            assertEquals(
                    Map.of("latents", 1L, "texts", 2L, "drawn", 2L),
                    kinds(cache),
                    "the second expert has a text encoder of its own");

            Map<Path, FileTime> written = written(cache);
            assertEquals(uncached, losses(distillation));
            assertEquals(written, written(cache));

            Path text = folder.resolve("experts/second/text_encoder/model.safetensors");
            byte[] bytes = Files.readAllBytes(text);
            bytes[bytes.length - 1] ^= 1;
            Files.write(text, bytes);
            assertNotEquals(uncached, losses(distillation));
            assertEquals(Map.of("latents", 1L, "texts", 3L, "drawn", 3L), kinds(cache));
            assertTrue(written(cache).entrySet().containsAll(written.entrySet()));
        }
    }

    @Test
    void runWithCheckpoints_keepsWhatItsExpertsDrew() throws IOException {
        List<Expert> experts = SmallModels.experts(folder.resolve("experts"));
        try (StableDiffusion base = SmallModels.base()) {
            Distillation distillation =
                    Dmm.distill(base)
                            .experts(experts)
                            .prompts(List.of("a red house", "a blue cat"))
                            .synthesize(2, new Synthesis.Settings(2, 3))
                            .steps(3)
                            .batch(8)
                            .learningRate(1e-2)
                            .checkpoints(folder.resolve("run"), 100);
            distillation.listen(
                    progress -> {
                        if (progress.activity().equals("training")) {
                            throw new IllegalStateException("no room for the chart");
                        }
                    });
            assertThrows(IllegalStateException.class, distillation::run);
            Path cache = folder.resolve("run/cache");
            Map<Path, FileTime> written = written(cache);
            assertEquals(Map.of("texts", 2L, "drawn", 2L), kinds(cache));
            distillation.listen(TrainingListener.NONE).run().close();
            assertEquals(written, written(cache));
        }
    }

    private List<CaptionedImage> folderOfPictures() throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        int number = 0;
        for (CaptionedImage picture : SmallModels.pictures(8)) {
            String name = "photo" + number++;
            ImageIO.write(picture.image(), "png", photos.resolve(name + ".png").toFile());
            Files.writeString(photos.resolve(name + ".txt"), picture.caption());
        }
        return CaptionedImages.folder(photos, SmallModels.SIZE).images();
    }

    private List<Double> losses(Distillation distillation) throws IOException {
        Path log = Files.createTempDirectory(folder, "run").resolve("metrics.jsonl");
        distillation.metrics(log).run().close();
        return MetricsLog.read(log).stream().map(StepMetrics::loss).toList();
    }

    private static Map<Path, FileTime> written(Path cache) throws IOException {
        Map<Path, FileTime> times = new HashMap<>();
        try (Stream<Path> files = Files.list(cache)) {
            for (Path file : files.toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    private static Map<String, Long> kinds(Path cache) throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.map(file -> file.getFileName().toString().split("-")[0])
                    .collect(Collectors.groupingBy(kind -> kind, Collectors.counting()));
        }
    }
}
