package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.data.CaptionedImage;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.ClosedGap;
import io.dmm.distill.Lesson;
import io.dmm.distill.Progress;
import io.dmm.distill.TrainingListener;
import io.dmm.distill.TrainingLoop;
import io.dmm.distill.Validation;
import io.dmm.pipeline.GeneratedImage;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.pipeline.TextToImage;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Measures a student between two steps of its training, and lets it draw: when that is due, and
 * once the step's checkpoint is written, which a validation that fails leaves behind.
 *
 * @param settings of the run, with a validation; its last step is validated in any case
 * @param student draws with the network under training
 * @param textStates of the held-out captions, as the student reads them
 * @param pictures the held-out ones
 * @param lessons whose teachers are the experts
 * @param listener hears of validations and samples
 */
record Validator(
        Distillation settings,
        NDManager manager,
        StableDiffusion student,
        TextStates textStates,
        LatentSet pictures,
        List<Lesson> lessons,
        TrainingListener listener)
        implements TrainingListener {

    /**
     * What is validated.
     *
     * @param every how many steps lie between two validations
     * @param heldOut captioned pictures that the run is not trained on
     * @param prompts of sample pictures; may be empty
     * @param request what is set for them
     */
    record Settings(
            long every,
            List<CaptionedImage> heldOut,
            List<String> prompts,
            UnaryOperator<TextToImage> request) {
        Settings {
            heldOut = List.copyOf(heldOut);
            prompts = List.copyOf(prompts);
            if (every < 1 || heldOut.isEmpty()) {
                throw new IllegalArgumentException(
                        "validation: expected at least 1 step between two and 1 picture but was "
                                + every
                                + " and "
                                + heldOut.size());
            }
        }

        List<String> captions() {
            return heldOut.stream().map(CaptionedImage::caption).toList();
        }
    }

    @Override
    public void onProgress(Progress progress) {
        long step = progress.done();
        boolean due = step % settings.validation.every == 0 || step == settings.steps;
        if (due && progress.activity().equals(TrainingLoop.ACTIVITY)) {
            listener.onValidation(validate(step));
            draw(step);
        }
    }

    private Validation validate(long step) {
        Map<String, Double> gaps = new LinkedHashMap<>();
        ClosedGap gap = new ClosedGap(settings.base, student.unet(), textStates, settings.seed);
        try (NDManager memory = manager.newSubManager()) {
            for (Lesson lesson : lessons) {
                int style = lesson.styles().get(0);
                gaps.put(
                        Validation.CLOSED_GAP + lesson.teacher().name(),
                        gap.measure(memory, lesson.teacher(), style, pictures, listener)
                                .closedGap());
            }
        }
        return new Validation(step, gaps);
    }

    private void draw(long step) {
        Settings drawn = settings.validation;
        if (drawn.prompts.isEmpty()) {
            return;
        }
        String[] prompts = drawn.prompts.toArray(String[]::new);
        for (String style : student.styles()) {
            TextToImage request = drawn.request.apply(student.sample(prompts).seed(settings.seed));
            List<BufferedImage> row =
                    request.style(style).images(1).stream().map(GeneratedImage::image).toList();
            listener.onSample(step, style, sideBySide(row));
        }
    }

    /** One row without words: the prompts are the run's, and the style is the sample's name. */
    private static BufferedImage sideBySide(List<BufferedImage> pictures) {
        int width = pictures.get(0).getWidth();
        int height = pictures.get(0).getHeight();
        BufferedImage row =
                new BufferedImage(width * pictures.size(), height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = row.createGraphics();
        try {
            for (int i = 0; i < pictures.size(); i++) {
                g.drawImage(pictures.get(i), i * width, 0, null);
            }
        } finally {
            g.dispose();
        }
        return row;
    }
}
