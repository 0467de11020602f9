package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** The tensors that a LoRA file has for one layer, and the ΔW they make. */
final class LoraLayer {
    private static final Set<LoraRole> LORA = EnumSet.range(LoraRole.LORA_DOWN, LoraRole.LORA_MID);
    private static final Set<LoraRole> LOHA = EnumSet.range(LoraRole.HADA_W1_A, LoraRole.HADA_T2);
    private static final Set<LoraRole> LOKR = EnumSet.range(LoraRole.LOKR_W1, LoraRole.LOKR_T2);

    private final TensorFile file;
    private final String name;
    private final Map<LoraRole, String> keys = new EnumMap<>(LoraRole.class);

    /**
     * An empty layer.
     *
     * @param name as the file spells it
     */
    LoraLayer(TensorFile file, String name) {
        this.file = file;
        this.name = name;
    }

    void add(LoraRole role, String key) {
        String other = keys.put(role, key);
        if (other != null) {
            throw bad("expected one of '" + other + "' and '" + key + "' but was both");
        }
    }

    String name() {
        return name;
    }

    /** The names of its tensors. */
    Collection<String> keys() {
        return keys.values();
    }

    /**
     * Reads ΔW onto {@code manager}.
     *
     * @throws ModelFileException if a tensor is missing, not finite or fits not the others
     */
    LoraDelta delta(NDManager manager) {
        Set<LoraRole> present = EnumSet.noneOf(LoraRole.class);
        present.addAll(keys.keySet());
        present.remove(LoraRole.ALPHA);
        if (!present.isEmpty() && LORA.containsAll(present)) {
            return new LoraDelta.LowRank(
                    product(manager, LoraRole.LORA_UP, LoraRole.LORA_DOWN, LoraRole.LORA_MID));
        }
        if (!present.isEmpty() && LOHA.containsAll(present)) {
            return hadamard(manager);
        }
        if (!present.isEmpty() && LOKR.containsAll(present)) {
            return new LoraDelta.Kronecker(
                    factor(manager, LoraRole.LOKR_W1, LoraRole.LOKR_W1_A, LoraRole.LOKR_W1_B, null),
                    factor(
                            manager,
                            LoraRole.LOKR_W2,
                            LoraRole.LOKR_W2_A,
                            LoraRole.LOKR_W2_B,
                            LoraRole.LOKR_T2));
        }
        throw bad("expected the tensors of a LoRA, LoCon, LoHa or LoKr but was " + keys.values());
    }

    private LoraDelta hadamard(NDManager manager) {
        LoraFactor first =
                product(manager, LoraRole.HADA_W1_A, LoraRole.HADA_W1_B, LoraRole.HADA_T1);
        LoraFactor second =
                product(manager, LoraRole.HADA_W2_A, LoraRole.HADA_W2_B, LoraRole.HADA_T2);
        if (first.rows() != second.rows() || first.columns() != second.columns()) {
            throw bad(
                    "expected two matrices of one shape but was %s and %s; the file is damaged"
                            .formatted(
                                    new Shape(first.rows(), first.columns()),
                                    new Shape(second.rows(), second.columns())));
        }
        return new LoraDelta.Hadamard(first, second);
    }

    /** One side of a Kronecker product, whole or of low rank. */
    private LoraFactor factor(
            NDManager manager, LoraRole whole, LoraRole a, LoraRole b, LoraRole core) {
        return keys.containsKey(whole)
                ? new LoraFactor.Whole(load(whole, manager))
                : product(manager, a, b, core);
    }

    /** A · B, or the Tucker product where the file has a core. */
    private LoraFactor product(NDManager manager, LoraRole a, LoraRole b, LoraRole core) {
        boolean hasCore = keys.containsKey(core);
        NDArray left = load(a, manager);
        if (hasCore && a != LoraRole.LORA_UP) {
            left = left.transpose(); // LoHa and LoKr keep it as (r, out) beside a core
        }
        NDArray right = load(b, manager);
        if (!hasCore) {
            requireRank(b, right.getShape().get(0), a, left.getShape().get(1));
            return new LoraFactor.Product(left, right);
        }
        NDArray middle = file.load(keys.get(core), manager);
        if (middle.getShape().dimension() != 4) {
            throw badTensor(core, "(r, r, k, k)", middle.getShape());
        }
        requireRank(core, middle.getShape().get(0), a, left.getShape().get(1));
        requireRank(core, middle.getShape().get(1), b, right.getShape().get(0));
        return new LoraFactor.Tucker(left, middle, right);
    }

    /** A tensor as a matrix: the first axis, and all others in one. */
    private NDArray load(LoraRole role, NDManager manager) {
        String key = keys.get(role);
        if (key == null) {
            throw bad(
                    "has only %s, expected %s as well; the file is damaged"
                            .formatted(keys.values(), ConfigNode.spelled(role)));
        }
        TensorInfo info = file.tensors().get(key);
        Shape shape = info.shape();
        boolean layered = shape.dimension() == 2 || shape.dimension() == 4;
        if (!layered || shape.size() == 0 || !info.dtype().isFloating()) {
            throw badTensor(role, "floats of (rows, columns) or (rows, columns, k, k)", shape);
        }
        return LoraFactor.flat(file.load(key, manager));
    }

    private void requireRank(LoraRole role, long rank, LoraRole other, long otherRank) {
        if (rank != otherRank) {
            throw badTensor(
                    role, "rank " + otherRank + ", that of '" + keys.get(other) + "',", rank);
        }
    }

    /** The number that the file has under alpha, or 0. */
    double alpha(NDManager manager) {
        String key = keys.get(LoraRole.ALPHA);
        if (key == null) {
            return 0;
        }
        if (file.tensors().get(key).shape().size() != 1) {
            throw badTensor(LoraRole.ALPHA, "one number", file.tensors().get(key).shape());
        }
        try (NDArray alpha = file.load(key, manager)) {
            return alpha.getDataType() == DataType.FLOAT32
                    ? alpha.toFloatArray()[0]
                    : alpha.toLongArray()[0];
        }
    }

    private ModelFileException badTensor(LoraRole role, String expected, Object actual) {
        return new ModelFileException(
                "%s: '%s', expected %s but was %s; the file is damaged"
                        .formatted(file.where(), keys.get(role), expected, actual));
    }

    /** An error in this layer. */
    ModelFileException bad(String what) {
        return new ModelFileException("%s: '%s' %s".formatted(file.where(), name, what));
    }
}
