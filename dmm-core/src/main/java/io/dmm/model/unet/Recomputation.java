package io.dmm.model.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Scope;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Gradient checkpointing (Chen et al., arXiv 1604.06174): keeps what segments exchange and computes
 * a segment's inside again on the way back, when its turn has come.
 *
 * <p>Each result is handed on as a leaf of its own, in which the gradients of all who use it add
 * up: later segments, and losses.
 */
final class Recomputation implements Segments {
    private record Run(Segment segment, NDArray[] inputs, NDArray leaf) {}

    private final NDManager memory;
    private final Deque<Run> runs = new ArrayDeque<>();

    /**
     * @param memory receives the results of all segments
     */
    Recomputation(NDManager memory) {
        this.memory = memory;
    }

    /**
     * Gradients are recorded and thrown away: an operator may choose another kernel without them,
     * and the way back must see the same values.
     */
    @Override
    public NDArray run(Segment segment, NDArray... inputs) {
        try (Scope scope = Scope.over(inputs)) {
            NDArray leaf = segment.forward(inputs).stopGradient();
            leaf.attach(memory);
            leaf.setRequiresGradient(true);
            runs.push(new Run(segment, inputs, leaf));
            return leaf;
        }
    }

    @Override
    public void backward() {
        while (!runs.isEmpty()) {
            Run run = runs.pop();
            try (Scope scope = Scope.over(run.inputs);
                    NDArray leaf = run.leaf;
                    NDArray gradient = leaf.getGradient()) {
                GradMode.backward(run.segment.forward(run.inputs), gradient);
            }
        }
    }
}
