package io.dmm.sampler;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.weights.ConfigNode;
import io.dmm.weights.ModelFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The noise schedule that a model was trained on, as diffusers' {@code scheduler_config.json}
 * states it. Keys that pick a sampler are not read: the caller picks it.
 *
 * @param numTrainTimesteps at least 2
 * @param timestepSpacing null where the file leaves it open: each sampler then takes its own
 * @param stepsOffset what leading spacing adds to every timestep, at least 0
 * @param setAlphaToOne whether DDIM and PLMS end at ᾱ = 1 instead of the ᾱ of timestep 0; null
 *     where the file leaves it open: DDIM then does, PLMS does not
 */
public record NoiseScheduleConfig(
        int numTrainTimesteps,
        Betas betas,
        PredictionType predictionType,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        Boolean setAlphaToOne) {
    private static final Logger LOGGER = LoggerFactory.getLogger(NoiseScheduleConfig.class);
    private static final int STEPS_OFFSET = 1;

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
        return new NoiseScheduleConfig(
                1000, betas, PredictionType.EPSILON, null, STEPS_OFFSET, false);
    }

    /**
     * Reads a {@code scheduler_config.json}; keys it lacks are left open or have the defaults of
     * diffusers' DDIMScheduler. As in its StableDiffusionPipeline, {@code clip_sample} is off and
     * {@code steps_offset} 1 whatever the file says, since files saved before diffusers 0.9 are
     * wrong there; a warning names what is overruled.
     *
     * @throws ModelFileException if a value is malformed or asks for what this library does not do
     */
    public static NoiseScheduleConfig read(ConfigNode config) {
        if (config.flag("clip_sample", false)) {
            LOGGER.warn(
                    "{}: clip_sample is taken as false, as diffusers' pipeline does",
                    config.where());
        }
        int stepsOffset = config.integer("steps_offset", STEPS_OFFSET);
        if (stepsOffset != STEPS_OFFSET) {
            LOGGER.warn(
                    "{}: steps_offset is taken as {} instead of {}, as diffusers' pipeline does",
                    config.where(),
                    STEPS_OFFSET,
                    stepsOffset);
        }
        config.require("thresholding", false);
        config.require("rescale_betas_zero_snr", false);
        config.require("trained_betas", "none");
        return config.build(
                () ->
                        new NoiseScheduleConfig(
                                config.positive("num_train_timesteps", 1000),
                                new Betas(
                                        config.choice(
                                                "beta_schedule",
                                                Betas.Curve.class,
                                                Betas.Curve.LINEAR),
                                        config.number("beta_start", 0.0001),
                                        config.number("beta_end", 0.02)),
                                config.choice(
                                        "prediction_type",
                                        PredictionType.class,
                                        PredictionType.EPSILON),
                                config.choice("timestep_spacing", TimestepSpacing.class, null),
                                STEPS_OFFSET,
                                config.flag("set_alpha_to_one", null)));
    }

    /**
     * Refuses a scheduler's config of a network that predicts something else.
     *
     * @throws ModelFileException if it does
     */
    public static void requirePrediction(ConfigNode config, PredictionType expected) {
        config.require("rescale_betas_zero_snr", false);
        PredictionType found =
                config.choice("prediction_type", PredictionType.class, PredictionType.EPSILON);
        if (found != expected) {
            throw new ModelFileException(
                    config.where()
                            + ": prediction_type, expected "
                            + ConfigNode.spelled(expected)
                            + ", as the base predicts, but was "
                            + ConfigNode.spelled(found));
        }
    }

    /** The content of a {@code scheduler_config.json} of diffusers' DDIMScheduler. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("_class_name", "DDIMScheduler");
        json.put("num_train_timesteps", numTrainTimesteps);
        json.put("beta_schedule", ConfigNode.spelled(betas.curve()));
        json.put("beta_start", betas.start());
        json.put("beta_end", betas.end());
        json.put("prediction_type", ConfigNode.spelled(predictionType));
        if (timestepSpacing != null) {
            json.put("timestep_spacing", ConfigNode.spelled(timestepSpacing));
        }
        json.put("steps_offset", stepsOffset);
        if (setAlphaToOne != null) {
            json.put("set_alpha_to_one", setAlphaToOne);
        }
        json.put("clip_sample", false);
        return json;
    }
}
