package io.dmm.pipeline;

import io.dmm.sampler.Sampler;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What made a picture, as the text {@code parameters} of A1111's PNG files says it: the prompt, a
 * line {@code Negative prompt: …} and a line {@code Steps: …, Sampler: …, …}.
 *
 * <p>A prompt that this form leaves open, say with a line {@code Negative prompt:} of its own, is
 * also written among the settings, as {@code Prompt: "…"}, so that every prompt is read back
 * exactly, by older versions of A1111 too.
 *
 * <p>Seeds give the noise of A1111's {@code RNG: CPU}. By default, without {@code RNG}, A1111 takes
 * a GPU's, so that the same seed draws another picture here.
 *
 * @param values all settings by A1111's names, in their order, the unknown ones too
 */
public record GenerationSettings(String prompt, String negativePrompt, Map<String, String> values) {

    private static final Logger LOGGER = LoggerFactory.getLogger(GenerationSettings.class);
    private static final String PROMPT = "Prompt";
    private static final String NEGATIVE = "Negative prompt";
    private static final String SCHEDULE = "Schedule type";
    private static final String AUTOMATIC = "Automatic";
    private static final String UNIFORM = "Uniform";
    private static final String KARRAS = "Karras";
    private static final String RNG = "RNG";
    private static final String CPU = "CPU";
    private static final Pattern NEGATIVE_LINE = Pattern.compile("(?:^|\n)" + NEGATIVE + ": ?");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6})x(\\d{1,6})");

    /** With fewer settings A1111 takes the last line for a part of the prompt. */
    private static final int FEWEST = 3;

    /** Samplers that A1111 runs through timesteps of their own, whatever schedule is named. */
    private static final Set<String> UNSCHEDULED = Set.of("DDIM", "PLMS", "UniPC");

    /** What a picture is drawn from, and what may differ without changing it. */
    private static final Set<String> UNDERSTOOD =
            Set.of(
                    "Steps",
                    "Sampler",
                    SCHEDULE,
                    "CFG scale",
                    "Seed",
                    "Size",
                    "Clip skip",
                    "Styles",
                    "Model",
                    "Model hash",
                    "Version");

    public GenerationSettings {
        if (values.containsKey(PROMPT) || values.containsKey(NEGATIVE)) {
            throw new IllegalArgumentException(
                    "picture settings: expected the prompts beside the values but was "
                            + values.keySet());
        }
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Reads the text of a picture; what is no line of settings is the prompt. */
    public static GenerationSettings parse(String parameters) {
        int end = parameters.length();
        while (end > 0 && "\r\n".indexOf(parameters.charAt(end - 1)) >= 0) {
            end--;
        }
        int lineStart = parameters.lastIndexOf('\n', end - 1) + 1;
        Map<String, String> values = SettingsLine.read(parameters.substring(lineStart, end));
        String head = parameters.substring(0, Math.max(0, lineStart - 1));
        if (values.size() < FEWEST) {
            values = new LinkedHashMap<>();
            head = parameters;
        }
        Matcher line = NEGATIVE_LINE.matcher(head);
        boolean negated = line.find();
        String prompt = negated ? head.substring(0, line.start()) : head;
        String negative = negated ? head.substring(line.end()) : "";
        String exactPrompt = values.remove(PROMPT);
        String exactNegative = values.remove(NEGATIVE);
        return new GenerationSettings(
                exactPrompt == null ? prompt : exactPrompt,
                exactNegative == null ? negative : exactNegative,
                values);
    }

    /** Steps of the sampler. */
    public int steps() {
        return required("Steps", "a whole number", Integer::parseInt);
    }

    /** The sampler of this name, which newer pictures write in two: sampler and schedule type. */
    public Sampler sampler() {
        required("Sampler", "one of " + Sampler.labels(), name -> name);
        return Sampler.of(samplerLabel());
    }

    String samplerLabel() {
        String schedule = values.getOrDefault(SCHEDULE, AUTOMATIC);
        boolean plain = Set.of(AUTOMATIC, UNIFORM).contains(schedule);
        String name = values.get("Sampler");
        return plain || UNSCHEDULED.contains(name) ? name : name + " " + schedule;
    }

    /**
     * Names a sampler as A1111 does since 1.9: with a schedule of noise levels, if it takes one.
     */
    static void put(Sampler sampler, Map<String, String> values) {
        String label = sampler.label();
        boolean karras = label.endsWith(" " + KARRAS);
        values.put("Sampler", karras ? label.replace(" " + KARRAS, "") : label);
        if (!UNSCHEDULED.contains(label)) {
            values.put(SCHEDULE, karras ? KARRAS : UNIFORM);
        }
    }

    /** Scale of the classifier-free guidance. */
    public double guidance() {
        return required("CFG scale", "a number", Double::parseDouble);
    }

    public long seed() {
        return required("Seed", "a whole number", Long::parseLong);
    }

    /** Width of the picture in pixels. */
    public int width() {
        return size(1);
    }

    /** Height of the picture in pixels. */
    public int height() {
        return size(2);
    }

    /** 1 for the text encoder's last layer, which is also the default. */
    public int clipSkip() {
        return optional("Clip skip", "a whole number", Integer::parseInt).orElse(1);
    }

    /** The styles with their weights, if any. */
    public Optional<StyleMix> style() {
        return optional("Styles", "style:weight|…", StyleMix::parse);
    }

    /** Name of the model, if it is known. */
    public Optional<String> model() {
        return Optional.ofNullable(values.get("Model"));
    }

    /** Sets all that {@code request} can be set to, and warns of the rest. */
    TextToImage applyTo(TextToImage request) {
        Set<String> unused = new LinkedHashSet<>(values.keySet());
        unused.removeAll(UNDERSTOOD);
        if (AUTOMATIC.equals(values.get(SCHEDULE))) {
            unused.add(SCHEDULE); // it depends on the sampler and on the version of the program
        }
        if (CPU.equals(values.get(RNG))) {
            unused.remove(RNG);
        }
        if (!unused.isEmpty()) {
            LOGGER.warn("Settings of the picture that are not used here: {}", unused);
        }
        style().ifPresent(request::style);
        return request.negativePrompt(negativePrompt)
                .steps(steps())
                .sampler(sampler())
                .guidance(guidance())
                .seed(seed())
                .size(width(), height())
                .clipSkip(clipSkip());
    }

    /** The text that {@link #parse} reads. */
    @Override
    public String toString() {
        String text = text(prompt, negativePrompt, values);
        if (text.equals(stored(text)) && parse(text).equals(this)) {
            return text;
        }
        Map<String, String> exact = new LinkedHashMap<>(values);
        exact.put(PROMPT, prompt);
        exact.put(NEGATIVE, negativePrompt);
        return text(stored(prompt), stored(negativePrompt), exact);
    }

    private static String text(String prompt, String negative, Map<String, String> values) {
        List<String> lines =
                negative.isEmpty()
                        ? List.of(prompt, SettingsLine.write(values))
                        : List.of(prompt, NEGATIVE + ": " + negative, SettingsLine.write(values));
        return String.join("\n", values.isEmpty() ? lines.subList(0, lines.size() - 1) : lines);
    }

    /** What is left of a text in a PNG file, which has no NUL and no half of a surrogate pair. */
    private static String stored(String text) {
        byte[] bytes = text.replace("\0", "").getBytes(StandardCharsets.UTF_8);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int size(int side) {
        return required(
                "Size",
                "<width>x<height>",
                text -> {
                    Matcher sides = SIZE.matcher(text);
                    if (!sides.matches()) {
                        throw new IllegalArgumentException();
                    }
                    return Integer.parseInt(sides.group(side));
                });
    }

    private <T> T required(String key, String expected, Function<String, T> reader) {
        return optional(key, expected, reader)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "picture settings: "
                                                + key
                                                + ", expected "
                                                + expected
                                                + " but was none; the picture was not made by a"
                                                + " sampler"));
    }

    private <T> Optional<T> optional(String key, String expected, Function<String, T> reader) {
        String value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.apply(value));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "picture settings: "
                            + key
                            + ", expected "
                            + expected
                            + " but was '"
                            + value
                            + "'",
                    e);
        }
    }
}
