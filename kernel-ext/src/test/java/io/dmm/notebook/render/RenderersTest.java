package io.dmm.notebook.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.modality.cv.ImageFactory;
import io.dmm.Expert;
import io.dmm.MergedModel;
import io.dmm.data.CaptionedImage;
import io.dmm.distill.LossChart;
import io.dmm.distill.StepMetrics;
import io.dmm.eval.FidMatrix;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.GeneratedImage;
import io.dmm.pipeline.ImageGrid;
import io.dmm.pipeline.LabelledMatrix;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.report.PeakMemory;
import io.dmm.report.RunSummary;
import io.dmm.tensor.Precision;
import io.dmm.tinyworld.TinyWorld;
import io.dmm.weights.DType;
import io.dmm.weights.ModelDescription;
import io.dmm.weights.ModelKind;
import io.dmm.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jfree.chart.ChartFactory;
import org.jfree.data.xy.DefaultXYDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderersTest {
    private static final String HOSTILE = "<img src=x onerror=alert(1)>";
    private static final String PARAMETERS =
            "a red house\nSteps: 25, Sampler: DDIM, CFG scale: 7, Seed: 7, Size: 64x64, Styles: ink:1.0";

    private static final LabelledMatrix MATRIX =
            new LabelledMatrix("m", List.of("a"), List.of("b"), List.of(List.of(1.0)));

    private static BufferedImage image(int width, int height) {
        return new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    }

    /** Every picture has no HTML beside it and twice as many pixels as it is shown wide. */
    @Test
    void drawnValues_arePngsForSharpScreens() throws IOException {
        List<StepMetrics> steps =
                IntStream.rangeClosed(1, 5)
                        .mapToObj(i -> new StepMetrics(i, 1.0 / i, 1, 1, 1, i, Map.of()))
                        .toList();
        List<Object> values =
                List.of(
                        new LossChart("loss", steps),
                        MATRIX,
                        new FidMatrix(MATRIX, MATRIX, "Inception-v3", 5000),
                        new ImageGrid(List.of("a"), List.of("b"), List.of(List.of(image(8, 8)))),
                        ChartFactory.createXYLineChart("t", "x", "y", new DefaultXYDataset()),
                        ImageFactory.getInstance().fromImage(image(32, 8)),
                        List.of(new GeneratedImage(image(8, 8), PARAMETERS)),
                        image(8, 4));
        for (Object value : values) {
            Bundle bundle = Renderers.render(value);
            BufferedImage png = ImageIO.read(new ByteArrayInputStream(bundle.png().orElseThrow()));
            Map<String, Integer> size = bundle.metadata().get(Bundle.PNG);
            assertEquals(2 * size.get("width"), png.getWidth(), value.toString());
            assertEquals(2 * size.get("height"), png.getHeight(), value.toString());
            assertFalse(bundle.data().containsKey(Bundle.HTML));
            assertFalse(bundle.text().isBlank());
        }
    }

    @Test
    void largePicture_isShownPixelForPixel() throws IOException {
        Bundle bundle = Renderers.render(image(512, 768));
        assertEquals(Map.of("width", 512, "height", 768), bundle.metadata().get(Bundle.PNG));
        assertEquals(
                512, ImageIO.read(new ByteArrayInputStream(bundle.png().orElseThrow())).getWidth());
    }

    @Test
    void gridOfLargePictures_doublesNoPixels() throws IOException {
        ImageGrid grid =
                new ImageGrid(List.of("a"), List.of("b"), List.of(List.of(image(512, 512))));
        Bundle bundle = Renderers.render(grid);
        int width = ImageIO.read(new ByteArrayInputStream(bundle.png().orElseThrow())).getWidth();
        assertEquals(grid.image().getWidth(), width);
        assertEquals(width, bundle.metadata().get(Bundle.PNG).get("width"));
    }

    @Test
    void longLists_areShownInPart() {
        List<CaptionedImage> set =
                Collections.nCopies(1200, new CaptionedImage(image(8, 8), "a red house"));
        Bundle pictures = Renderers.render(set);
        assertEquals("1200 pictures, the first 40", pictures.text());
        assertTrue(pictures.metadata().get(Bundle.PNG).get("height") < 3000);
        assertEquals(
                "[" + "7, ".repeat(99) + "7]\n… and 900 more",
                Renderers.render(Collections.nCopies(1000, 7)).text());
        assertEquals("[]", Renderers.render(List.of()).text());
    }

    @Test
    void generatedImage_saysPromptStyleAndSeed() {
        assertEquals(
                "a red house (ink · seed 7)",
                Renderers.render(new GeneratedImage(image(64, 64), PARAMETERS)).text());
    }

    @Test
    void hostileNames_areText_inEveryTable() {
        List<Object> values =
                List.of(
                        Expert.checkpoint(HOSTILE, Path.of(HOSTILE)),
                        List.of(Expert.checkpoint(HOSTILE, Path.of(HOSTILE))),
                        new RunSummary(
                                1,
                                new PeakMemory(1, HOSTILE),
                                1,
                                List.of(new RunSummary.ExpertFigures(HOSTILE, 1, 1)),
                                Map.of(HOSTILE, HOSTILE)));
        for (Object value : values) {
            String html = Renderers.render(value).data().get(Bundle.HTML);
            assertTrue(html.contains("&lt;img src=x onerror=alert(1)&gt;"), html);
            assertFalse(html.contains("<img"), html);
        }
    }

    @Test
    void longMetadata_isCutShort() {
        Map<String, String> metadata = new TreeMap<>();
        for (int i = 0; i < 70; i++) {
            metadata.put("key" + i, "x".repeat(100_000));
        }
        metadata.put("a".repeat(100_000), "long key");
        Object description =
                new ModelDescription(Path.of("m.safetensors"), ModelKind.LORA, List.of(), metadata);
        String html = Renderers.render(description).data().get(Bundle.HTML);
        assertTrue(html.length() < 40_000, "length: " + html.length());
        assertTrue(html.contains("x".repeat(80) + "…<"), html);
        assertTrue(html.contains("11 keys more"), html);
    }

    @Test
    void bf16Models_areShownAsThoseInFp32(@TempDir Path folder) {
        Path base = TinyWorld.open().experts().get(0).path().resolveSibling("base");
        try (StableDiffusion model = StableDiffusion.load(base);
                StableDiffusion fast = StableDiffusion.load(base, Precision.BF16)) {
            String text = Renderers.render(fast).text();
            assertTrue(text.contains("autoencoder"), text);
            assertEquals(Renderers.render(model).text(), text);
            Weights random = Weights.initial(model.manager(), 1);
            UNet styled = new UNet(model.unet().config().withStyles(2), random);
            model.with(model.manager(), styled, List.of("ink", "pixel"))
                    .save(folder.resolve("merged"), DType.F16, Map.of());
        }
        try (MergedModel merged = MergedModel.load(folder.resolve("merged"), Precision.BF16)) {
            Bundle bundle = Renderers.render(merged);
            assertTrue(bundle.png().isPresent());
            assertTrue(bundle.text().startsWith("Merged model: 2 styles"), bundle.text());
        }
    }

    @Test
    void otherLists_areText() {
        assertEquals(Map.of(Bundle.TEXT, "[1, a]"), Renderers.render(List.of(1, "a")).data());
        assertEquals(Map.of(Bundle.TEXT, "[]"), Renderers.render(List.of()).data());
        assertEquals(Map.of(Bundle.TEXT, "null"), Renderers.render(null).data());
    }
}
