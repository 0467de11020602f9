package io.dmm.tinyworld;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One visible character for each byte, as in the vocabularies of GPT-2 and CLIP: printable Latin-1
 * stands for itself and comes first, the rest is numbered from U+0100 on.
 */
final class ByteSymbols {
    private static final int FIRST_STAND_IN = 0x100;
    private static final Map<Integer, String> SYMBOLS = symbols();

    private ByteSymbols() {}

    /** The 256 symbols in the order of CLIP's ids. */
    static List<String> inOrder() {
        return List.copyOf(SYMBOLS.values());
    }

    /** The symbols of a word's UTF-8 bytes. */
    static List<String> of(String word) {
        List<String> symbols = new ArrayList<>();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(SYMBOLS.get(Byte.toUnsignedInt(b)));
        }
        return symbols;
    }

    private static Map<Integer, String> symbols() {
        Map<Integer, String> symbols = new LinkedHashMap<>();
        Map<Integer, String> standIns = new LinkedHashMap<>();
        for (int b = 0; b < 256; b++) {
            if (isPrintable(b)) {
                symbols.put(b, Character.toString(b));
            } else {
                standIns.put(b, Character.toString(FIRST_STAND_IN + standIns.size()));
            }
        }
        symbols.putAll(standIns);
        return Collections.unmodifiableMap(symbols);
    }

    private static boolean isPrintable(int b) {
        return ('!' <= b && b <= '~') || (0xA1 <= b && b <= 0xAC) || 0xAE <= b;
    }
}
