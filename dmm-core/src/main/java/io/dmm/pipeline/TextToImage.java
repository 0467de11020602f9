package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.Pixels;
import io.dmm.data.TextStates;
import io.dmm.sampler.Guidance;
import io.dmm.sampler.Sampler;
import io.dmm.sampler.SeededNoise;
import io.dmm.sampler.Start;
import io.dmm.sampler.StepListener;
import io.dmm.tensor.GradMode;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Pictures of prompts: set what differs from the defaults, then ask for {@link #image}, {@link
 * #images} or {@link #grid}.
 *
 * <p>The defaults are those of Stable Diffusion users: DPM++ 2M, 25 steps, guidance 7, seed 0, the
 * size the model was trained on, no style.
 */
public final class TextToImage {
    /** Pixels that are decoded and denoised at once; bounds the memory of large batches. */
    private static final long PIXELS_AT_ONCE = 1 << 19;

    private final StableDiffusion model;
    private final List<String> prompts;
    private String negativePrompt = "";
    private StyleMix style;
    private long seed;
    private int steps = 25;
    private double guidance = 7;
    private Sampler sampler = Sampler.DPMPP_2M;
    private int clipSkip = 1;
    private int width;
    private int height;
    private InitialImage initial;
    private StepListener listener = StepListener.NONE;

    TextToImage(StableDiffusion model, List<String> prompts) {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("sample: expected at least one prompt but was none");
        }
        this.model = model;
        this.prompts = prompts;
        width = model.unet().config().sampleSize() * model.vae().config().downsampling();
        height = width;
    }

    public TextToImage negativePrompt(String text) {
        negativePrompt = text;
        return this;
    }

    /** One style by name. */
    public TextToImage style(String name) {
        return style(StyleMix.only(name));
    }

    /** A mix of styles. */
    public TextToImage style(StyleMix mix) {
        mix.over(model.styles()); // a wrong name is told here, not after minutes
        style = mix;
        return this;
    }

    /** The seed of the first picture; each further one takes the next. */
    public TextToImage seed(long first) {
        seed = first;
        return this;
    }

    /** Steps of the sampler. */
    public TextToImage steps(int count) {
        steps = count;
        return this;
    }

    /** Scale of the classifier-free guidance; 1 for none. */
    public TextToImage guidance(double scale) {
        guidance = scale;
        return this;
    }

    public TextToImage sampler(Sampler choice) {
        sampler = choice;
        return this;
    }

    /** 1 for the text encoder's last layer, 2 for the one before. */
    public TextToImage clipSkip(int layers) {
        clipSkip = layers;
        return this;
    }

    /** Width and height in pixels, multiples of the model's smallest feature map. */
    public TextToImage size(int pixelsWide, int pixelsHigh) {
        int levels = model.unet().config().blockOutChannels().size();
        int multiple = model.vae().config().downsampling() << (levels - 1);
        if (pixelsWide < 1
                || pixelsHigh < 1
                || pixelsWide % multiple != 0
                || pixelsHigh % multiple != 0) {
            throw new IllegalArgumentException(
                    "size: expected multiples of "
                            + multiple
                            + " but was "
                            + pixelsWide
                            + "×"
                            + pixelsHigh);
        }
        width = pixelsWide;
        height = pixelsHigh;
        return this;
    }

    /**
     * Begins with a picture instead of noise alone; it is scaled and cropped to the size asked for.
     *
     * @param strength above 0 and at most 1: the share of the steps taken, and with it of change
     */
    public TextToImage from(BufferedImage image, double strength) {
        initial = new InitialImage(image, strength);
        return this;
    }

    /** Is told after each step. */
    public TextToImage listen(StepListener stepListener) {
        listener = stepListener;
        return this;
    }

    /** The picture of the one prompt. */
    public GeneratedImage image() {
        if (prompts.size() > 1) {
            throw new IllegalArgumentException(
                    "image: expected one prompt but was "
                            + prompts.size()
                            + "; ask for images(1) or grid(1)");
        }
        return generate(prompts.subList(0, 1), new long[] {seed}).get(0);
    }

    /** {@code count} pictures of each prompt in turn, seeds counting up from the first. */
    public List<GeneratedImage> images(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("images: expected at least 1 but was " + count);
        }
        List<String> repeated = new ArrayList<>();
        long[] seeds = new long[prompts.size() * count];
        for (String prompt : prompts) {
            for (int i = 0; i < count; i++) {
                seeds[repeated.size()] = seed + i;
                repeated.add(prompt);
            }
        }
        return generate(repeated, seeds);
    }

    /** A row for each prompt, {@code columns} pictures with seeds counting up. */
    public ImageGrid grid(int columns) {
        List<GeneratedImage> images = images(columns);
        List<String> seeds = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            seeds.add("seed " + (seed + i));
        }
        List<List<BufferedImage>> rows = new ArrayList<>();
        for (int from = 0; from < images.size(); from += columns) {
            rows.add(
                    images.subList(from, from + columns).stream()
                            .map(GeneratedImage::image)
                            .toList());
        }
        return new ImageGrid(prompts, seeds, rows);
    }

    private List<GeneratedImage> generate(List<String> texts, long[] seeds) {
        int atOnce = (int) Math.max(1, PIXELS_AT_ONCE / ((long) width * height));
        List<GeneratedImage> images = new ArrayList<>();
        for (int from = 0; from < seeds.length; from += atOnce) {
            int to = Math.min(seeds.length, from + atOnce);
            long[] batch = Arrays.copyOfRange(seeds, from, to);
            List<BufferedImage> pictures = pictures(texts.subList(from, to), batch);
            for (int i = 0; i < batch.length; i++) {
                images.add(
                        new GeneratedImage(
                                pictures.get(i), parameters(texts.get(from + i), batch[i])));
            }
        }
        return images;
    }

    private List<BufferedImage> pictures(List<String> texts, long[] seeds) {
        int factor = model.vae().config().downsampling();
        Shape sample =
                new Shape(model.unet().config().inChannels(), height / factor, width / factor);
        Denoising denoising =
                new Denoising(
                        model.unet(), model.schedule(), sampler, steps, new Guidance(guidance));
        try (NDManager memory = model.manager().newSubManager();
                GradMode mode = GradMode.off()) {
            TextStates textStates = textStates(memory, texts);
            SeededNoise noise = new SeededNoise(memory, seeds, sample);
            NDArray latents =
                    denoising.latents(
                            memory,
                            textStates.of(memory, texts),
                            textStates.of(
                                    memory, Collections.nCopies(seeds.length, negativePrompt)),
                            styleRows(memory, seeds.length),
                            noise,
                            start(memory, noise),
                            listener);
            return Pixels.toImages(model.vae().decode(latents));
        }
    }

    private Start start(NDManager memory, SeededNoise noise) {
        return initial == null
                ? Start.NOISE
                : initial.start(memory, model.vae(), noise, width, height);
    }

    private TextStates textStates(NDManager memory, List<String> texts) {
        List<String> captions = new ArrayList<>(texts);
        captions.add(negativePrompt);
        return new TextStates(
                memory, (inner, prompts) -> model.encode(inner, prompts, clipSkip), captions);
    }

    private NDArray styleRows(NDManager memory, int batch) {
        if (style == null) {
            return null;
        }
        float[] row = style.over(model.styles());
        NDArray one = memory.create(row, new Shape(1, row.length));
        return one.broadcast(new Shape(batch, row.length));
    }

    private String parameters(String prompt, long imageSeed) {
        StringBuilder text = new StringBuilder(prompt);
        if (!negativePrompt.isEmpty()) {
            text.append("\nNegative prompt: ").append(negativePrompt);
        }
        text.append("\nSteps: ").append(steps);
        text.append(", Sampler: ").append(sampler.label());
        text.append(", CFG scale: ").append(guidance);
        text.append(", Seed: ").append(imageSeed);
        text.append(", Size: ").append(width).append('x').append(height);
        if (initial != null) {
            text.append(", Denoising strength: ").append(initial.strength());
        }
        if (clipSkip > 1) {
            text.append(", Clip skip: ").append(clipSkip);
        }
        if (style != null) {
            text.append(", Styles: ").append(quoted(style.toString()));
        }
        return text.toString();
    }

    /** A1111 parts the settings at commas. */
    private static String quoted(String value) {
        return value.contains(",")
                ? '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : value;
    }
}
