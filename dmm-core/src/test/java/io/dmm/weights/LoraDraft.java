package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A LoRA file in the making, for a model of three layers. */
final class LoraDraft implements AutoCloseable {
    static final LoraTargets TARGETS =
            LoraTargets.of(
                    Map.of(
                            "mid.attn1.to_q.weight", new Shape(3, 2),
                            "mid.attn2.to_k.weight", new Shape(3, 5),
                            "mid.conv.weight", new Shape(3, 2, 3, 3)),
                    Map.of("mid.conv", "middle.0"),
                    Map.of("text_model.self_attn.q_proj.weight", new Shape(2, 2)));

    private final NDManager manager = Compute.newManager();
    private final Map<String, NDArray> tensors = new TreeMap<>();
    private final Map<String, String> metadata = new TreeMap<>();
    private final Path file;

    LoraDraft(Path file) {
        this.file = file;
    }

    NDManager manager() {
        return manager;
    }

    Path file() {
        return file;
    }

    void put(String name, NDArray tensor) {
        tensors.put(name, tensor);
    }

    /** A pair of kohya's whose ΔW for to_q is 1 everywhere before scaling. */
    void put(String layer, int rank) {
        put(layer + ".lora_down.weight", manager.ones(new Shape(rank, 2)).div(rank));
        put(layer + ".lora_up.weight", manager.ones(new Shape(3, rank)));
    }

    void remove(String name) {
        tensors.remove(name);
    }

    void clear() {
        tensors.clear();
    }

    /** What diffusers says of the tensors. */
    void note(String json) {
        metadata.put("lora_adapter_metadata", json);
    }

    Path write() {
        SafeTensorsWriter.write(file, tensors, DType.F32, metadata);
        return file;
    }

    /** A weight of the UNet after folding. */
    float[] folded(LoraUpdates updates, String name, NDArray weight) {
        return updates.foldUNet(Map.of(name, weight), manager, Precision.FP32)
                .get(name)
                .toFloatArray();
    }

    @Override
    public void close() {
        manager.close();
    }
}
