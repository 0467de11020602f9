package io.dmm.weights;

import java.util.Map;

/**
 * Metadata by which model files say what they are: Stability AI's ModelSpec 1.0.1. There is no
 * date, so that equal models are equal files.
 */
public final class ModelSpec {
    /** The implementation whose tensor names a diffusers folder has. */
    public static final String DIFFUSERS = "diffusers";

    /** The implementation whose tensor names a single file has. */
    public static final String LATENT_DIFFUSION =
            "https://github.com/Stability-AI/generative-models";

    /** Key of the models that were merged, separated by commas. */
    public static final String MERGED_FROM = "modelspec.merged_from";

    /** Key of what the UNet predicts, {@code epsilon} or {@code v}. */
    public static final String PREDICTION_TYPE = "modelspec.prediction_type";

    static final String ARCHITECTURE = "modelspec.architecture";

    /** Key under which {@link SafeTensorsWriter} states the hash of the data part. */
    public static final String HASH = "modelspec.hash_sha256";

    private ModelSpec() {}

    /**
     * The keys of a model of SD 1.5's architecture.
     *
     * @param size width and height of the pictures it was trained on
     * @param predictionType {@code epsilon} or {@code v}
     */
    public static Map<String, String> of(
            String implementation, String title, int size, String predictionType) {
        return Map.of(
                "modelspec.sai_model_spec",
                "1.0.1",
                ARCHITECTURE,
                "stable-diffusion-v1",
                "modelspec.implementation",
                implementation,
                "modelspec.title",
                title,
                "modelspec.resolution",
                size + "x" + size,
                PREDICTION_TYPE,
                predictionType,
                HASH,
                "");
    }
}
