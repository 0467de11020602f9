package io.dmm.model.clip;

import java.text.Normalizer;
import java.util.Locale;

/** Cleans a prompt as transformers' CLIPTokenizer does where ftfy is not installed. */
final class PromptCleaning {
    private static final int REPLACEMENT_CHARACTER = 0xFFFD;

    private PromptCleaning() {}

    /** Drops what cannot be seen, sets ideographs apart, composes accents and lower-cases. */
    static String clean(String prompt) {
        StringBuilder text = new StringBuilder(prompt.length());
        prompt.codePoints().forEach(c -> append(c, text));
        String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
        return composed.toLowerCase(Locale.ROOT).replaceAll(" +", " ").strip();
    }

    private static void append(int c, StringBuilder text) {
        if (c == '\t' || c == '\n' || c == '\r' || Character.isSpaceChar(c)) {
            text.append(' ');
        } else if (isIdeograph(c)) {
            text.append(' ').appendCodePoint(c).append(' ');
        } else if (c != REPLACEMENT_CHARACTER && isVisible(c)) {
            text.appendCodePoint(c);
        }
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE ->
                    false;
            // emoji younger than this JDK are unassigned to it
            case Character.UNASSIGNED -> within(c, 0x1F000, 0x1FAFF);
            default -> true;
        };
    }

    /** The blocks of BERT's tokenizer, which take the place of a dictionary of Chinese words. */
    private static boolean isIdeograph(int c) {
        return within(c, 0x3400, 0x4DBF)
                || within(c, 0x4E00, 0x9FFF)
                || within(c, 0xF900, 0xFAFF)
                || within(c, 0x20000, 0x2A6DF)
                || within(c, 0x2A700, 0x2CEAF)
                || within(c, 0x2F800, 0x2FA1F);
    }

    private static boolean within(int c, int first, int last) {
        return first <= c && c <= last;
    }
}
