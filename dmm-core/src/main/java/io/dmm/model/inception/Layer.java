package io.dmm.model.inception;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.dmm.tensor.Scope;
import java.util.List;

/** (B, in, H, W) → (B, out, H', W'). */
interface Layer {
    NDArray forward(NDArray x);

    /** Each layer takes what the one before it gave. */
    static Layer inSequence(List<Layer> layers) {
        return x -> {
            try (Scope scope = Scope.over(x)) {
                NDArray h = x;
                for (Layer layer : layers) {
                    h = layer.forward(h);
                }
                return scope.keep(h);
            }
        };
    }

    /** All layers take the same; what they give is put together along the channels. */
    static Layer sideBySide(List<Layer> layers) {
        return x -> {
            try (Scope scope = Scope.over(x)) {
                NDList outputs = new NDList();
                layers.forEach(layer -> outputs.add(layer.forward(x)));
                return scope.keep(NDArrays.concat(outputs, 1));
            }
        };
    }
}
