package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.Reference;
import io.dmm.model.clip.ClipTokenizer;
import io.dmm.tensor.GradMode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds prompts on their way to text states against A1111's rules around CLIPTextModel. */
class PromptEncoderTest {
    private static final Map<String, String> PROMPTS = new HashMap<>();
    private static Reference reference;
    private static StableDiffusion model;

    private final NDManager memory = model.manager().newSubManager();

    @BeforeAll
    static void open() {
        reference = Reference.open("prompts");
        model = StableDiffusion.load(Reference.path("pipeline"));
        cases().forEach(c -> PROMPTS.put(c.get("name").textValue(), c.get("prompt").textValue()));
    }

    @AfterEach
    void free() {
        memory.close();
    }

    @AfterAll
    static void close() {
        reference.close();
        model.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tokens_areChunkedAsInA1111(JsonNode expected) {
        ClipTokenizer tokenizer = model.promptEncoder(1).tokenizer();
        String prompt = expected.get("prompt").textValue();
        List<PromptChunk> chunks = PromptChunk.of(WeightedPrompt.parse(prompt), tokenizer, 77);
        JsonNode wanted = expected.get("chunks");
        assertEquals(wanted.size(), chunks.size());
        for (int i = 0; i < chunks.size(); i++) {
            long[] ids = new long[77];
            float[] weights = new float[77];
            Arrays.fill(ids, tokenizer.end());
            Arrays.fill(weights, 1);
            ids[0] = tokenizer.start();
            for (int j = 0; j < wanted.get(i).path(0).size(); j++) {
                ids[j + 1] = wanted.get(i).get(0).get(j).longValue();
                weights[j + 1] = wanted.get(i).get(1).get(j).floatValue();
            }
            assertArrayEquals(ids, chunks.get(i).ids());
            assertArrayEquals(weights, chunks.get(i).weights(), 1e-6f);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "plain, 1", "plain, 2", "number, 1", "number, 2", "nested, 1", "nested, 2",
        "break, 1", "break, 2", "comma, 1", "comma, 2", "long, 1", "long, 2"
    })
    void states_equalTheReference(String name, int clipSkip) {
        String prompt = PROMPTS.get(name);
        PromptEncoder encoder = model.promptEncoder(clipSkip);
        NDArray states = encoder.states(memory, List.of(prompt), 2 * encoder.chunks(prompt));
        reference.assertClose(clipSkip == 1 ? name : name + ".skip2", states, 1e-5);
    }

    @ParameterizedTest
    @CsvSource({"empty", "plain", "no break", "full"})
    void plainPromptOfOneChunk_hasTheStatesOfACaption(String name) {
        String prompt = PROMPTS.get(name);
        for (int clipSkip = 1; clipSkip <= 2; clipSkip++) {
            NDArray caption = model.encode(memory, List.of(prompt), clipSkip);
            NDArray states = model.promptEncoder(clipSkip).states(memory, List.of(prompt), 1);
            assertEquals(caption.getShape(), states.getShape());
            assertArrayEquals(caption.toFloatArray(), states.toFloatArray());
        }
    }

    @Test
    void captions_areReadAsText() {
        float[] plain = model.encode(memory, List.of("a red house"), 1).toFloatArray();
        float[] brackets = model.encode(memory, List.of("a (red:1.5) house"), 1).toFloatArray();
        float[] escaped = states(model.promptEncoder(1), List.of("a \\(red:1.5\\) house"), 1);
        assertFalse(Arrays.equals(plain, brackets));
        assertArrayEquals(brackets, escaped);
    }

    @Test
    void states_doNotDependOnTheNeighbours() {
        PromptEncoder encoder = model.promptEncoder(1);
        List<String> prompts =
                Stream.of("plain", "long", "number", "plain").map(PROMPTS::get).toList();
        int chunks = encoder.chunks(PROMPTS.get("long"));
        float[] together = states(encoder, prompts, chunks);
        int size = together.length / prompts.size();
        for (int i = 0; i < prompts.size(); i++) {
            assertArrayEquals(
                    states(encoder, List.of(prompts.get(i)), chunks),
                    Arrays.copyOfRange(together, i * size, (i + 1) * size));
        }
    }

    @Test
    void shorterPrompt_isRepeatedWhichThePictureDoesNotShow() {
        // A1111 asks the network about each length by itself
        String negative = "a boat";
        String prompt = PROMPTS.get("comma");
        PromptEncoder encoder = model.promptEncoder(1);
        assertEquals(2, new Shot(prompt, negative, 7).chunks(encoder, true));
        assertEquals(2, encoder.chunks(prompt));
        assertEquals(1, encoder.chunks(negative));
        NDArray latents = memory.randomNormal(new Shape(1, 4, 8, 8));
        NDArray once = predicted(latents, encoder.states(memory, List.of(negative), 1));
        NDArray twice = predicted(latents, encoder.states(memory, List.of(negative), 2));
        assertArrayEquals(once.toFloatArray(), twice.toFloatArray(), 1e-5f);
        String three = "%s BREAK %s".formatted(prompt, negative);
        assertEquals(6, new Shot(prompt, three, 7).chunks(encoder, true));
        assertEquals(2, new Shot(prompt, three, 7).chunks(encoder, false));
    }

    private NDArray predicted(NDArray latents, NDArray states) {
        try (GradMode mode = GradMode.off()) {
            return model.unet().forward(latents, new float[] {500}, states, null);
        }
    }

    @Test
    void encoding_leavesNothingButTheStates() {
        PromptEncoder encoder = model.promptEncoder(1);
        String prompt = PROMPTS.get("long");
        encoder.states(memory, List.of(prompt), 2 * encoder.chunks(prompt));
        assertEquals(1, memory.getManagedArrays().size());
    }

    private float[] states(PromptEncoder encoder, List<String> prompts, int chunks) {
        return encoder.states(memory, prompts, chunks).toFloatArray();
    }

    static Stream<JsonNode> cases() {
        return WeightedPromptTest.cases();
    }
}
