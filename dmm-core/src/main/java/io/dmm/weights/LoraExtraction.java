package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Scope;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * What distinguishes a fine-tuned model from its base, as a LoRA: of every layer the matrix of
 * given rank that is nearest to ΔW (Eckart and Young, 1936). Layers and names are those of kohya's
 * scripts, 3×3 convolutions included.
 */
public final class LoraExtraction implements AutoCloseable {
    private static final Pattern UNET_LAYER =
            Pattern.compile(".*\\.(attentions|resnets|downsamplers|upsamplers)\\..*");
    private static final Pattern TEXT_LAYER = Pattern.compile(".*\\.(self_attn|mlp)\\..*");

    private static final float TINY = 1e-12f;

    private final NDManager manager = Compute.newManager();
    private final Map<String, NDArray> tensors = new TreeMap<>();
    private final int rank;

    /**
     * Begins with no layer.
     *
     * @param rank of each layer's matrix at most
     */
    public LoraExtraction(int rank) {
        if (rank < 1) {
            throw new IllegalArgumentException("LoRA: rank, expected at least 1 but was " + rank);
        }
        this.rank = rank;
    }

    /**
     * Adds the layers of a UNet that differ.
     *
     * @param base its tensors in fp32 by diffusers' name
     * @param tuned the same of the fine-tuned one
     */
    public void addUNet(Map<String, NDArray> base, Map<String, NDArray> tuned) {
        add("lora_unet_", UNET_LAYER, base, tuned);
    }

    /** As {@link #addUNet}, of a text encoder. */
    public void addTextEncoder(Map<String, NDArray> base, Map<String, NDArray> tuned) {
        add("lora_te_", TEXT_LAYER, base, tuned);
    }

    private void add(
            String prefix, Pattern layer, Map<String, NDArray> base, Map<String, NDArray> tuned) {
        LoraTargets.layers(Weights.shapes(base)).keySet().stream()
                .filter(path -> layer.matcher(path).matches())
                .forEach(
                        path -> {
                            String weight = path + LoraTargets.WEIGHT;
                            try (GradMode mode = GradMode.off();
                                    NDArray change = change(base.get(weight), tuned.get(weight))) {
                                if (change.any().getBoolean()) {
                                    add(prefix + LoraTargets.flatten(path), change);
                                }
                            }
                        });
    }

    private static NDArray change(NDArray before, NDArray after) {
        try (NDArray plain = Ops.plainCopy(before)) {
            NDArray change = Ops.plainCopy(after);
            return change.subi(plain);
        }
    }

    /**
     * ΔW = up · down; both get a half of each singular value, so that neither underflows in F16.
     */
    private void add(String layer, NDArray change) {
        try (Scope scope = Scope.over(change)) {
            NDArray matrix = LoraFactor.flat(change);
            boolean tall = matrix.getShape().get(0) > matrix.getShape().get(1);
            NDArray sides = tall ? matrix.transpose() : matrix;
            int kept = (int) Math.min(rank, sides.getShape().get(0));
            NDArray axes = Ops.principalAxes(sides, kept);
            NDArray rest = Ops.matMul(axes.transpose(), sides);
            NDArray half = rest.square().sum(new int[] {1}, true).sqrt().maximum(TINY).sqrt();
            rest = rest.div(half);
            axes = axes.mul(half.transpose());
            NDArray up = tall ? rest.transpose() : axes;
            NDArray down = tall ? axes.transpose() : rest;
            Shape shape = change.getShape();
            Shape perInput = shape.slice(1); // (in) or (in, k, k)
            Shape ones = new Shape(LongStream.range(2, shape.dimension()).map(i -> 1).toArray());
            keep(layer + ".lora_up.weight", up.reshape(new Shape(shape.get(0), kept).addAll(ones)));
            keep(layer + ".lora_down.weight", down.reshape(new Shape(kept).addAll(perInput)));
            keep(layer + ".alpha", scope.manager().create((float) kept)); // scale 1
        }
    }

    private void keep(String name, NDArray tensor) {
        tensor.attach(manager);
        tensors.put(name, tensor);
    }

    /**
     * Writes the file, whose name appears once it is complete.
     *
     * @param floatType F32 or F16
     * @throws IllegalArgumentException if no layer differs, or a value is not finite
     * @throws UncheckedIOException if the file cannot be written
     */
    public void write(Path file, DType floatType) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": expected a model that differs from the base but was the same");
        }
        Map<String, String> kohya =
                Map.of(
                        "ss_network_module", "networks.lora",
                        "ss_network_dim", "" + rank,
                        "ss_network_alpha", "" + rank);
        SafeTensorsWriter.write(file, tensors, floatType, kohya);
    }

    @Override
    public void close() {
        manager.close();
    }
}
