package io.dmm.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.weights.ModelFileException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The noise schedule that a model was trained on, as diffusers' {@code scheduler_config.json}
 * states it. Keys that pick a sampler are not read: the caller picks it.
 *
 * @param numTrainTimesteps at least 2
 * @param timestepSpacing null where the file leaves it open: each sampler then takes its own
 * @param stepsOffset what leading spacing adds to every timestep, at least 0
 * @param setAlphaToOne whether DDIM ends at ᾱ = 1 instead of the ᾱ of timestep 0
 */
public record NoiseScheduleConfig(
        int numTrainTimesteps,
        Betas betas,
        PredictionType predictionType,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        boolean setAlphaToOne) {
    private static final String FILE = "scheduler_config.json: ";

    public NoiseScheduleConfig {
        if (numTrainTimesteps < 2) {
            throw new IllegalArgumentException(
                    "num_train_timesteps, expected at least 2 but was " + numTrainTimesteps);
        }
        if (stepsOffset < 0 || stepsOffset >= numTrainTimesteps) {
            throw new IllegalArgumentException(
                    "steps_offset, expected 0 to num_train_timesteps - 1 but was " + stepsOffset);
        }
    }

    /** The schedule of Stable Diffusion 1.5. */
    public static NoiseScheduleConfig sd15() {
        Betas betas = new Betas(Betas.Curve.SCALED_LINEAR, 0.00085, 0.012);
        return new NoiseScheduleConfig(1000, betas, PredictionType.EPSILON, null, 1, false);
    }

    /**
     * Reads the content of a {@code scheduler_config.json}; keys it lacks have the defaults of
     * diffusers' DDIMScheduler.
     *
     * @throws ModelFileException if a value is malformed or asks for what this library does not do
     */
    public static NoiseScheduleConfig fromJson(JsonNode json) {
        if (!json.isObject()) {
            throw new ModelFileException(
                    FILE + "expected a JSON object but was " + json.getNodeType());
        }
        try {
            refuse(json, "clip_sample");
            refuse(json, "thresholding");
            refuse(json, "rescale_betas_zero_snr");
            refuse(json, "trained_betas");
            return new NoiseScheduleConfig(
                    integer(json, "num_train_timesteps", 1000),
                    new Betas(
                            choice(json, "beta_schedule", Betas.Curve.LINEAR),
                            number(json, "beta_start", 0.0001),
                            number(json, "beta_end", 0.02)),
                    choice(json, "prediction_type", PredictionType.EPSILON),
                    json.hasNonNull("timestep_spacing")
                            ? choice(json, "timestep_spacing", TimestepSpacing.LEADING)
                            : null,
                    integer(json, "steps_offset", 0),
                    flag(json, "set_alpha_to_one", true));
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(FILE + e.getMessage(), e);
        }
    }

    /** The content of a {@code scheduler_config.json} of diffusers' DDIMScheduler. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("_class_name", "DDIMScheduler");
        json.put("num_train_timesteps", numTrainTimesteps);
        json.put("beta_schedule", spelled(betas.curve()));
        json.put("beta_start", betas.start());
        json.put("beta_end", betas.end());
        json.put("prediction_type", spelled(predictionType));
        if (timestepSpacing != null) {
            json.put("timestep_spacing", spelled(timestepSpacing));
        }
        json.put("steps_offset", stepsOffset);
        json.put("set_alpha_to_one", setAlphaToOne);
        json.put("clip_sample", false);
        return json;
    }

    /** A key whose every use changes the samples in a way that no sampler here follows. */
    private static void refuse(JsonNode json, String key) {
        JsonNode value = json.path(key);
        if (json.hasNonNull(key) && !(value.isBoolean() && !value.booleanValue())) {
            throw wrong(key, "none or false", value);
        }
    }

    private static int integer(JsonNode json, String key, int absent) {
        if (json.hasNonNull(key) && !json.get(key).isInt()) {
            throw wrong(key, "an integer", json.get(key));
        }
        return json.path(key).asInt(absent);
    }

    private static double number(JsonNode json, String key, double absent) {
        if (json.hasNonNull(key) && !json.get(key).isNumber()) {
            throw wrong(key, "a number", json.get(key));
        }
        return json.path(key).asDouble(absent);
    }

    private static boolean flag(JsonNode json, String key, boolean absent) {
        if (json.hasNonNull(key) && !json.get(key).isBoolean()) {
            throw wrong(key, "true or false", json.get(key));
        }
        return json.path(key).asBoolean(absent);
    }

    private static <E extends Enum<E>> E choice(JsonNode json, String key, E absent) {
        if (!json.hasNonNull(key)) {
            return absent;
        }
        E[] choices = absent.getDeclaringClass().getEnumConstants();
        for (E choice : choices) {
            if (spelled(choice).equals(json.get(key).textValue())) {
                return choice;
            }
        }
        String names =
                Arrays.stream(choices)
                        .map(NoiseScheduleConfig::spelled)
                        .collect(Collectors.joining(" or "));
        throw wrong(key, names, json.get(key));
    }

    private static IllegalArgumentException wrong(String key, String expected, JsonNode actual) {
        return new IllegalArgumentException(key + ", expected " + expected + " but was " + actual);
    }

    /** The name that the file has for a choice. */
    private static String spelled(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
