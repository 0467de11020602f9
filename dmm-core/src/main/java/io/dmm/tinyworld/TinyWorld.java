package io.dmm.tinyworld;

import io.dmm.Expert;
import io.dmm.data.CaptionedImage;
import io.dmm.eval.FeatureExtractor;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.PhiloxRandom;
import io.dmm.tensor.PhiloxRandom.Purpose;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The embedded default: a small world of captioned pictures, a base model trained on plain drawings
 * of it, and experts for other styles, in the formats of real models, with a classifier to measure
 * pictures by.
 *
 * <p>The first opening copies the models to a folder from where they are read as any others, and
 * which all openings share; it is deleted when the JVM ends.
 */
public final class TinyWorld {
    private static final String MODELS = "models/";
    private static final String INDEX = MODELS + "index.txt";

    private static Path unpacked;

    private final Path folder;

    private TinyWorld(Path folder) {
        this.folder = folder;
    }

    /**
     * Unpacks the embedded models, once in a process.
     *
     * @throws UncheckedIOException if the temporary folder cannot be written
     */
    public static TinyWorld open() {
        try {
            return new TinyWorld(unpacked());
        } catch (IOException e) {
            throw new UncheckedIOException("tiny world: models cannot be unpacked", e);
        }
    }

    private static synchronized Path unpacked() throws IOException {
        if (unpacked == null) {
            Path folder = Files.createTempDirectory("dmm-tinyworld-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            for (String file : new String(resource(INDEX)).lines().toList()) {
                Path target = folder.resolve(file);
                Files.createDirectories(target.getParent());
                Files.write(target, resource(MODELS + file));
            }
            unpacked = folder;
        }
        return unpacked;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = TinyWorld.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    /** Loads the base model; the caller closes it. */
    public StableDiffusion base() {
        return StableDiffusion.load(folder.resolve("base")).named("tinyworld");
    }

    /**
     * Loads the features by which FID measures pictures of this world: 64 of a classifier that was
     * trained to tell style, thing, hue, place and backdrop of drawings of 64 × 64 in all nine
     * styles. The caller closes it.
     */
    public FeatureExtractor features() {
        return PictureFeatures.load(folder.resolve("features"));
    }

    /** The first four experts, each of one style: business, ink, pixel and scenery. */
    public List<Expert> experts() {
        return experts(Style.firstExperts());
    }

    /** All eight experts: the first four, then woodcut, porcelain, glass and chalk. */
    public List<Expert> allExperts() {
        return experts(Style.experts());
    }

    private List<Expert> experts(List<Style> styles) {
        return styles.stream()
                .map(style -> Expert.checkpoint(style.key(), folder.resolve(style.key())))
                .toList();
    }

    /** What a style is called in a caption, for example {@code pixel art}. */
    public static String styleWords(Expert expert) {
        return Style.experts().stream()
                .filter(style -> style.key().equals(expert.name()))
                .map(Style::words)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "expert '"
                                                + expert.name()
                                                + "': expected one of the tiny world's"));
    }

    /** Plain pictures with captions, for training; more of them begin with the fewer. */
    public static List<CaptionedImage> pictures(int count) {
        return WorldPictures.inStyle(Style.PLAIN, WorldPictures.trainingScenes(), count, 100);
    }

    /** Plain pictures of 512 captions that no text encoder and no UNet was trained on. */
    public static List<CaptionedImage> heldOut() {
        RandomGenerator random = PhiloxRandom.of(101, 0, Purpose.DATA);
        List<CaptionedImage> pictures = new ArrayList<>();
        for (Scene scene : WorldPictures.heldOutScenes()) {
            for (String caption : scene.captions()) {
                pictures.add(
                        new CaptionedImage(Painter.paint(scene, Style.PLAIN, random), caption));
            }
        }
        return pictures;
    }

    private static void delete(Path folder) {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be deleted", e);
        }
    }
}
