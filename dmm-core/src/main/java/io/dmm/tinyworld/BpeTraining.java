package io.dmm.tinyworld;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Learns a small vocabulary in CLIP's files: byte-pair merges (Sennrich et al., arXiv 1508.07909)
 * within words of bytes whose last one carries {@code </w>}.
 */
final class BpeTraining {
    private static final Pattern WORDS =
            Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+");
    private static final String WORD_END = "</w>";
    private static final String START = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final int TOKENS_OF_A_PROMPT = 77;
    private static final int WORLD_MERGES = 400;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Pair> merges = new ArrayList<>();

    private record Pair(String left, String right) implements Comparable<Pair> {
        private static final Comparator<Pair> ORDER =
                Comparator.comparing(Pair::left).thenComparing(Pair::right);

        @Override
        public int compareTo(Pair other) {
            return ORDER.compare(this, other);
        }

        String merged() {
            return left + right;
        }
    }

    private BpeTraining() {}

    /** Learns from the captions of every scene in every style. */
    static BpeTraining ofTinyWorld() {
        SplittableRandom phrasing = new SplittableRandom(0);
        List<String> captions = new ArrayList<>();
        for (Scene scene : Scene.all()) {
            for (Style style : Style.ofBase()) {
                captions.add(style.inCaption(scene.caption(phrasing)));
            }
        }
        return learn(captions, WORLD_MERGES);
    }

    /**
     * Merges the most frequent pair, of equals the first in lexicographic order, again and again.
     *
     * @param captions lower-case texts
     * @param atMost merges to learn; fewer when every word has become one token
     */
    static BpeTraining learn(List<String> captions, int atMost) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String caption : captions) {
            WORDS.matcher(caption)
                    .results()
                    .map(MatchResult::group)
                    .forEach(word -> counts.merge(word, 1, Integer::sum));
        }
        Map<String, List<String>> words = new HashMap<>();
        counts.keySet().forEach(word -> words.put(word, bytesOf(word)));
        BpeTraining training = new BpeTraining();
        while (training.merges.size() < atMost) {
            Pair best = mostFrequent(words, counts);
            if (best == null) {
                break;
            }
            training.merges.add(best);
            words.replaceAll((word, symbols) -> merge(symbols, best));
        }
        return training;
    }

    /** Writes what transformers' CLIPTokenizer and {@code ClipTokenizer} open. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        StringBuilder lines = new StringBuilder("#version: 0.2\n");
        merges.forEach(m -> lines.append(m.left()).append(' ').append(m.right()).append('\n'));
        Files.writeString(folder.resolve("merges.txt"), lines);
        ObjectNode roles = roles();
        ObjectNode config = roles.deepCopy();
        config.put("add_prefix_space", false);
        config.put("do_lower_case", true);
        config.put("errors", "replace");
        config.put("model_max_length", TOKENS_OF_A_PROMPT);
        config.put("tokenizer_class", "CLIPTokenizer");
        ObjectWriter writer = JSON.writerWithDefaultPrettyPrinter();
        Files.write(folder.resolve("vocab.json"), writer.writeValueAsBytes(vocabulary()));
        Files.write(folder.resolve("special_tokens_map.json"), writer.writeValueAsBytes(roles));
        Files.write(folder.resolve("tokenizer_config.json"), writer.writeValueAsBytes(config));
    }

    /** CLIP's order: bytes, bytes that end a word, merges, the two special tokens. */
    private Map<String, Integer> vocabulary() {
        List<String> bytes = ByteSymbols.inOrder();
        Set<String> tokens = new LinkedHashSet<>(bytes);
        bytes.forEach(symbol -> tokens.add(symbol + WORD_END));
        merges.forEach(merge -> tokens.add(merge.merged()));
        tokens.add(START);
        tokens.add(END);
        Map<String, Integer> ids = new LinkedHashMap<>();
        tokens.forEach(token -> ids.put(token, ids.size()));
        return ids;
    }

    private static ObjectNode roles() {
        ObjectNode roles = JSON.createObjectNode();
        Map<String, String> special = new LinkedHashMap<>();
        special.put("bos_token", START);
        special.put("eos_token", END);
        special.put("unk_token", END);
        special.forEach(
                (role, token) ->
                        roles.putObject(role)
                                .put("content", token)
                                .put("lstrip", false)
                                .put("normalized", true)
                                .put("rstrip", false)
                                .put("single_word", false));
        return roles.put("pad_token", END);
    }

    private static List<String> bytesOf(String word) {
        List<String> symbols = ByteSymbols.of(word);
        int last = symbols.size() - 1;
        symbols.set(last, symbols.get(last) + WORD_END);
        return symbols;
    }

    /** The next pair to merge, or null when every word is one token. */
    private static Pair mostFrequent(Map<String, List<String>> words, Map<String, Integer> counts) {
        Map<Pair, Integer> pairs = new TreeMap<>();
        words.forEach(
                (word, symbols) ->
                        IntStream.range(1, symbols.size())
                                .mapToObj(i -> new Pair(symbols.get(i - 1), symbols.get(i)))
                                .forEach(p -> pairs.merge(p, counts.get(word), Integer::sum)));
        Pair best = null;
        for (Pair pair : pairs.keySet()) {
            if (best == null || pairs.get(pair) > pairs.get(best)) {
                best = pair;
            }
        }
        return best;
    }

    private static List<String> merge(List<String> symbols, Pair pair) {
        List<String> merged = new ArrayList<>(symbols.size());
        for (int i = 0; i < symbols.size(); i++) {
            boolean here =
                    i + 1 < symbols.size()
                            && symbols.get(i).equals(pair.left())
                            && symbols.get(i + 1).equals(pair.right());
            merged.add(here ? pair.merged() : symbols.get(i));
            if (here) {
                i++;
            }
        }
        return merged;
    }
}
