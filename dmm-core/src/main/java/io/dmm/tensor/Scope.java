package io.dmm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * Frees everything a computation made from its inputs, except what it keeps.
 *
 * <p>DJL attaches a result to the manager of the first operand; a scope lends its inputs to a
 * sub-manager, so that all intermediates land there and are freed when it closes. Closing an
 * intermediate is safe under autograd: the graph holds what its backward pass needs; arrays of Java
 * data must be made by {@link Ops#create} for that.
 */
public final class Scope implements AutoCloseable {
    private final NDManager parent;
    private final NDManager manager;

    private Scope(NDManager parent) {
        this.parent = parent;
        this.manager = parent.newSubManager();
    }

    /** Opens a scope over {@code inputs}; results kept go to the manager of the first of them. */
    public static Scope over(NDArray... inputs) {
        Scope scope = new Scope(inputs[0].getManager());
        scope.manager.tempAttachAll(inputs);
        return scope;
    }

    /** Opens a scope for arrays created from {@code parent}. */
    public static Scope of(NDManager parent) {
        return new Scope(parent);
    }

    /** Returns the manager whose arrays live until this scope closes. */
    public NDManager manager() {
        return manager;
    }

    /** Hands {@code result} to the surrounding manager, so that it outlives this scope. */
    public NDArray keep(NDArray result) {
        result.attach(parent);
        return result;
    }

    @Override
    public void close() {
        manager.close();
    }
}
