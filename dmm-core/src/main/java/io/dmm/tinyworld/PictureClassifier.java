package io.dmm.tinyworld;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.model.layer.Conv2d;
import io.dmm.model.layer.GroupNorm;
import io.dmm.model.layer.Linear;
import io.dmm.model.layer.ResnetBlock;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Precision;
import io.dmm.tensor.Scope;
import io.dmm.weights.DType;
import io.dmm.weights.ModelDraft;
import io.dmm.weights.ModelFiles;
import io.dmm.weights.TensorFile;
import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tells style and scene of pictures of the tiny world, each {@link Trait} by a linear head on the
 * same features: the mean over the pixels of a small convolutional network, projected to D.
 */
final class PictureClassifier {
    /** The part of a model folder that it is. */
    private static final String PART = "classifier";

    private static final double EPS = 1e-5;

    private final ClassifierConfig config;
    private final Map<String, NDArray> parameters;
    private final List<Level> levels = new ArrayList<>();
    private final GroupNorm normOut;
    private final Linear projection;
    private final Map<Trait, Linear> heads = new EnumMap<>(Trait.class);

    private record Level(Conv2d downsampler, ResnetBlock resnet) {}

    PictureClassifier(ClassifierConfig config, Weights weights) {
        this.config = config;
        parameters = weights.taken();
        int groups = config.normNumGroups();
        int in = 3;
        for (int out : config.blockOutChannels()) {
            Weights level = weights.at("down_blocks." + levels.size());
            levels.add(
                    new Level(
                            new Conv2d(level.at("downsampler"), in, out, 3),
                            ResnetBlock.unconditioned(level.at("resnet"), out, out, groups, EPS)));
            in = out;
        }
        normOut = new GroupNorm(weights.at("norm_out"), in, groups, EPS);
        projection = Linear.of(weights.at("projection"), in, config.features());
        for (Trait trait : Trait.values()) {
            Weights head = weights.at("heads." + trait.name().toLowerCase(Locale.ROOT));
            heads.put(trait, Linear.of(head, config.features(), trait.classes()));
        }
    }

    /**
     * Reads a classifier for inference.
     *
     * @param manager receives the weights
     * @throws io.dmm.weights.ModelFileException for a missing or foreign file
     */
    static PictureClassifier read(ModelFiles files, NDManager manager) {
        ClassifierConfig config = ClassifierConfig.read(files.config(PART));
        try (TensorFile file = files.weights(PART)) {
            Weights.check(file, weights -> new PictureClassifier(config, weights));
            return new PictureClassifier(config, Weights.load(file, manager, Precision.FP32));
        }
    }

    /** Writes config and weights in fp16, as {@link #read} reads them. */
    void writeTo(ModelDraft draft) {
        draft.write(PART, config.toJson(), parameters, DType.F16, Map.of());
    }

    ClassifierConfig config() {
        return config;
    }

    /** Every tensor by its name. */
    Map<String, NDArray> parameters() {
        return parameters;
    }

    /** Pictures (B, 3, H, W) in [−1, 1] → (B, D). */
    NDArray features(NDArray pixels) {
        try (Scope scope = Scope.over(pixels)) {
            NDArray h = pixels;
            for (Level level : levels) {
                h = level.resnet.forward(level.downsampler.downsample(h));
            }
            NDArray tokens = Ops.pixelsToTokens(normOut.silu(h)); // (B, H·W, C)
            return scope.keep(projection.forward(tokens.mean(new int[] {1})));
        }
    }

    /** Features (B, D) → logits of a trait's classes (B, classes). */
    NDArray logits(Trait trait, NDArray features) {
        return heads.get(trait).forward(features);
    }
}
