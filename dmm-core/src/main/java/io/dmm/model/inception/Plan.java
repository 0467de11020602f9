package io.dmm.model.inception;

import io.dmm.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/** A layer that has no weights yet, as the table of the network lists it. */
interface Plan {
    /** How many channels come out where {@code in} go in. */
    int out(int in);

    /** Takes the weights of the layer of this name, or of those whose names begin with it. */
    Layer build(Weights weights, String name, int in);

    /** A convolution with stride 1 that keeps height and width. */
    static Plan conv(int out, int height, int width) {
        return new Conv(out, height, width, 1, true);
    }

    /** As {@link #conv(int, int, int)}, of a square kernel. */
    static Plan conv(int out, int kernel) {
        return conv(out, kernel, kernel);
    }

    /** A 3×3 convolution without padding. */
    static Plan unpadded(int out, int stride) {
        return new Conv(out, 3, 3, stride, false);
    }

    /** Layers one after the other, numbered where there are several. */
    static Plan branch(String name, Plan... steps) {
        Plan all = steps.length == 1 ? steps[0] : new Numbered(List.of(steps));
        return new Named("." + name, all);
    }

    /** Two layers of the same input. */
    static Plan fork(Plan a, Plan b) {
        return new Mixed(List.of(new Named("a", a), new Named("b", b)));
    }

    /** Branches of the same input. */
    static Plan mixed(Plan... branches) {
        return new Mixed(List.of(branches));
    }

    /** A {@link BasicConv2d}. */
    record Conv(int out, int height, int width, int stride, boolean padded) implements Plan {
        @Override
        public int out(int in) {
            return out;
        }

        @Override
        public Layer build(Weights weights, String name, int in) {
            return new BasicConv2d(weights.at(name), in, this);
        }
    }

    /** A layer that sees its input pooled, and has its name alone. */
    record Pooled(Pool pool, Plan layer) implements Plan {
        @Override
        public int out(int in) {
            return layer.out(in);
        }

        @Override
        public Layer build(Weights weights, String name, int in) {
            return Layer.inSequence(List.of(pool, layer.build(weights, name, in)));
        }
    }

    /** A layer whose name is that of the whole and a suffix. */
    record Named(String suffix, Plan layer) implements Plan {
        @Override
        public int out(int in) {
            return layer.out(in);
        }

        @Override
        public Layer build(Weights weights, String name, int in) {
            return layer.build(weights, name + suffix, in);
        }
    }

    /** Layers one after the other, {@code _1}, {@code _2} and so on. */
    record Numbered(List<Plan> steps) implements Plan {
        @Override
        public int out(int in) {
            int channels = in;
            for (Plan step : steps) {
                channels = step.out(channels);
            }
            return channels;
        }

        @Override
        public Layer build(Weights weights, String name, int in) {
            List<Layer> layers = new ArrayList<>();
            int channels = in;
            for (Plan step : steps) {
                layers.add(step.build(weights, name + "_" + (layers.size() + 1), channels));
                channels = step.out(channels);
            }
            return Layer.inSequence(layers);
        }
    }

    /** Layers of the same input, their channels behind one another. */
    record Mixed(List<Plan> parts) implements Plan {
        @Override
        public int out(int in) {
            return parts.stream().mapToInt(part -> part.out(in)).sum();
        }

        @Override
        public Layer build(Weights weights, String name, int in) {
            return Layer.sideBySide(
                    parts.stream().map(part -> part.build(weights, name, in)).toList());
        }
    }
}
