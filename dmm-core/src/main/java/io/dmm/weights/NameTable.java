package io.dmm.weights;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The exact, one-to-one table between diffusers' names of a network's tensors and those of another
 * layout, such as the single files of latent diffusion (LDM).
 */
public final class NameTable {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final Map<String, Row> byName = new LinkedHashMap<>();
    private final Map<String, Row> byOther = new LinkedHashMap<>();

    /** What a weight is that one layout keeps as a matrix, the other as a 1×1 convolution. */
    enum Pointwise {
        /** No such weight: both layouts have it in the same shape. */
        NONE,
        /** A convolution in diffusers; elsewhere perhaps a matrix. */
        CONVOLUTION,
        /** A matrix in diffusers, a convolution in the other layout. */
        MATRIX
    }

    /** One tensor's names. */
    record Row(String name, String other, Pointwise pointwise) {}

    private NameTable() {}

    /** Begins an empty table. */
    public static Builder builder() {
        return new Builder(new NameTable(), "", "");
    }

    /** Adds the layers of one part of the network, whose names begin with the part's. */
    public static final class Builder {
        private final NameTable table;
        private final String prefix;
        private final String otherPrefix;

        private Builder(NameTable table, String prefix, String otherPrefix) {
            this.table = table;
            this.prefix = prefix;
            this.otherPrefix = otherPrefix;
        }

        /** The part at {@code name}, dots between levels, which the other layout has elsewhere. */
        public Builder at(String name, String other) {
            return new Builder(table, prefix + name + ".", otherPrefix + other + ".");
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
            Row sameName = table.byName.put(row.name, row);
            Row sameOther = table.byOther.put(row.other, row);
            if (sameName != null || sameOther != null) {
                throw new IllegalStateException("name table: two rows for " + row);
            }
            return this;
        }

        /** The table; nothing may be added after. */
        public NameTable build() {
            return table;
        }
    }

    /** The number of tensors. */
    public int size() {
        return byName.size();
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

    List<Row> rows() {
        return new ArrayList<>(byName.values());
    }

    /** The row of a tensor by its name in the other layout, or null. */
    Row rowOf(String other) {
        return byOther.get(other);
    }

    /** How many of the other layout's names are in {@code file}. */
    int countIn(TensorFile file) {
        return (int) file.tensors().keySet().stream().filter(byOther::containsKey).count();
    }
}
