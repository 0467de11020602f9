package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.layer.Conv2d;
import io.dmm.model.layer.GroupNorm;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Precision;
import io.dmm.tensor.Scope;
import io.dmm.weights.LoraUpdates;
import io.dmm.weights.Weights;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The UNet of latent diffusion (Rombach et al., arXiv 2112.10752) with DMM's style prompts (arXiv
 * 2504.12364, appendix A.1), as diffusers' {@code UNet2DConditionModel} computes it.
 */
public final class UNet {
    private final UNetConfig config;
    private final Map<String, NDArray> parameters;
    private final Precision stored;
    private final Precision precision;
    private final Conv2d convIn;
    private final TimestepEmbedding timeEmbedding;
    private final StyleEmbedding styleEmbedding;
    private final List<DownBlock> downBlocks = new ArrayList<>();
    private final MidBlock midBlock;
    private final List<UpBlock> upBlocks = new ArrayList<>();
    private final GroupNorm convNormOut;
    private final Conv2d convOut;

    /** A network that computes in the precision its weights are in. */
    public UNet(UNetConfig config, Weights weights) {
        this(config, weights, weights.precision());
    }

    private UNet(UNetConfig config, Weights weights, Precision precision) {
        List<Integer> channels = config.blockOutChannels();
        int first = channels.get(0);
        this.config = config;
        parameters = weights.taken();
        this.precision = precision;
        stored = weights.precision();
        convIn = new Conv2d(weights.at("conv_in"), config.inChannels(), first, 3);
        timeEmbedding =
                new TimestepEmbedding(weights.at("time_embedding"), first, config.embeddingWidth());
        styleEmbedding =
                config.styles() == 0
                        ? null
                        : new StyleEmbedding(weights, config.styles(), config.embeddingWidth());
        for (int level = 0; level < channels.size(); level++) {
            downBlocks.add(new DownBlock(weights.at("down_blocks." + level), config, level));
        }
        midBlock = new MidBlock(weights.at("mid_block"), config);
        for (int i = 0; i < channels.size(); i++) {
            int level = channels.size() - 1 - i;
            upBlocks.add(new UpBlock(weights.at("up_blocks." + i), config, level));
        }
        convNormOut =
                new GroupNorm(
                        weights.at("conv_norm_out"),
                        first,
                        config.normNumGroups(),
                        config.normEps());
        convOut = new Conv2d(weights.at("conv_out"), first, config.outChannels(), 3);
    }

    /**
     * The same network in fp32 with weights of its own on {@code manager}, which require no
     * gradient and can be trained.
     */
    public UNet copy(NDManager manager) {
        return new UNet(config, Weights.copies(parameters(), manager));
    }

    /** As {@link #copy}, for inference alone, in any precision: as one read from a file. */
    public UNet preparedCopy(NDManager manager, Precision other) {
        return new UNet(config, Weights.preparedCopies(parameters(), manager, other));
    }

    /**
     * The same network on the same fp32 weights, computing in another precision (mixed precision,
     * Micikevicius et al., arXiv 1710.03740): a layer converts its weights whenever it runs, so
     * that their gradients are fp32, too.
     *
     * @throws IllegalStateException if the weights are in bf16, or prepared for inference
     */
    public UNet computingIn(Precision other) {
        if (parameters().values().stream().anyMatch(Ops::isPrepared)) {
            throw new IllegalStateException(
                    "UNet: expected weights to train but were prepared for inference; take a copy of"
                            + " the network");
        }
        return new UNet(config, Weights.of(parameters(), "UNet"), other);
    }

    /**
     * The same network with LoRA files folded in, in its own precision.
     *
     * @param owner receives its weights; those that do not change share the memory of this one's
     */
    public UNet folded(LoraUpdates updates, NDManager owner) {
        Map<String, NDArray> folded = updates.foldUNet(parameters, owner, stored);
        return new UNet(config, Weights.of(folded, "LoRA", stored), precision);
    }

    /**
     * The same network with a mix of styles folded in, and no styles to choose: what the mix adds
     * to the timestep embedding (DMM, appendix A.1) is the same at all timesteps, so that
     * embedding's last bias takes it up.
     *
     * @param mix weights of the styles (N)
     * @param owner receives the bias; all else shares the memory of this one's
     * @throws IllegalStateException in bf16
     */
    public UNet folded(float[] mix, NDManager owner) {
        Map<String, NDArray> folded = new LinkedHashMap<>(parameters());
        try (GradMode off = GradMode.off();
                Scope scope = Scope.of(owner)) {
            NDArray row = scope.manager().create(mix, new Shape(1, mix.length));
            NDArray added = styleEmbedding.forward(row).squeeze(0);
            folded.computeIfPresent(
                    "time_embedding.linear_2.bias", (name, bias) -> scope.keep(added.add(bias)));
        }
        return new UNet(config.withStyles(0), Weights.of(folded, "UNet"));
    }

    public UNetConfig config() {
        return config;
    }

    /** The shapes of all tensors by diffusers' name. */
    public Map<String, Shape> shapes() {
        return Weights.shapes(parameters);
    }

    /**
     * Every tensor of this network by its diffusers name. Of a network read from a file, kernels
     * are in the layout of inference: {@link Ops#plainCopy} and {@link #copy} give the values.
     *
     * @throws IllegalStateException in bf16: such arrays abort the JVM outside the network
     */
    public Map<String, NDArray> parameters() {
        requireFp32("UNet: parameters");
        return parameters;
    }

