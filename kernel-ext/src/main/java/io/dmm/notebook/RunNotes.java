package io.dmm.notebook;

import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import io.dmm.distill.StepMetrics;
import io.dmm.distill.TrainingLoop;
import io.dmm.distill.Validation;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known of a run so far; not safe for several threads. */
final class RunNotes {
    private final long start = System.nanoTime();
    private final List<StepMetrics> steps = new ArrayList<>();
    private final Map<String, BufferedImage> samples = new LinkedHashMap<>();
    private Progress latest;
    private Progress training;
    private Validation validation;
    private long sampleStep;
    private RunEnd end;

    void progress(Progress progress) {
        latest = progress;
        if (progress.activity().equals(TrainingLoop.ACTIVITY)) {
            training = progress;
        }
    }

    void step(StepMetrics metrics) {
        steps.add(metrics);
    }

    void validation(Validation newest) {
        validation = newest;
    }

    void sample(long step, String name, BufferedImage picture) {
        sampleStep = step;
        samples.put(name, picture);
    }

    void end(RunEnd how) {
        end = how;
    }

    /** Of the run that goes on, or how it ended. */
    RunPicture picture() {
        return new RunPicture(
                latest,
                training,
                List.copyOf(steps),
                new GapBars(validation == null ? Map.of() : validation.figures()),
                new SampleStrips(new LinkedHashMap<>(samples), sampleStep),
                end,
                (System.nanoTime() - start) / 1_000_000);
    }
}
