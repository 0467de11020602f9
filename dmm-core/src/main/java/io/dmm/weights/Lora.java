package io.dmm.weights;

import java.nio.file.Path;

/**
 * A LoRA file (Hu et al., arXiv 2106.09685) and how strongly it changes a model: W + weight · ΔW.
 *
 * <p>Of each changed layer it holds a ΔW of low rank as LoRA, LoCon, LoHa or LoKr (LyCORIS, Yeh et
 * al., arXiv 2309.14859). Names may be spelled as by kohya's scripts or diffusers, with peft or
 * without.
 *
 * @param file a safetensors file
 * @param weight 1 for as trained, 0 for no change; a negative one leads away from it
 * @param ignoresUnknown whether tensors that fit no layer of the model are left out with a warning
 *     instead of refused
 */
public record Lora(Path file, double weight, boolean ignoresUnknown) {

    public Lora {
        if (!Double.isFinite(weight)) {
            throw new IllegalArgumentException(
                    file + ": LoRA weight, expected a finite number but was " + weight);
        }
    }

    /** As trained. */
    public static Lora of(Path file) {
        return of(file, 1);
    }

    public static Lora of(Path file, double weight) {
        return new Lora(file, weight, false);
    }

    /** The same, leaving out tensors that fit no layer of the model. */
    public Lora ignoringUnknown() {
        return new Lora(file, weight, true);
    }
}
