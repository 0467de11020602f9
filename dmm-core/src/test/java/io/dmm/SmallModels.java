package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.data.CaptionedImage;
import io.dmm.model.clip.ClipTextConfig;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.clip.ClipTokenizer;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.model.vae.VaeConfig;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.sampler.NoiseSchedule;
import io.dmm.sampler.NoiseScheduleConfig;
import io.dmm.tensor.Compute;
import io.dmm.weights.DType;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.Weights;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Untrained models of SD 1.5's structure for pictures of 16×16, and folders of them. */
public final class SmallModels {
    /** Width and height of their pictures. */
    public static final int SIZE = 16;

    private static final UNetConfig UNET =
            new UNetConfig(
                    4, 4, List.of(8, 16), List.of(true, false), 1, 2, 16, 4, 1e-5, SIZE / 2, 0);
    private static final VaeConfig VAE = new VaeConfig(List.of(8, 8), 1, 4, 4, 0.5, SIZE);
    private static final ClipTextConfig CLIP =
            new ClipTextConfig(800, 16, 32, 2, 2, 77, ClipTextConfig.Activation.QUICK_GELU);

    private SmallModels() {}

    /** The same plain model at every call; the caller closes it. */
    public static StableDiffusion base() {
        return of(1, List.of());
    }

    /** As {@link #base()}, for pictures of {@code size}×{@code size}; the caller closes it. */
    public static StableDiffusion base(int size) {
        UNetConfig large =
                new UNetConfig(
                        4, 4, List.of(8, 16), List.of(true, false), 1, 2, 16, 4, 1e-5, size / 2, 0);
        StableDiffusion base = base();
        UNet unet = new UNet(large, Weights.initial(base.manager(), 1));
        return base.with(base.manager(), unet, List.of());
    }

    /** A model with random styles; the caller closes it. */
    public static StableDiffusion styled(String... styles) {
        return of(1, List.of(styles));
    }

    private static StableDiffusion of(long seed, List<String> styles) {
        NDManager manager = Compute.newManager();
        ClipTokenizer tokenizer = ClipTokenizer.open(Reference.path("tokenizer"));
        manager.attachInternal("tokenizer", tokenizer);
        return new StableDiffusion(
                manager,
                tokenizer,
                new ClipTextModel(CLIP, Weights.initial(manager, seed)),
                unet(manager, seed, styles.size()),
                new AutoencoderKl(VAE, Weights.initial(manager, seed)),
                new NoiseSchedule(NoiseScheduleConfig.sd15()),
                styles);
    }

    /** A network that fits the base, on {@code manager}. */
    public static UNet unet(NDManager manager, long seed, int styles) {
        return new UNet(UNET.withStyles(styles), Weights.initial(manager, seed));
    }

    /** Writes a whole model as a diffusers folder. */
    public static Path write(Path folder, StableDiffusion model) {
        model.save(folder, DType.F32, Map.of());
        return folder;
    }

    /** Two experts of the base: one of a UNet alone, one with a text encoder of its own. */
    public static List<Expert> experts(Path parent) {
        Expert first = expert(parent, "first", 2);
        try (StableDiffusion model = of(3, List.of())) {
            Path second = write(parent.resolve("second"), model);
            return List.of(first, Expert.checkpoint("second", second));
        }
    }

    /** An expert of a random UNet alone. */
    public static Expert expert(Path parent, String name, long seed) {
        try (NDManager manager = Compute.newManager();
                ModelDraft draft = ModelDraft.create(parent.resolve(name))) {
            UNet unet = unet(manager, seed, 0);
            draft.write("unet", unet.config().toJson(), unet.parameters(), DType.F32, Map.of());
            draft.publish();
        }
        return Expert.checkpoint(name, parent.resolve(name));
    }

    /** Squares of many colours, with captions. */
    public static List<CaptionedImage> pictures(int count) {
        List<CaptionedImage> pictures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = image.createGraphics();
            graphics.setColor(Color.getHSBColor((float) i / count, 1, 1));
            graphics.fillRect(i % 8, i % 5, 8, 8);
            graphics.dispose();
            pictures.add(new CaptionedImage(image, "a house number " + i));
        }
        return pictures;
    }
}
