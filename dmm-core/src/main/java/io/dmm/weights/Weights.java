package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Ops;
import io.dmm.tensor.Precision;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A view of named tensors from which a model part takes its own: a constructor asks for each by its
 * diffusers name and the shape it needs. Views of parts share one record of what was taken, so that
 * loading, training and saving see the same names.
 */
public final class Weights {
    /** Where tensors come from. */
    private interface Source {
        NDArray fetch(String name, Shape shape);

        /** Gives a fetched kernel the layout that it is used in. */
        default NDArray prepare(NDArray kernel) {
            return kernel;
        }
    }

    /** Tensors of a file, for inference. */
    private record FileSource(TensorFile file, NDManager manager, Precision precision)
            implements Source {
        @Override
        public NDArray fetch(String name, Shape shape) {
            TensorInfo info = file.tensors().get(name);
            if (info == null) {
                throw missing(file.where(), name, shape);
            }
            requireShape(file.where(), name, shape, info.shape());
            return replace(file.load(name, manager), precision::weight);
        }

        @Override
        public NDArray prepare(NDArray kernel) {
            return replace(kernel, Ops::prepare);
        }
    }

    /** Copies of tensors that exist. */
    private record CopySource(
            Weights originals, NDManager manager, Precision precision, boolean trained)
            implements Source {
        @Override
        public NDArray fetch(String name, Shape shape) {
            NDArray copy = Ops.plainCopy(originals.source.fetch(name, shape));
            copy.attach(manager);
            return replace(copy, precision::weight);
        }

        @Override
        public NDArray prepare(NDArray kernel) {
            return trained ? kernel : replace(kernel, Ops::prepare);
        }
    }

    private static NDArray replace(NDArray tensor, UnaryOperator<NDArray> conversion) {
        NDArray converted = conversion.apply(tensor);
        if (converted != tensor) {
            tensor.close();
        }
        return converted;
    }

    private final Source source;
    private final Precision precision;
    private final String prefix;
    private final Map<String, NDArray> taken;

    private Weights(Source source, Precision precision, String prefix, Map<String, NDArray> taken) {
        this.source = source;
        this.precision = precision;
        this.prefix = prefix;
        this.taken = taken;
    }

    /**
     * Reads each tensor of {@code file} when it is taken, for inference: kernels are prepared by
     * {@link Ops#prepare}.
     *
     * @param manager receives them, in {@code precision}
     */
    public static Weights load(TensorFile file, NDManager manager, Precision precision) {
        Source source = new FileSource(file, manager, precision);
        return new Weights(source, precision, "", new LinkedHashMap<>());
    }

    /**
     * Tensors that exist already.
     *
     * @param where names their origin in error messages
     */
    public static Weights of(Map<String, NDArray> tensors, String where) {
        return of(tensors, where, Precision.FP32);
    }

    /** As {@link #of(Map, String)}, of tensors that are in {@code precision}. */
    public static Weights of(Map<String, NDArray> tensors, String where, Precision precision) {
        Source source =
                (name, shape) -> {
                    NDArray tensor = tensors.get(name);
                    if (tensor == null) {
                        throw missing(where, name, shape);
                    }
                    requireShape(where, name, shape, tensor.getShape());
                    return tensor;
                };
        return new Weights(source, precision, "", new LinkedHashMap<>());
    }

    /**
     * Copies of a network's tensors in fp32, plain ones that can be trained.
     *
     * @param manager receives them
     */
    public static Weights copies(Map<String, NDArray> tensors, NDManager manager) {
        return copies(tensors, manager, Precision.FP32, true);
    }

    /**
     * Copies of a network's tensors for inference, prepared as {@link #load} does.
     *
     * @param manager receives them, in {@code precision}
     */
    public static Weights preparedCopies(
            Map<String, NDArray> tensors, NDManager manager, Precision precision) {
        return copies(tensors, manager, precision, false);
    }

    private static Weights copies(
            Map<String, NDArray> tensors, NDManager manager, Precision precision, boolean trained) {
        Source source = new CopySource(of(tensors, "copy"), manager, precision, trained);
        return new Weights(source, precision, "", new LinkedHashMap<>());
    }

    /**
     * New tensors with PyTorch's defaults: weights and biases uniform within ±1/√fan_in (He et al.,
     * arXiv 1502.01852), normalisation to ones and zeros, text embeddings normal with deviation
     * 0.02 as CLIP's, styles with 1. Each depends on the seed and its name only.
     */
    public static Weights initial(NDManager manager, long seed) {
        Map<String, NDArray> taken = new LinkedHashMap<>();
        Source source =
                (name, shape) -> {
                    // a part takes its weight before its bias
                    NDArray weight = taken.get(name.replaceFirst("bias$", "weight"));
                    Shape weightShape = weight == null ? shape : weight.getShape();
                    float[] values = InitialValues.of(name, shape, weightShape, seed);
                    return Ops.create(manager, values, shape);
                };
        return new Weights(source, Precision.FP32, "", taken);
    }

    /**
     * Checks from a file's header that a network would find its tensors there, in the right shapes
     * and no others.
     *
     * @param network makes the network of the weights it is given, which hold no values
     * @throws ModelFileException listing the first that are missing, unexpected or of another shape
     */
    public static void check(TensorFile file, Consumer<Weights> network) {
        FileFit.check(file, shapes(network));
    }

    /** Shapes by name. */
    public static Map<String, Shape> shapes(Map<String, NDArray> tensors) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.getShape()));
        return shapes;
    }

    /** Names and shapes of what a network takes. */
    private static Map<String, Shape> shapes(Consumer<Weights> network) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        try (NDManager manager = Compute.newManager()) {
            NDArray nothing = manager.create(0f);
            Source source =
                    (name, shape) -> {
                        shapes.put(name, shape);
                        // one element seen as many: takes no memory
                        return nothing.broadcast(shape);
                    };
            network.accept(new Weights(source, Precision.FP32, "", new LinkedHashMap<>()));
        }
        return shapes;
    }

    /** Returns the view of the part at {@code path}, dots between levels. */
    public Weights at(String path) {
        return new Weights(source, precision, prefix + path + ".", taken);
    }

    /**
     * Takes a tensor of this part.
     *
     * @throws ModelFileException when it is missing or has another shape
     */
    public NDArray get(String name, long... shape) {
        String full = prefix + name;
        NDArray tensor = source.fetch(full, new Shape(shape));
        taken.put(full, tensor);
        return tensor;
    }

    /**
     * As {@link #get}, for the weight of a convolution or a linear layer, which may come in a
     * layout that only {@link Ops} understands.
     */
    public NDArray kernel(String name, long... shape) {
        NDArray kernel = source.prepare(get(name, shape));
        taken.put(prefix + name, kernel);
        return kernel;
    }

    private static ModelFileException missing(String where, String name, Shape expected) {
        return new ModelFileException(
                where + ": tensor '" + name + "' is missing, expected shape " + expected);
    }

    private static void requireShape(String where, String name, Shape expected, Shape actual) {
        if (!actual.equals(expected)) {
            throw new ModelFileException(
                    where
                            + ": tensor '"
                            + name
                            + "', expected shape "
                            + expected
                            + " but was "
                            + actual
                            + "; the weights belong to another architecture or config.json");
        }
    }

    /** Returns the arithmetic these weights are meant for. */
    public Precision precision() {
        return precision;
    }

    /**
     * Returns every tensor taken through this view and those that share its record, by full name.
     */
    public Map<String, NDArray> taken() {
        return Collections.unmodifiableMap(taken);
    }
}
