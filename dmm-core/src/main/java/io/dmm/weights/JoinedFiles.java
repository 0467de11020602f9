package io.dmm.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Files of which each part, and each config, is taken from the first that has it. */
record JoinedFiles(List<ModelFiles> files) implements ModelFiles {

    @Override
    public String where() {
        return files.get(0).where();
    }

    @Override
    public boolean has(String part) {
        return files.stream().anyMatch(each -> each.has(part));
    }

    @Override
    public boolean hasConfig(String part) {
        return files.stream().anyMatch(each -> each.hasConfig(part));
    }

    @Override
    public ConfigNode config(String part) {
        return first(each -> each.hasConfig(part)).config(part);
    }

    @Override
    public TensorFile weights(String part) {
        return first(each -> each.has(part)).weights(part);
    }

    @Override
    public Path tokenizer() {
        return first(each -> each.has("tokenizer")).tokenizer();
    }

    /** The first that fits; where none does, the first of all says what it lacks. */
    private ModelFiles first(Predicate<ModelFiles> fits) {
        return files.stream().filter(fits).findFirst().orElse(files.get(0));
    }
}
