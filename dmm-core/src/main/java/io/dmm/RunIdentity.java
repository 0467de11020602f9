package io.dmm;

import io.dmm.data.CaptionedImage;
import io.dmm.data.Fingerprint;
import io.dmm.data.TextStates;
import io.dmm.distill.LearningRate;
import io.dmm.distill.ProgressMeter;
import io.dmm.distill.RunConfiguration;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.weights.Sha256;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What decides the weights that a distillation comes to. Names and places of files and validation
 * do not, device and activations only by rounding; of files and pictures it is the hash.
 */
record RunIdentity(Distillation settings, Lessons lessons) {
    /** The settings that are hashes of models: the base, and the one merged before. */
    static final String BASE = "base";

    static final String MERGED = "merged";

    RunConfiguration configuration() {
        Map<String, String> teachers = new LinkedHashMap<>();
        ProgressMeter meter =
                new ProgressMeter(settings.listener, "reading experts", settings.experts.size());
        for (Expert expert : settings.experts) {
            meter.checkInterrupted();
            teachers.put(expert.name(), expert.source().sha256());
            meter.made(1);
        }
        return new RunConfiguration(values(), teachers);
    }

    private SortedMap<String, String> values() {
        SortedMap<String, String> values = new TreeMap<>();
        values.put("weights", settings.experts.stream().map(Expert::weight).toList().toString());
        values.put(
                "clip skips", settings.experts.stream().map(Expert::clipSkip).toList().toString());
        values.put(BASE, hash(settings.base));
        if (settings.merged == null) {
            values.put("start", settings.start.name());
        } else {
            values.put(MERGED, hash(settings.merged.pipeline()));
            values.put("extending", Boolean.toString(settings.extending));
            values.put("regularizer", text(lessons.regularizer()));
        }
        values.put("pictures and captions", hash(settings.pictures));
        if (!lessons.drawn().isEmpty()) {
            values.put("drawn captions", Sha256.of(lessons.drawn().toString()));
            values.put("drawing", settings.synthesis.toString());
            values.put("synthesized share", text(settings.synthesizedShare));
        }
        values.put("batch", Integer.toString(settings.batch));
        values.put("accumulation", Integer.toString(settings.accumulation));
        values.put("timesteps", settings.timesteps.toString());
        values.put("losses", settings.losses.toString());
        values.put("optimizer", settings.optimizer.name());
        values.put("learning rate", settings.learningRate.toString());
        if (settings.learningRate.curve() != LearningRate.Curve.CONSTANT) {
            values.put("steps", Long.toString(settings.steps)); // where the curve ends
        }
        if (settings.ema != null) {
            values.put("ema", settings.ema.toString());
        }
        values.put("student precision", settings.studentPrecision.name());
        values.put("teacher precision", settings.teacherPrecision.name());
        values.put("seed", Long.toString(settings.seed));
        return values;
    }

    private static String text(double number) {
        return Double.toString(number);
    }

    private static String hash(StableDiffusion model) {
        return new Fingerprint()
                .add(model.unet().config().toString())
                .add(Fingerprint.of(model.unet().parameters()))
                .add(TextStates.key(model.tokenizer(), model.textEncoder(), 1))
                .add(model.vae().config().toString())
                .add(Fingerprint.of(model.vae().parameters()))
                .add(model.schedule().config().toString())
                .hex();
    }

    private String hash(List<CaptionedImage> pictures) {
        Fingerprint all = new Fingerprint();
        ProgressMeter meter =
                new ProgressMeter(settings.listener, "reading pictures", pictures.size());
        for (CaptionedImage each : pictures) {
            meter.checkInterrupted();
            all.add(each.picture().sha256()).add(each.caption());
            meter.made(1);
        }
        return pictures.size() + " with hash " + all.hex();
    }
}
