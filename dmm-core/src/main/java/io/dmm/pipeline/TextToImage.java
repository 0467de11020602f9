package io.dmm.pipeline;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.dmm.data.Pixels;
import io.dmm.sampler.Guidance;
import io.dmm.sampler.Sampler;
import io.dmm.sampler.SeededNoise;
import io.dmm.sampler.Start;
import io.dmm.sampler.StepListener;
import io.dmm.tensor.GradMode;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * Pictures of prompts: set what differs from the defaults, then ask for {@link #image}, {@link
 * #images} or {@link #grid}.
 *
 * <p>The defaults are those of Stable Diffusion users: DPM++ 2M, 25 steps, guidance 7, seed 0, the
 * size the model was trained on, no style.
 *
 * <p>Prompts are read as A1111's web interface reads them: {@code (word)}, {@code (word:1.3)} and
 * {@code [word]} weigh a word, {@code \(} is a bracket as it stands, {@code BREAK} begins a new
 * chunk of 75 tokens, also within brackets, where A1111 takes it for a word, and there may be any
 * number of chunks. What that notation knows and this class does not ({@code <lora:…>}, {@code
 * [from:to:when]}, {@code [one|other]}, {@code AND}) is refused. Typographic quotes and full-width
 * signs stay as they are, which A1111's ftfy makes plain ones.
 */
public final class TextToImage {
    private static final long MOST_PIXELS = 100_000_000;

    private final StableDiffusion model;
    private final List<String> prompts;
    private List<String> negativePrompts;
    private StyleMix style;
    private Seeds seeds = Seeds.from(0);
    private int steps = 25;
    private Guidance guidance = new Guidance(7);
    private Sampler sampler = Sampler.DPMPP_2M;
    private int clipSkip;
    private int width;
    private int height;
    private InitialImage initial;
    private StepListener listener = StepListener.NONE;

    TextToImage(StableDiffusion model, List<String> prompts) {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("sample: expected at least one prompt but was none");
        }
        prompts.forEach(WeightedPrompt::parse); // a wrong one is told here, not after minutes
        this.model = model;
        this.prompts = prompts;
        negativePrompts = Collections.nCopies(prompts.size(), "");
        width = model.imageSize();
        height = width;
        clipSkip = model.clipSkip();
    }

    /** What to keep out of the pictures: one text for all prompts, or one for each. */
    public TextToImage negativePrompt(String... texts) {
        if (texts.length != 1 && texts.length != prompts.size()) {
            throw new IllegalArgumentException(
                    "negative prompt: expected one, or one for each of "
                            + prompts.size()
                            + " prompts, but was "
                            + texts.length);
        }
        List.of(texts).forEach(WeightedPrompt::parse);
        negativePrompts =
                texts.length == 1 ? Collections.nCopies(prompts.size(), texts[0]) : List.of(texts);
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

    /** The seed of a prompt's first picture; each further one takes the next. */
    public TextToImage seed(long first) {
        seeds = Seeds.from(first);
        return this;
    }

    /**
     * The seed of the first picture of all; each further one takes the next, also those of the next
     * prompt: A1111's "iterate seed every line". For many pictures that should differ in all.
     */
    public TextToImage iterateSeed(long first) {
        seeds = Seeds.throughPromptsFrom(first);
        return this;
    }

    /** A seed for each picture of a prompt, as many as pictures are asked for. */
    public TextToImage seeds(long... values) {
        seeds = Seeds.of(values);
        return this;
    }

    /** Steps of the sampler, at most as many as the timesteps that the model was trained on. */
    public TextToImage steps(int count) {
        int most = model.schedule().config().numTrainTimesteps();
        if (count < 1 || count > most) {
            throw new IllegalArgumentException(
                    "sample: steps, expected 1 to " + most + " but was " + count);
        }
        steps = count;
        return this;
    }

    /** Scale of the classifier-free guidance; 1 for none, 0 for the negative prompt alone. */
    public TextToImage guidance(double scale) {
        guidance = new Guidance(scale);
        return this;
    }

    public TextToImage sampler(Sampler choice) {
        sampler = choice;
        return this;
    }

    /** 1 for the text encoder's last layer, 2 for the one before: one more than in diffusers. */
    public TextToImage clipSkip(int layers) {
        model.textEncoder().requireClipSkip(layers);
        clipSkip = layers;
        return this;
    }

    /**
     * Width and height in pixels, multiples of what a latent stands for: 8 for SD 1.5; at most 100
     * million pixels.
     */
    public TextToImage size(int pixelsWide, int pixelsHigh) {
        String size = pixelsWide + "×" + pixelsHigh;
        int multiple = model.vae().config().downsampling();
        if (pixelsWide < 1
                || pixelsHigh < 1
                || pixelsWide % multiple != 0
                || pixelsHigh % multiple != 0) {
            throw new IllegalArgumentException(
                    "size: expected multiples of " + multiple + " but was " + size);
        }
        if ((long) pixelsWide * pixelsHigh > MOST_PIXELS) {
            throw new IllegalArgumentException(
                    "size: expected at most " + MOST_PIXELS + " pixels but was " + size);
        }
        width = pixelsWide;
        height = pixelsHigh;
        return this;
    }

    /**
     * Begins with a picture instead of noise alone; it is laid over white where it is transparent,
     * scaled and cropped to the size asked for with {@link #size}, by default the model's. {@code
     * ImageIO.read} does not turn photos as their EXIF says.
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

    /**
     * The picture of the one prompt.
     *
     * @throws IllegalArgumentException if there are more prompts, or settings do not fit each other
     * @throws CancellationException if the thread is interrupted; its status is cleared
     * @throws EngineException if there is too little memory
     */
    public GeneratedImage image() {
        if (prompts.size() > 1) {
            throw new IllegalArgumentException(
                    "image: expected one prompt but was "
                            + prompts.size()
                            + "; ask for images(1) or grid(1)");
        }
        return images(1).get(0);
    }

    /**
     * {@code count} pictures of each prompt in turn, with the given seeds or counting up.
     *
     * @throws IllegalArgumentException if settings do not fit each other, see {@link #check}
     * @throws CancellationException if the thread is interrupted; its status is cleared
     * @throws EngineException if there is too little memory
     */
    public List<GeneratedImage> images(int count) {
        check(count);
        List<Shot> shots = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            for (long seed : seeds.of(i, count)) {
                shots.add(new Shot(prompts.get(i), negativePrompts.get(i), seed));
            }
        }
        return generate(shots);
    }

    /**
     * Refuses settings that {@link #images} refuses, without drawing.
     *
     * @throws IllegalArgumentException if the seeds are of another number, or the strength takes
     *     none of the steps
     */
    public void check(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("images: expected at least 1 but was " + count);
        }
        seeds.of(0, count);
        if (initial != null) {
            Start.taken(initial.strength(), steps);
        }
    }

    /**
     * A row for each prompt, {@code columns} pictures with the seeds of {@link #images}, which
     * throws the same.
     */
    public ImageGrid grid(int columns) {
        List<GeneratedImage> images = images(columns);
        List<List<BufferedImage>> rows = new ArrayList<>();
        for (int from = 0; from < images.size(); from += columns) {
            rows.add(
                    images.subList(from, from + columns).stream()
                            .map(GeneratedImage::image)
                            .toList());
        }
        return new ImageGrid(prompts, seeds.labels(columns), rows);
    }

    private List<GeneratedImage> generate(List<Shot> shots) {
        PromptEncoder encoder = model.promptEncoder(clipSkip);
        boolean guided = guidance.needsUnconditional();
        boolean gpu = model.manager().getDevice().isGpu();
        long atOnce = BatchSize.of(gpu, guided, (long) width * height);
        List<GeneratedImage> images = new ArrayList<>();
        while (images.size() < shots.size()) {
            List<Shot> rest = shots.subList(images.size(), shots.size());
            List<Shot> batch = Shot.batch(rest, encoder, guided, atOnce);
            List<BufferedImage> pictures = pictures(encoder, batch);
            for (int i = 0; i < batch.size(); i++) {
                String parameters = settings(batch.get(i)).toString();
                images.add(new GeneratedImage(pictures.get(i), parameters));
            }
        }
        return images;
    }

    /** Draws shots whose text states are of one length. */
    private List<BufferedImage> pictures(PromptEncoder encoder, List<Shot> batch) {
        int factor = model.vae().config().downsampling();
        Shape sample =
                new Shape(model.unet().config().inChannels(), height / factor, width / factor);
        boolean guided = guidance.needsUnconditional();
        int chunks = batch.get(0).chunks(encoder, guided);
        List<String> texts = batch.stream().map(Shot::prompt).toList();
        List<String> negatives = batch.stream().map(Shot::negativePrompt).toList();
        Denoising denoising =
                new Denoising(model.unet(), model.schedule(), sampler, steps, guidance);
        try (NDManager memory = model.manager().newSubManager();
                GradMode mode = GradMode.off()) {
            long[] seeds = batch.stream().mapToLong(Shot::seed).toArray();
            SeededNoise noise = new SeededNoise(memory, seeds, sample);
            NDArray latents =
                    denoising.latents(
                            memory,
                            encoder.states(memory, texts, chunks),
                            guided ? encoder.states(memory, negatives, chunks) : null,
                            styleRow(memory),
                            noise,
                            start(memory, noise),
                            listener);
            return decoded(latents);
        }
    }

    private Start start(NDManager memory, SeededNoise noise) {
        return initial == null
                ? Start.NOISE
                : initial.start(memory, model.vae(), noise, width, height);
    }

    /** One after the other: a decoder takes more memory than the network before it. */
    private List<BufferedImage> decoded(NDArray latents) {
        List<BufferedImage> images = new ArrayList<>();
        for (long i = 0; i < latents.getShape().get(0); i++) {
            try (NDArray one = latents.get(new NDIndex("{}:{}", i, i + 1));
                    NDArray pixels = model.vae().decode(one)) {
                images.addAll(Pixels.toImages(pixels));
            }
        }
        return images;
    }

    private NDArray styleRow(NDManager memory) {
        if (style == null) {
            return null;
        }
        float[] row = style.over(model.styles());
        return memory.create(row, new Shape(1, row.length));
    }

    private GenerationSettings settings(Shot shot) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("Steps", String.valueOf(steps));
        GenerationSettings.put(sampler, values);
        values.put("CFG scale", String.valueOf(guidance.scale()));
        values.put("Seed", String.valueOf(shot.seed()));
        values.put("Size", width + "x" + height);
        model.name().ifPresent(name -> values.put("Model", name));
        if (initial != null) {
            values.put("Denoising strength", String.valueOf(initial.strength()));
        }
        if (clipSkip > 1) {
            values.put("Clip skip", String.valueOf(clipSkip));
        }
        values.put("RNG", "CPU");
        if (style != null) {
            values.put("Styles", style.toString());
        }
        return new GenerationSettings(shot.prompt(), shot.negativePrompt(), values);
    }
}
