package io.dmm.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A prompt taken apart into texts with weights, in the notation of A1111's web interface.
 *
 * <p>{@code (word)} weighs 1.1, {@code ((word))} 1.21, {@code (word:1.3)} 1.3 and {@code [word]}
 * 1/1.1; weights of nested brackets multiply, an open bracket counts to the end, and {@code \(} is
 * a bracket as it stands. {@code BREAK} begins a new section, inside brackets too.
 *
 * @param sections the parts between one {@code BREAK} and the next; at least one
 */
record WeightedPrompt(List<List<Part>> sections) {
    /** Far above what people write; nested brackets take time in its square. */
    private static final int LONGEST = 10_000;

    private static final double ROUND = 1.1;
    private static final double SQUARE = 1 / 1.1;
    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\\\[()\\[\\]\\\\]?|[()\\[\\]]|:\\s*+([+-]?[.\\d]+)\\s*+\\)|[^\\\\()\\[\\]:]+|:");
    private static final Pattern WHEN = Pattern.compile("\\s*+[+-]?[.\\d]++\\s*+");
    private static final Pattern BREAK =
            Pattern.compile("\\bBREAK\\b", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern TAG = Pattern.compile("<\\w++:[^>]*+>");
    private static final Pattern AND =
            Pattern.compile("\\bAND\\b", Pattern.UNICODE_CHARACTER_CLASS);

    /** A text of one weight. */
    record Part(String text, double weight) {}

    /**
     * Parses a prompt.
     *
     * @throws IllegalArgumentException for what would draw another picture if it were taken for
     *     text: tags such as {@code <lora:ink:1>}, prompt editing, {@code AND}
     */
    static WeightedPrompt parse(String prompt) {
        if (prompt.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "prompt: length, expected at most "
                            + LONGEST
                            + " characters but was "
                            + prompt.length());
        }
        refuse(TAG, prompt, "no tag; a LoRA is folded into the model, its tag left out");
        refuse(AND, prompt, "one prompt; several cannot be composed, write 'and'");
        Parser parser = new Parser(prompt);
        Matcher token = TOKEN.matcher(prompt);
        while (token.find()) {
            parser.take(token);
        }
        return parser.finish();
    }

    private static void refuse(Pattern unsupported, String prompt, String expected) {
        Matcher found = unsupported.matcher(prompt);
        if (found.find()) {
            throw refusal(found.group(), expected);
        }
    }

    private static IllegalArgumentException refusal(String found, String expected) {
        return new IllegalArgumentException("prompt: '" + found + "', expected " + expected);
    }

    /** The state while a prompt is read: parts so far, and where brackets were opened. */
    private static final class Parser {
        /** A bracket at a place in the prompt, and the number of parts before it. */
        private record Open(int place, int part) {}

        private final String prompt;
        private final List<String> texts = new ArrayList<>(); // null for a break
        private final List<Double> weights = new ArrayList<>();
        private final Deque<Open> round = new ArrayDeque<>();
        private final Deque<Open> square = new ArrayDeque<>();

        Parser(String prompt) {
            this.prompt = prompt;
        }

        void take(Matcher token) {
            String text = token.group();
            if (text.startsWith("\\")) {
                add(text.substring(1));
            } else if (text.equals("(")) {
                round.push(new Open(token.start(), texts.size()));
            } else if (text.equals("[")) {
                square.push(new Open(token.start(), texts.size()));
            } else if (token.group(1) != null && !round.isEmpty()) {
                multiply(round.pop(), weight(token.group(1)));
            } else if (text.equals(")") && !round.isEmpty()) {
                multiply(round.pop(), ROUND);
            } else if (text.equals("]") && !square.isEmpty()) {
                refuseEditing(prompt.substring(square.peek().place(), token.end()));
                multiply(square.pop(), SQUARE);
            } else {
                addSections(text);
            }
        }

        WeightedPrompt finish() {
            round.forEach(open -> multiply(open, ROUND));
            square.forEach(open -> multiply(open, SQUARE));
            List<List<Part>> sections = new ArrayList<>(List.of(new ArrayList<>()));
            for (int i = 0; i < texts.size(); i++) {
                if (texts.get(i) == null) {
                    sections.add(new ArrayList<>());
                } else {
                    append(sections.get(sections.size() - 1), texts.get(i), weights.get(i));
                }
            }
            return new WeightedPrompt(sections);
        }

        /** Neighbours of one weight are one text: a word is not cut where a bracket was. */
        private static void append(List<Part> parts, String text, double weight) {
            int last = parts.size() - 1;
            if (last >= 0 && parts.get(last).weight() == weight) {
                parts.set(last, new Part(parts.get(last).text() + text, weight));
            } else {
                parts.add(new Part(text, weight));
            }
        }

        private void addSections(String text) {
            String[] sections = BREAK.split(text, -1);
            int last = sections.length - 1;
            for (int i = 0; i <= last; i++) {
                String section = i > 0 ? sections[i].stripLeading() : sections[i];
                add(i < last ? section.stripTrailing() : section);
                if (i < last) {
                    add(null);
                }
            }
        }

        private void add(String text) {
            texts.add(text);
            weights.add(1.0);
        }

        private void multiply(Open open, double factor) {
            for (int i = open.part(); i < weights.size(); i++) {
                weights.set(i, weights.get(i) * factor);
            }
        }

        private static double weight(String number) {
            try {
                return Double.parseDouble(number);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "prompt: weight, expected a number but was '" + number + "'", e);
            }
        }

        private static void refuseEditing(String bracket) {
            String inner = bracket.substring(1, bracket.length() - 1);
            int colon = inner.lastIndexOf(':');
            boolean changes = colon >= 0 && WHEN.matcher(inner.substring(colon + 1)).matches();
            if (changes || inner.indexOf('|') >= 0 && alternates(inner)) {
                throw refusal(
                        bracket,
                        "one text; a prompt cannot change over the steps, and brackets that are"
                                + " text are written \\[ and \\]");
            }
        }

        /** Whether a bar stands in the text, outside of brackets. */
        private static boolean alternates(String text) {
            int depth = 0;
            for (int i = 0; i < text.length(); i++) {
                switch (text.charAt(i)) {
                    case '\\' -> i++;
                    case '(', '[' -> depth++;
                    case ')', ']' -> depth--;
                    case '|' -> {
                        if (depth == 0) {
                            return true;
                        }
                    }
                    default -> {}
                }
            }
            return false;
        }
    }
}
