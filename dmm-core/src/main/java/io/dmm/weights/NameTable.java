package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Ops;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The exact, one-to-one table between diffusers' names of a network's tensors and those of another
 * layout, such as the single files of latent diffusion (LDM).
 */
public final class NameTable {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final Map<String, Row> byName;
    private final Map<String, Row> byOther;

    /** How a weight is kept that one layout has as a matrix, another as a 1×1 convolution. */
    private enum Pointwise {
        /** No such weight: all layouts have it in the same shape. */
        NONE,
        /** A convolution in diffusers and the other layout; some files have a matrix. */
        CONVOLUTION,
        /** A matrix in diffusers, a convolution in the other layout. */
        MATRIX;

        Shape inDiffusers(Shape shape) {
            int rank = shape.dimension();
            if (this == CONVOLUTION && rank == 2) {
                return shape.addAll(new Shape(1, 1));
            }
            boolean flat = rank == 4 && shape.get(2) == 1 && shape.get(3) == 1;
            return this == MATRIX && flat ? shape.slice(0, 2) : shape;
        }

        NDArray inOther(NDArray tensor, NDManager memory) {
            if (this != MATRIX) {
                return tensor;
            }
            NDArray plain = Ops.plainCopy(tensor);
            plain.attach(memory);
            NDArray convolution = plain.reshape(plain.getShape().addAll(new Shape(1, 1)));
            return convolution;
        }
    }

    /** One tensor's names. */
    private record Row(String name, String other, Pointwise pointwise) {}

    private NameTable(Map<String, Row> byName, Map<String, Row> byOther) {
        this.byName = new LinkedHashMap<>(byName);
        this.byOther = new LinkedHashMap<>(byOther);
    }

    /** Begins an empty table. */
    public static Builder builder() {
        return new Builder(new LinkedHashMap<>(), new LinkedHashMap<>(), "", "");
    }

    /** Adds the layers of one part of the network, whose names begin with the part's. */
    public static final class Builder {
        private final Map<String, Row> byName;
        private final Map<String, Row> byOther;
        private final String prefix;
        private final String otherPrefix;

        private Builder(
                Map<String, Row> byName,
                Map<String, Row> byOther,
                String prefix,
                String otherPrefix) {
            this.byName = byName;
            this.byOther = byOther;
            this.prefix = prefix;
            this.otherPrefix = otherPrefix;
        }

        /** The part at {@code name}, dots between levels, which the other layout has elsewhere. */
        public Builder at(String name, String other) {
            return new Builder(byName, byOther, prefix + name + ".", otherPrefix + other + ".");
        }

        /** A layer with a weight and a bias. */
        public Builder layer(String name, String other) {
            return weight(name, other).add(name + BIAS, other + BIAS, Pointwise.NONE);
        }

        /** A layer with a weight only. */
        public Builder weight(String name, String other) {
            return add(name + WEIGHT, other + WEIGHT, Pointwise.NONE);
        }

        /** A 1×1 convolution with a bias that some files keep as a matrix. */
        public Builder pointwise(String name, String other) {
            return add(name + WEIGHT, other + WEIGHT, Pointwise.CONVOLUTION)
                    .add(name + BIAS, other + BIAS, Pointwise.NONE);
        }

        /** A linear layer with a bias that the other layout keeps as a 1×1 convolution. */
        public Builder linear(String name, String other) {
            return add(name + WEIGHT, other + WEIGHT, Pointwise.MATRIX)
                    .add(name + BIAS, other + BIAS, Pointwise.NONE);
        }

        private Builder add(String name, String other, Pointwise pointwise) {
            Row row = new Row(prefix + name, otherPrefix + other, pointwise);
            Row sameName = byName.put(row.name, row);
            Row sameOther = byOther.put(row.other, row);
            if (sameName != null || sameOther != null) {
                throw new IllegalStateException("name table: two rows for " + row);
            }
            return this;
        }

        /** The table of all layers, whichever part's builder is asked. */
        public NameTable build() {
            return new NameTable(byName, byOther);
        }
    }

    /** Diffusers' tensor name → the other layout's, in the order of the network. */
    public Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        byName.values().forEach(row -> names.put(row.name, row.other));
        return Collections.unmodifiableMap(names);
    }

    /**
     * Diffusers' path of every layer that has a weight → the other layout's path, without {@code
     * .weight}; LoRA files name layers so.
     */
    public Map<String, String> modules() {
        Map<String, String> modules = new LinkedHashMap<>();
        for (Row row : byName.values()) {
            if (row.name.endsWith(WEIGHT)) {
                modules.put(withoutWeight(row.name), withoutWeight(row.other));
            }
        }
        return Collections.unmodifiableMap(modules);
    }

    private static String withoutWeight(String name) {
        return name.substring(0, name.length() - WEIGHT.length());
    }

    /**
     * Shows a file under diffusers' names, whether it has them or those of one of {@code layouts},
     * and its 1×1 convolutions in diffusers' shapes; what no table knows keeps its name. The file
     * is closed through the view, or here if this fails.
     *
     * @param layouts tables of one network
     * @throws ModelFileException if two tensors have the same name in diffusers
     */
    public static TensorFile inDiffusersNames(TensorFile file, NameTable... layouts) {
        NameTable best = layouts[0].ofDiffusers();
        for (NameTable layout : layouts) {
            best = layout.countIn(file) > best.countIn(file) ? layout : best;
        }
        try {
            return best.view(file);
        } catch (ModelFileException e) {
            file.close();
            throw e;
        }
    }

    /** The table of the same tensors whose other layout is diffusers' own. */
    private NameTable ofDiffusers() {
        Builder same = builder();
        byName.values().forEach(row -> same.add(row.name, row.name, row.pointwise));
        return same.build();
    }

    private long countIn(TensorFile file) {
        return file.tensors().keySet().stream().filter(byOther::containsKey).count();
    }

    private TensorFile view(TensorFile file) {
        TensorView view = new TensorView(file);
        for (TensorInfo info : file.tensors().values()) {
            Row row = byOther.get(info.name());
            if (row == null) {
                view.add(info.name(), info, info.shape());
            } else {
                view.add(row.name, info, row.pointwise.inDiffusers(info.shape()));
            }
        }
        return view;
    }

    /**
     * The tensors of a network under the other layout's names and in its shapes; they share the
     * memory of the given ones.
     *
     * @param tensors all of the network's, by diffusers' names
     * @param prefix goes before each name
     * @param memory receives what is reshaped
     */
    public Map<String, NDArray> inOtherNames(
            Map<String, NDArray> tensors, String prefix, NDManager memory) {
        Map<String, NDArray> renamed = new LinkedHashMap<>();
        tensors.forEach(
                (name, tensor) -> {
                    Row row = byName.get(name);
                    if (row == null) {
                        throw new IllegalArgumentException(
                                "name table: expected a name of the network but was " + name);
                    }
                    renamed.put(prefix + row.other, row.pointwise.inOther(tensor, memory));
                });
        return renamed;
    }
}