    /** Refuses, on behalf of {@code where}, a network whose weights are in bf16. */
    public void requireFp32(String where) {
        stored.requireFp32(where);
    }

    /**
     * What each style adds to the timestep embedding, (N, D) on {@code manager}; the caller closes
     * it.
     *
     * @throws IllegalStateException if there are no styles
     */
    public NDArray styleEmbeddings(NDManager manager) {
        if (styleEmbedding == null) {
            throw new IllegalStateException("UNet: expected styles but was a plain network");
        }
        try (Scope scope = Scope.of(manager)) {
            NDArray each = scope.manager().eye(config.styles());
            return scope.keep(precision.out(styleEmbedding.forward(precision.in(each))));
        }
    }

    /**
     * Predicts the noise in latents.
     *
     * <p>With one timestep and one style for all, a sample's prediction does not depend on how many
     * others are in the batch, to the last bit on the CPU: a matrix of few rows is multiplied in
     * another order than one of many.
     *
     * @param latents (B, C, H, W)
     * @param timesteps one per sample, or one for all
     * @param context text states (B, S, D)
     * @param style weights of the styles, (B, N) or (1, N) for all, or null for no style
     * @return (B, C, H, W), on the manager of the latents; the caller closes it
     */
    public NDArray forward(NDArray latents, float[] timesteps, NDArray context, NDArray style) {
        return forward(latents, timesteps, context, style, null);
    }

    /**
     * As {@link #forward(NDArray, float[], NDArray, NDArray)}, also handing out the outputs of all
     * blocks, for imitation (DMM, Eq. 10): each down block's after its downsampler, the mid
     * block's, each up block's after its upsampler.
     *
     * @param features receives them in that order; the caller closes them
     */
    public NDArray forward(
            NDArray latents,
            float[] timesteps,
            NDArray context,
            NDArray style,
            List<NDArray> features) {
        new InputShapes(config).check(latents, timesteps, context, style);
        try (Scope scope = Scope.over(latents, context)) {
            Pass pass = run(Segments.DIRECT, scope, latents, timesteps, context, style);
            if (features != null) {
                // only now: a kept array draws all that is computed from it out of the scope
                pass.blocks.forEach(output -> features.add(scope.keep(precision.out(output))));
            }
            return scope.keep(pass.noisePred);
        }
    }

    /**
     * As {@link #forward(NDArray, float[], NDArray, NDArray)}, for training: the losses are
     * computed from what this returns, which then carries their gradients back to the weights.
     *
     * <p>The gradient of other arrays, where they require one, is right for leaves only: those that
     * were not computed from other arrays that require one.
     *
     * @param activations what is held in between: memory or time
     */
    public RecordedPass record(
            Activations activations,
            NDArray latents,
            float[] timesteps,
            NDArray context,
            NDArray style) {
        new InputShapes(config).check(latents, timesteps, context, style);
        Segments segments = activations.segments(latents.getManager());
        try (GradMode on = GradMode.on();
                Scope scope = Scope.over(latents, context)) {
            Pass pass = run(segments, scope, latents, timesteps, context, style);
            pass.blocks.forEach(scope::keep);
            pass.inputs.forEach(scope::keep);
            return new RecordedPass(scope.keep(pass.noisePred), pass.blocks, precision, segments);
        }
    }

    /**
     * What a forward pass gives.
     *
     * @param blocks the output of each, in the network's precision
     * @param inputs what its segments were given from outside
     */
    private record Pass(NDArray noisePred, List<NDArray> blocks, List<NDArray> inputs) {}

    private Pass run(
            Segments segments,
            Scope scope,
            NDArray latents,
            float[] timesteps,
            NDArray context,
            NDArray style) {
        NDArray x = precision.in(latents);
        NDArray text = precision.in(context);
        NDArray times = precision.in(timeEmbedding.sinusoids(scope.manager(), timesteps));
        NDArray embedding = segments.run(in -> embedding(in[0], style), times);
        List<NDArray> outputs = new ArrayList<>();
        Deque<NDArray> skips = new ArrayDeque<>();
        NDArray h = segments.run(in -> convIn.forward(in[0]), x);
        skips.push(h);
        for (DownBlock block : downBlocks) {
            h = block.forward(segments, h, embedding, text, skips);
            outputs.add(h);
        }
        h = midBlock.forward(segments, h, embedding, text);
        outputs.add(h);
        for (UpBlock block : upBlocks) {
            h = block.forward(segments, h, embedding, text, skips);
            outputs.add(h);
        }
        NDArray noise = segments.run(in -> convOut.forward(convNormOut.silu(in[0])), h);
        return new Pass(precision.out(noise), outputs, List.of(x, text, times));
    }

    /** The sum of timestep and style embedding, after the SiLU that every ResNet begins with. */
    private NDArray embedding(NDArray times, NDArray style) {
        NDArray embedding = timeEmbedding.forward(times);
        if (style == null) {
            return Ops.silu(embedding);
        }
        try (Scope scope = Scope.over(style)) {
            return Ops.silu(embedding.add(styleEmbedding.forward(precision.in(style))));
        }
    }
}
