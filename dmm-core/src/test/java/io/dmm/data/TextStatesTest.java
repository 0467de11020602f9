package io.dmm.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.tensor.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TextStatesTest {
    private final NDManager manager = Compute.newManager();
    private final List<List<String>> encoded = new ArrayList<>();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void everyText_isEncodedOnce() {
        List<String> captions = new ArrayList<>();
        IntStream.range(0, 200).forEach(i -> captions.add("caption " + i % 100));
        try (TextStates states = new TextStates(manager, this::encode, captions)) {
            List<String> texts = encoded.stream().flatMap(List::stream).toList();
            assertEquals(101, texts.size());
            assertEquals(101, texts.stream().distinct().count());
            NDArray rows = states.of(manager, List.of("caption 99", "", "caption 3", "caption 99"));
            assertEquals(new Shape(4, 1, 2), rows.getShape());
            assertArrayEquals(new float[] {99, 10, 0, 0, 3, 9, 99, 10}, rows.toFloatArray());
        }
    }

    @Test
    void unknownCaption_isNamed() {
        TextStates states = new TextStates(manager, this::encode, List.of("caption 1"));
        assertEquals(
                "text states: expected one of the 2 encoded captions but was 'caption 2'",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> states.of(manager, List.of("caption 2")))
                        .getMessage());
    }

    @Test
    void closing_freesAllThatWasMade() {
        int before = manager.getManagedArrays().size();
        new TextStates(manager, this::encode, List.of("caption 1")).close();
        assertEquals(before, manager.getManagedArrays().size());
    }

    /** Number and length of each text stand in for its states, (B, 1, 2). */
    private NDArray encode(NDManager memory, List<String> prompts) {
        encoded.add(List.copyOf(prompts));
        float[] states = new float[2 * prompts.size()];
        for (int i = 0; i < prompts.size(); i++) {
            String digits = prompts.get(i).replaceAll("\\D", "");
            states[2 * i] = digits.isEmpty() ? 0 : Float.parseFloat(digits);
            states[2 * i + 1] = prompts.get(i).length();
        }
        return memory.create(states, new Shape(prompts.size(), 1, 2));
    }
}
