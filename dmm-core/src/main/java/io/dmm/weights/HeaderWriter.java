package io.dmm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lays tensors out in a file to come and writes its header. */
final class HeaderWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private HeaderWriter() {}

    /** Wider elements first, so that all are aligned, then by name. */
    static List<TensorInfo> layout(String where, Map<String, NDArray> tensors, DType floatType) {
        Map<String, DType> dtypes = new TreeMap<>();
        tensors.forEach((name, array) -> dtypes.put(name, dtype(where, name, array, floatType)));
        List<String> names = new ArrayList<>(dtypes.keySet());
        names.sort(Comparator.comparingInt(name -> -dtypes.get(name).bytes()));
        List<TensorInfo> layout = new ArrayList<>();
        long begin = 0;
        for (String name : names) {
            DType dtype = dtypes.get(name);
            long end = begin + TensorInfo.byteCount(dtype, tensors.get(name).getShape());
            layout.add(new TensorInfo(name, dtype, tensors.get(name).getShape(), begin, end));
            begin = end;
        }
        return layout;
    }

    private static DType dtype(String where, String name, NDArray array, DType floatType) {
        if (name.equals("__metadata__")) {
            throw new IllegalArgumentException(where + ": no tensor may be named __metadata__");
        }
        DataType type = array.getDataType();
        return switch (type) {
            case FLOAT32, FLOAT16 -> floatType;
            case INT64 -> DType.I64;
            case INT32 -> DType.I32;
            default ->
                    throw new IllegalArgumentException(
                            "%s: %s cannot be written, expected FLOAT32, FLOAT16, INT64 or INT32 but was %s"
                                    .formatted(where, name, type));
        };
    }

    /** The length, the JSON and the padding that aligns the data part to 8 bytes. */
    static byte[] header(List<TensorInfo> layout, Map<String, String> metadata) {
        byte[] json = json(layout, metadata);
        int padded = (json.length + 7) / 8 * 8;
        if (padded > SafeTensorsHeader.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "safetensors header is too long, expected at most %d bytes but was %d; shorten the metadata"
                            .formatted(SafeTensorsHeader.MAX_BYTES, padded));
        }
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private static byte[] json(List<TensorInfo> layout, Map<String, String> metadata) {
        Map<String, String> sorted = new TreeMap<>(metadata);
        sorted.put("format", "pt"); // transformers refuses files without it
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart("__metadata__");
            for (Map.Entry<String, String> entry : sorted.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            for (TensorInfo info : layout) {
                json.writeObjectFieldStart(info.name());
                json.writeStringField("dtype", info.dtype().name());
                writeNumbers(json, "shape", info.shape().getShape());
                writeNumbers(json, "data_offsets", info.begin(), info.end());
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void writeNumbers(JsonGenerator json, String name, long... numbers)
            throws IOException {
        json.writeFieldName(name);
        json.writeArray(numbers, 0, numbers.length);
    }
}
