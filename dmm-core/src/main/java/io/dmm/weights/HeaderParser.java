package io.dmm.weights;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the JSON of one safetensors header, token by token, and takes nothing but its grammar. */
final class HeaderParser {
    private static final int MAX_DIMENSIONS = 16;
    private static final int MAX_NAME_LENGTH = 1000;
    // names come from strangers: they must enter no table that outlives the parser
    private static final JsonFactory JSON =
            new JsonFactoryBuilder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNameLength(MAX_NAME_LENGTH).build())
                    .build();

    private final String where;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    HeaderParser(String where) {
        this.where = where;
    }

    Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    void parse(byte[] header) throws IOException {
        // a new decoder reports malformed input instead of replacing it
        Reader text =
                new InputStreamReader(
                        new ByteArrayInputStream(header), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw bad("is not a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                json.nextToken();
                if (key.equals("__metadata__")) {
                    readMetadata(json);
                } else {
                    tensors.put(key, readTensor(key, json));
                }
            }
            if (json.nextToken() != null) {
                throw bad("goes on after its closing brace");
            }
        } catch (CharacterCodingException e) {
            throw new ModelFileException(where + ": header is not UTF-8; the file is damaged", e);
        } catch (JacksonException e) {
            throw new ModelFileException(
                    where + ": header is not valid JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    private void readMetadata(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw bad("has a __metadata__ that is not an object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw bad("has a __metadata__ value that is not a string: " + key);
            }
            metadata.put(key, json.getText());
        }
    }

    private TensorInfo readTensor(String key, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw bad("has an entry that is not an object: " + key);
        }
        DType dtype = null;
        long[] shape = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> dtype = readDType(key, json);
                case "shape" -> shape = readNumbers(key + ".shape", json, MAX_DIMENSIONS);
                case "data_offsets" -> offsets = readNumbers(key + ".data_offsets", json, 2);
                default -> throw bad("has an unknown field: " + key + "." + field);
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
            throw bad("lacks dtype, shape or both data_offsets of " + key);
        }
        try {
            return new TensorInfo(key, dtype, new Shape(shape), offsets[0], offsets[1]);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(where + ": " + key + ": " + e.getMessage(), e);
        }
    }

    private DType readDType(String key, JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            String name = json.getText();
            for (DType dtype : DType.values()) {
                if (dtype.name().equals(name)) {
                    return dtype;
                }
            }
        }
        throw new ModelFileException(
                "%s: %s has a dtype that is not read here, expected one of %s but was %s"
                        .formatted(where, key, Arrays.toString(DType.values()), shortText(json)));
    }

    private long[] readNumbers(String what, JsonParser json, int most) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw bad("has no list for " + what);
        }
        long[] numbers = new long[most];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (count == most) {
                throw bad("has more than " + most + " numbers in " + what);
            }
            boolean whole =
                    json.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            if (!whole || json.getLongValue() < 0) {
                throw new ModelFileException(
                        "%s: %s is wrong, expected whole numbers of 0 or more but was %s"
                                .formatted(where, what, shortText(json)));
            }
            numbers[count++] = json.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    private static String shortText(JsonParser json) throws IOException {
        String text = String.valueOf(json.getText());
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    private ModelFileException bad(String what) {
        return new ModelFileException(where + ": header " + what + "; the file is damaged");
    }
}
