package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.model.layer.Conv2d;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import io.dmm.weights.Weights;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The way down and the middle of a {@link UNet}, without its way up and its styles: what the
 * network sees in latents.
 *
 * <p>Its weights are copies in fp32 that require no gradient, but a gradient passes through them to
 * the latents, which the prepared weights of a network read from a file would not let happen.
 */
public final class UNetEncoder {
    private final UNetConfig config;
    private final Conv2d convIn;
    private final TimestepEmbedding timeEmbedding;
    private final List<DownBlock> downBlocks = new ArrayList<>();
    private final MidBlock midBlock;

    private UNetEncoder(UNetConfig config, Weights weights) {
        int first = config.blockOutChannels().get(0);
        this.config = config;
        convIn = new Conv2d(weights.at("conv_in"), config.inChannels(), first, 3);
        timeEmbedding =
                new TimestepEmbedding(weights.at("time_embedding"), first, config.embeddingWidth());
        for (int level = 0; level < config.blockOutChannels().size(); level++) {
            downBlocks.add(new DownBlock(weights.at("down_blocks." + level), config, level));
        }
        midBlock = new MidBlock(weights.at("mid_block"), config);
    }

    /**
     * Copies this part of a network.
     *
     * @param manager receives the weights
     * @throws IllegalStateException if the network is in bf16
     */
    public static UNetEncoder copyOf(UNet unet, NDManager manager) {
        return new UNetEncoder(unet.config(), Weights.copies(unet.parameters(), manager));
    }

    /**
     * The output of the mid block.
     *
     * @param latents (B, C, H, W)
     * @param timesteps one per sample, or one for all
     * @param context text states (B, S, D)
     * @return (B, C', H', W') with the channels of the deepest level and sides halved, rounded up,
     *     before every level but the first; on the manager of the latents; the caller closes it
     */
    public NDArray forward(NDArray latents, float[] timesteps, NDArray context) {
        new InputShapes(config).check(latents, timesteps, context);
        try (Scope scope = Scope.over(latents, context)) {
            NDArray embedding =
                    Ops.silu(
                            timeEmbedding.forward(
                                    timeEmbedding.sinusoids(scope.manager(), timesteps)));
            Deque<NDArray> unused = new ArrayDeque<>(); // the way up would join these again
            NDArray h = convIn.forward(latents);
            for (DownBlock block : downBlocks) {
                h = block.forward(Segments.DIRECT, h, embedding, context, unused);
            }
            return scope.keep(midBlock.forward(Segments.DIRECT, h, embedding, context));
        }
    }
}
