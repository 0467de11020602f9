package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.dmm.tensor.Ops;
import io.dmm.weights.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * SHA-256 of a sequence of values, each told apart from its neighbours by its length: the key of
 * what was made of them.
 */
public final class Fingerprint {
    private final Sha256 hash = new Sha256();

    /** The fingerprint of a network's values by name, in whatever layout they are. */
    public static String of(Map<String, NDArray> parameters) {
        Fingerprint all = new Fingerprint();
        new TreeMap<>(parameters)
                .forEach(
                        (name, parameter) -> {
                            // DJL leaves the copy that it reads a GPU's values from there, too
                            try (NDManager memory = parameter.getManager().newSubManager()) {
                                NDArray plain = Ops.plainCopy(parameter);
                                plain.attach(memory);
                                NDArray floats = plain.toType(DataType.FLOAT32, false);
                                all.add(name).add(floats.getShape().toString());
                                all.add(floats.toByteBuffer());
                            }
                        });
        return all.hex();
    }

    public Fingerprint add(String text) {
        return add(text.getBytes(StandardCharsets.UTF_8));
    }

    public Fingerprint add(long number) {
        hash.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
        return this;
    }

    public Fingerprint add(byte[] bytes) {
        return add(ByteBuffer.wrap(bytes));
    }

    Fingerprint add(ByteBuffer bytes) {
        add(bytes.remaining());
        hash.update(bytes);
        return this;
    }

    Fingerprint add(int[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES);
        bytes.asIntBuffer().put(numbers);
        return add(bytes);
    }

    /** Ends the sequence: 64 hexadecimal digits. */
    public String hex() {
        return hash.hex();
    }
}
