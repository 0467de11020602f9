package io.dmm.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.Reference;
import io.dmm.pipeline.WeightedPrompt.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedPromptTest {
    private static final double ROUNDING = 1e-12;

    @ParameterizedTest
    @MethodSource("cases")
    void prompt_isPartedIntoWeightedTexts(JsonNode expected) {
        List<List<Part>> sections = new ArrayList<>(List.of(new ArrayList<>()));
        for (JsonNode part : expected.get("parts")) {
            if (part.isNull()) {
                sections.add(new ArrayList<>());
            } else {
                sections.get(sections.size() - 1)
                        .add(new Part(part.get(0).textValue(), part.get(1).doubleValue()));
            }
        }
        List<List<Part>> actual =
                WeightedPrompt.parse(expected.get("prompt").textValue()).sections();
        assertEquals(sections.size(), actual.size());
        for (int i = 0; i < sections.size(); i++) {
            List<Part> parts =
                    actual.get(i).stream().filter(part -> !part.text().isEmpty()).toList();
            assertEquals(
                    sections.get(i).stream().map(Part::text).toList(),
                    parts.stream().map(Part::text).toList());
            for (int j = 0; j < parts.size(); j++) {
                assertEquals(
                        sections.get(i).get(j).weight(), parts.get(j).weight(), ROUNDING, "" + j);
            }
        }
    }

    @Test
    void breakInBrackets_keepsTheWeightOfBothSides() {
        List<List<Part>> expected =
                List.of(List.of(new Part("a", 1.3)), List.of(new Part("b", 1.3)));
        assertEquals(expected, WeightedPrompt.parse("(a BREAK b:1.3)").sections());
    }

    @Test
    void unsupportedNotation_isRefused() {
        assertRefused(
                "prompt: '<lora:ink_v1.2:0.8>', expected no tag; a LoRA is folded into the model,"
                        + " its tag left out",
                "a house <lora:ink_v1.2:0.8> by the sea");
        assertRefused(
                "prompt: 'AND', expected one prompt; several cannot be composed, write 'and'",
                "a house AND a boat");
        assertRefused("prompt: weight, expected a number but was '1.2.3'", "a (red:1.2.3) house");
        String one =
                ", expected one text; a prompt cannot change over the steps, and brackets that are"
                        + " text are written \\[ and \\]";
        assertRefused("prompt: '[red:blue:0.5]'" + one, "a [red:blue:0.5] house");
        assertRefused("prompt: '[(red:1.2): 12 ]'" + one, "a ([(red:1.2): 12 ]) house");
        assertRefused("prompt: '[red|blue]'" + one, "a [red|blue] house");
    }

    @Test
    void hostilePrompts_areReadInTimeOrRefused() {
        for (String part : List.of("(", "(a", "[a[", "<a:", " ", "BREAK ", ":1)", "\\", "(a:1")) {
            String prompt = part.repeat(10_000 / part.length());
            assertTimeout(
                    Duration.ofSeconds(20), () -> WeightedPrompt.parse(prompt), "repeated " + part);
        }
        for (String part : List.of("", "a", "|:")) {
            String nested = "[".repeat(4_999) + part + "]".repeat(4_999);
            assertTimeout(Duration.ofSeconds(20), () -> refusedOrNot(nested), "nested " + part);
        }
        assertRefused(
                "prompt: length, expected at most 10000 characters but was 10001",
                " ".repeat(10_001));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a \\[red:blue:0.5\\] house",
                "[red: blue]",
                "[a (red:1.2)]",
                "[(a|b)]",
                "[a \\| b]",
                "[red:0.5",
                "red|blue",
                "a < b: c > d",
                "SAND, ANDES, and"
            })
    void whatOnlyLooksLikeIt_isText(String prompt) {
        WeightedPrompt.parse(prompt);
    }

    private static void refusedOrNot(String prompt) {
        try {
            WeightedPrompt.parse(prompt);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().startsWith("prompt: '["), e.getMessage());
        }
    }

    static Stream<JsonNode> cases() {
        return StreamSupport.stream(Reference.json("prompts/cases.json").spliterator(), false);
    }

    private static void assertRefused(String message, String prompt) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> WeightedPrompt.parse(prompt))
                        .getMessage());
    }
}
