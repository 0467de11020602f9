package io.dmm.weights;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a model file or folder is, told from its headers alone; printed, it fills a page at most.
 *
 * @param kind of a folder, that of its UNet, or of its first part where it has none
 * @param parts in a checkpoint or folder by their diffusers names; a file of another kind is one
 * @param metadata of the file, or of all the folder's
 */
public record ModelDescription(
        Path path, ModelKind kind, List<Part> parts, Map<String, String> metadata) {
    private static final int KEYS_SHOWN = 60;
    private static final int LENGTH_SHOWN = 80;

    /**
     * One part.
     *
     * @param parameters the number of its elements
     * @param dtypes how many tensors are of each type
     */
    public record Part(
            String name, int tensors, long parameters, long bytes, Map<DType, Integer> dtypes) {

        private static Part of(String name, List<TensorInfo> tensors) {
            Map<DType, Integer> dtypes = new EnumMap<>(DType.class);
            tensors.forEach(info -> dtypes.merge(info.dtype(), 1, Integer::sum));
            return new Part(
                    name,
                    tensors.size(),
                    tensors.stream().mapToLong(info -> info.shape().size()).sum(),
                    tensors.stream().mapToLong(info -> info.end() - info.begin()).sum(),
                    dtypes);
        }

        private String line() {
            return String.format(
                    Locale.ROOT,
                    "  %-14s %8d %,15d  %s\n",
                    name,
                    tensors,
                    parameters,
                    dtypes.size() == 1 ? dtypes.keySet().iterator().next() : dtypes);
        }
    }

    /**
     * Describes a safetensors file, the index of a sharded one, or a diffusers folder.
     *
     * @throws ModelFileException if it is none of these
     */
    public static ModelDescription of(Path path) {
        return Files.isDirectory(path) ? ofFolder(path) : ofFile(path);
    }

    private static ModelDescription ofFile(Path path) {
        try (TensorFile file = TensorFile.open(path)) {
            ModelKind kind = ModelKind.of(file);
            return new ModelDescription(path, kind, parts(file, kind), file.metadata());
        }
    }

    private static List<Part> parts(TensorFile file, ModelKind kind) {
        Map<LdmPart, String> prefixes = SingleFile.prefixesIn(file);
        Map<String, List<TensorInfo>> byPart = new LinkedHashMap<>();
        prefixes.keySet().forEach(part -> byPart.put(part.part(), new ArrayList<>()));
        String rest = prefixes.isEmpty() ? kind.name().toLowerCase(Locale.ROOT) : "other";
        for (TensorInfo info : file.tensors().values()) {
            String part =
                    prefixes.entrySet().stream()
                            .filter(each -> SingleFile.belongs(info.name(), each.getValue()))
                            .map(each -> each.getKey().part())
                            .findFirst()
                            .orElse(rest);
            byPart.computeIfAbsent(part, name -> new ArrayList<>()).add(info);
        }
        return byPart.entrySet().stream()
                .map(each -> Part.of(each.getKey(), each.getValue()))
                .toList();
    }

    private static ModelDescription ofFolder(Path path) {
        ModelFolder folder = ModelFolder.open(path);
        List<Part> parts = new ArrayList<>();
        Map<String, String> metadata = new TreeMap<>();
        ModelKind kind = null;
        for (String name : folder.partsWithWeights()) {
            try (TensorFile file = folder.weights(name)) {
                ModelKind own = ModelKind.of(file);
                boolean isModel = name.equals("unet");
                kind = kind == null || isModel ? own : kind;
                parts.add(Part.of(name, List.copyOf(file.tensors().values())));
                metadata.putAll(file.metadata());
            }
        }
        if (kind == null) {
            throw folder.withoutWeights();
        }
        boolean whole = kind == ModelKind.UNET && parts.size() > 1;
        return new ModelDescription(path, whole ? ModelKind.CHECKPOINT : kind, parts, metadata);
    }

    /**
     * SHA-256 of the file, or of each safetensors file of the folder, by path; this reads all of
     * them.
     */
    public Map<Path, String> sha256() {
        return sha256(path);
    }

    /**
     * As {@link #sha256()}, of a file or folder that is not looked into.
     *
     * @throws ModelFileException if it cannot be read, or a folder has no such file
     */
    public static Map<Path, String> sha256(Path path) {
        Map<Path, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.equals(path) || file.toString().endsWith(".safetensors")) {
                    hashes.put(file, Sha256.of(file));
                }
            }
            if (hashes.isEmpty()) {
                throw new ModelFileException(
                        path + ": expected safetensors files in the folder but there is none");
            }
            return hashes;
        } catch (IOException e) {
            throw new ModelFileException(path + ": cannot be read (" + e + ")", e);
        }
    }

    @Override
    public String toString() {
        double megabytes = parts.stream().mapToLong(Part::bytes).sum() / 1e6;
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%s: %s, %,.1f MB of tensors\n  %-14s %8s %15s  %s\n",
                        path,
                        kind.noun(),
                        megabytes,
                        "part",
                        "tensors",
                        "parameters",
                        "dtypes"));
        parts.forEach(part -> text.append(part.line()));
        Map<String, String> shown = metadataInShort();
        shown.forEach((key, value) -> text.append("  %s = %s\n".formatted(key, value)));
        if (metadata.size() > shown.size()) {
            text.append("  … ").append(metadata.size() - shown.size()).append(" keys more\n");
        }
        return text.toString();
    }

    /** The first keys of the metadata, each and its value on a line that is cut short. */
    public Map<String, String> metadataInShort() {
        Map<String, String> shown = new LinkedHashMap<>();
        metadata.entrySet().stream()
                .limit(KEYS_SHOWN)
                .forEach(each -> shown.put(line(each.getKey()), line(each.getValue())));
        return Collections.unmodifiableMap(shown);
    }

    private static String line(String text) {
        String flat = text.lines().collect(Collectors.joining(", ")).replaceAll("\\p{Cntrl}", "?");
        boolean fits = flat.length() <= LENGTH_SHOWN;
        return fits ? flat : flat.substring(0, LENGTH_SHOWN) + "…";
    }
}
