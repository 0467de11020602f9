package io.dmm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** FID's Inception-v3 with weights from the formula of {@code inception.py}, bit for bit. */
public final class GeneratedInception {
    private GeneratedInception() {}

    /** The shapes of all tensors by pytorch-fid's name. */
    public static Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        Reference.json("inception/tensors.json")
                .properties()
                .forEach(
                        entry -> {
                            String[] sizes = entry.getValue().textValue().split("x");
                            long[] shape =
                                    Arrays.stream(sizes).mapToLong(Long::parseLong).toArray();
                            shapes.put(entry.getKey(), new Shape(shape));
                        });
        return shapes;
    }

    /** All tensors, on {@code manager}. */
    public static Map<String, NDArray> tensors(NDManager manager) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        shapes().forEach(
                        (name, shape) -> {
                            float[] values = values(tensors.size(), name, shape);
                            tensors.put(name, manager.create(values, shape));
                        });
        return tensors;
    }

    private static float[] values(int number, String name, Shape shape) {
        double bound = Math.sqrt(6 / ((double) shape.size() / shape.get(0)));
        boolean positive = name.endsWith("bn.weight") || name.endsWith("running_var");
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            double uniform = uniform(number, i);
            if (shape.dimension() > 1) {
                values[i] = (float) (uniform * bound);
            } else {
                values[i] = (float) (positive ? 1 + 0.5 * uniform : 0.3 * uniform);
            }
        }
        return values;
    }

    /** From [−1, 1), by the mixing of a hash. */
    private static double uniform(int number, int i) {
        int x = i * 0x9E3779B1 ^ number * 0x85EBCA77;
        x ^= x >>> 16;
        x *= 0x7FEB352D;
        x ^= x >>> 15;
        x *= 0x846CA68B;
        x ^= x >>> 16;
        return (x & 0xFFFFFFFFL) / 0x1p31 - 1;
    }
}
