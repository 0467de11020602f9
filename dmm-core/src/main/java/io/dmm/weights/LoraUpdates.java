package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.Compute;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Precision;
import io.dmm.tensor.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that some LoRA files change in a model, read and checked: W' = W + Σ weight · α/r · ΔW (arXiv
 * 2106.09685, Eq. 3), summed in fp32. It owns what it has read.
 */
public final class LoraUpdates implements AutoCloseable {

    private final NDManager manager = Compute.newManager();
    private final Map<String, List<LoraChange>> changes = new HashMap<>();

    private LoraUpdates() {}

    /**
     * Reads files, all of them before anything is changed.
     *
     * @param targets the layers of the model they are meant for
     * @throws ModelFileException if one is broken, of a kind that cannot be folded, or does not fit
     */
    public static LoraUpdates read(List<Lora> loras, LoraTargets targets) {
        LoraUpdates updates = new LoraUpdates();
        try (GradMode mode = GradMode.off()) {
            for (Lora lora : loras) {
                for (LoraChange change : LoraFile.read(lora, targets, updates.manager)) {
                    if (change.scale() != 0) { // the weight stays as it is, bit by bit
                        updates.changes
                                .computeIfAbsent(
                                        change.name() + LoraTargets.WEIGHT, n -> new ArrayList<>())
                                .add(change);
                    }
                }
            }
            return updates;
        } catch (RuntimeException e) {
            updates.close();
            throw e;
        }
    }

    /** Whether anything changes in the text encoder. */
    public boolean changeTextEncoder() {
        return changes.keySet().stream()
                .anyMatch(name -> name.startsWith(LoraTargets.TEXT_ENCODER));
    }

    /**
     * A UNet's tensors with the changes.
     *
     * @param tensors by diffusers' name, in {@code precision}; they stay as they are
     * @param owner receives arrays for all; those that do not change share the memory of the given
     */
    public Map<String, NDArray> foldUNet(
            Map<String, NDArray> tensors, NDManager owner, Precision precision) {
        return fold(LoraTargets.UNET, tensors, owner, precision);
    }

    /** As {@link #foldUNet}, of a text encoder in fp32. */
    public Map<String, NDArray> foldTextEncoder(Map<String, NDArray> tensors, NDManager owner) {
        return fold(LoraTargets.TEXT_ENCODER, tensors, owner, Precision.FP32);
    }

    private Map<String, NDArray> fold(
            String part, Map<String, NDArray> tensors, NDManager owner, Precision precision) {
        Map<String, NDArray> folded = new LinkedHashMap<>();
        try (GradMode mode = GradMode.off()) {
            tensors.forEach(
                    (name, tensor) -> {
                        List<LoraChange> own = changes.getOrDefault(part + name, List.of());
                        NDArray result =
                                own.isEmpty() ? Ops.share(tensor) : sum(tensor, own, precision);
                        result.attach(owner);
                        folded.put(name, result);
                    });
        }
        return folded;
    }

    /** The changes are added up first, so that the order of two does not matter. */
    private static NDArray sum(NDArray tensor, List<LoraChange> changes, Precision precision) {
        try (NDArray total = changes.get(0).matrix();
                Scope scope = Scope.over(total)) {
            for (LoraChange change : changes.subList(1, changes.size())) {
                try (NDArray matrix = change.matrix()) {
                    total.addi(matrix);
                }
            }
            NDArray plain = Ops.plainCopy(tensor);
            plain.attach(scope.manager());
            NDArray before = precision.out(plain);
            NDArray after = precision.weight(before.addi(total.reshape(tensor.getShape())));
            return scope.keep(Ops.isPrepared(tensor) ? Ops.prepare(after) : after);
        }
    }

    /** Frees what was read; folded tensors stay. */
    @Override
    public void close() {
        manager.close();
    }
}
