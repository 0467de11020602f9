package io.dmm.model.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Runs a network over square tiles that overlap by a quarter and blends them linearly, with the
 * sizes and values of diffusers' {@code AutoencoderKL.enable_tiling}: memory does not grow with the
 * picture, but each tile is normalised by itself.
 *
 * @param tile side of the tiles that go in
 * @param stride from one of these tiles to the next
 * @param blend how far the tiles that come out overlap
 * @param kept how much of each that comes out stays, the overlap belonging to the next
 */
record Tiling(int tile, int stride, int blend, int kept) {
    private static final int HEIGHT = 2;
    private static final int WIDTH = 3;

    /** For a network from latents to pictures. */
    static Tiling ofLatents(VaeConfig config) {
        int quarter = quarter(config);
        int factor = config.downsampling();
        return new Tiling(4 * quarter, 3 * quarter, factor * quarter, 3 * factor * quarter);
    }

    /** For a network from pictures to latents. */
    static Tiling ofPixels(VaeConfig config) {
        int quarter = quarter(config);
        int factor = config.downsampling();
        return new Tiling(4 * factor * quarter, 3 * factor * quarter, quarter, 3 * quarter);
    }

    /** A quarter of a tile of the size that the autoencoder was trained on, in latents. */
    private static int quarter(VaeConfig config) {
        return Math.max(1, config.sampleSize() / config.downsampling() / 4);
    }

    /** (B, C, H, W) → what {@code network} makes of it, put together of tiles. */
    NDArray apply(NDArray x, UnaryOperator<NDArray> network) {
        try (Scope scope = Scope.over(x)) {
            NDList rows = new NDList();
            List<NDArray> above = List.of();
            for (int top = 0; top < x.getShape().get(HEIGHT); top += stride) {
                List<NDArray> row = row(x, top, above, network);
                try (NDList parts = new NDList()) {
                    for (NDArray part : row) {
                        parts.add(part.get(new NDIndex("..., :{}, :{}", kept, kept)));
                    }
                    rows.add(NDArrays.concat(parts, WIDTH));
                }
                above.forEach(NDArray::close);
                above = row;
            }
            return scope.keep(NDArrays.concat(rows, HEIGHT));
        }
    }

    /** The tiles of a row, blended into their neighbours. */
    private List<NDArray> row(
            NDArray x, int top, List<NDArray> above, UnaryOperator<NDArray> network) {
        List<NDArray> row = new ArrayList<>();
        for (int left = 0; left < x.getShape().get(WIDTH); left += stride) {
            NDArray upper = above.isEmpty() ? null : above.get(row.size());
            NDArray before = row.isEmpty() ? null : row.get(row.size() - 1);
            NDArray[] inputs =
                    Stream.of(x, upper, before).filter(Objects::nonNull).toArray(NDArray[]::new);
            try (Scope scope = Scope.over(inputs)) {
                NDArray part = network.apply(slice(slice(x, HEIGHT, top, tile), WIDTH, left, tile));
                part = upper == null ? part : blend(upper, part, HEIGHT);
                part = before == null ? part : blend(before, part, WIDTH);
                row.add(scope.keep(part));
            }
        }
        return row;
    }

    /** Goes over from the end of one tile to the next along an axis. */
    private NDArray blend(NDArray before, NDArray next, int axis) {
        int size = (int) before.getShape().get(axis);
        int extent = Math.min(blend, Math.min(size, (int) next.getShape().get(axis)));
        float[] rising = new float[extent];
        float[] falling = new float[extent];
        for (int i = 0; i < extent; i++) {
            rising[i] = (float) i / extent;
            falling[i] = 1 - rising[i];
        }
        Shape shape = axis == HEIGHT ? new Shape(extent, 1) : new Shape(extent);
        NDArray leaving = slice(before, axis, size - extent, extent);
        NDArray coming = slice(next, axis, 0, extent);
        NDArray mixed =
                leaving.mul(Ops.create(next.getManager(), falling, shape))
                        .add(coming.mul(Ops.create(next.getManager(), rising, shape)));
        NDArray rest = slice(next, axis, extent, Integer.MAX_VALUE - extent);
        return NDArrays.concat(new NDList(mixed, rest), axis);
    }

    /** As much of {@code length} along an axis as there is. */
    private static NDArray slice(NDArray x, int axis, int from, int length) {
        long end = Math.min(x.getShape().get(axis), (long) from + length);
        String index = axis == HEIGHT ? "..., {}:{}, :" : "..., {}:{}";
        return x.get(new NDIndex(index, from, end));
    }
}
