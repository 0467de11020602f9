package io.dmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import io.dmm.distill.TrainingListener;
import io.dmm.eval.FidMatrix;
import io.dmm.eval.MeanColors;
import io.dmm.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
    private static final String[] STYLES = {"ink", "oil"};
    private static final List<String> PROMPTS =
            List.of("a house", "a boat", "two trees", "a red cat", "the sea");

    @TempDir static Path folder;

    private static StableDiffusion base;
    private static MergedModel merged;
    private static List<Expert> experts;

    /** The experts are the merged model's own styles, as models by themselves. */
    @BeforeAll
    static void makeModels() {
        base = SmallModels.base();
        try (StableDiffusion styled = SmallModels.styled(STYLES)) {
            merged = MergedModel.load(SmallModels.write(folder.resolve("merged"), styled));
        }
        List<Expert> folded = new ArrayList<>();
        for (String style : STYLES) {
            try (StableDiffusion one = merged.fold(style)) {
                Path path = SmallModels.write(folder.resolve(style), one);
                folded.add(Expert.checkpoint(style, path));
            }
        }
        experts = folded;
    }

    @AfterAll
    static void close() {
        merged.close();
        base.close();
    }

    private static Evaluation evaluation() {
        return Dmm.evaluate(base)
                .experts(experts)
                .prompts(PROMPTS)
                .features(new MeanColors())
                .settings(request -> request.steps(2).guidance(3))
                .seed(11);
    }

    @Test
    void modelThatIsItsExperts_hasTheirDistances() {
        FidMatrix fid = evaluation().fid(merged);
        for (int i = 0; i < STYLES.length; i++) {
            for (int j = 0; j < STYLES.length; j++) {
                double reference = fid.reference().value(i, j);
                assertTrue(reference > 1e-6, "reference " + reference);
                assertEquals(1, fid.styles().value(i, j) / reference, 1e-2, i + ", " + j);
            }
        }
        assertEquals(0, fid.excess() / fid.referenceTotal(), 1e-2);
        assertEquals(List.of(STYLES), fid.styles().rowLabels());
        assertEquals("mean colors", fid.extractor());
        assertEquals(PROMPTS.size(), fid.pictures());
    }

    @Test
    void base_isMeasuredByTheWordsOfStyles() {
        FidMatrix plain = evaluation().fidOfPrompting((prompt, expert) -> prompt);
        FidMatrix worded =
                evaluation().fidOfPrompting((prompt, expert) -> expert.name() + " of " + prompt);
        assertEquals(plain.styles().values().get(0), plain.styles().values().get(1));
        assertTrue(worded.styles().value(0, 0) != worded.styles().value(1, 0));
        assertEquals(plain.reference(), worded.reference());
    }

    @Test
    void experts_drawOnceForAllModels() {
        Set<String> heard = new LinkedHashSet<>();
        Evaluation evaluation = evaluation().listen(progress -> heard.add(progress.activity()));
        FidMatrix first = evaluation.fid(merged);
        assertEquals(
                List.of(
                        "drawing as ink",
                        "drawing as ink again",
                        "drawing as oil",
                        "drawing as oil again",
                        "drawing in style ink",
                        "drawing in style oil"),
                List.copyOf(heard));
        heard.clear();
        assertEquals(first, evaluation.fid(merged));
        assertEquals(2, heard.size());
    }

    @Test
    void whatIsMissing_isNamed() {
        assertRefused(
                "evaluation: expected experts, at least 2 prompts and a feature extractor but was"
                        + " 0, 1 and none",
                () -> Dmm.evaluate(base).prompts(List.of("a house")).fid(merged));
        assertRefused(
                "expert 'pixel': expected one of [ink, oil]",
                () ->
                        evaluation()
                                .experts(List.of(Expert.checkpoint("pixel", folder)))
                                .fid(merged));
        assertRefused(
                "evaluation: expected experts of different names but was [ink, ink]",
                () -> evaluation().experts(List.of(experts.get(0), experts.get(0))));
    }

    @Test
    void interrupt_endsItBetweenPictures() {
        List<RunEnd> ends = new ArrayList<>();
        TrainingListener stopping =
                new TrainingListener() {
                    @Override
                    public void onProgress(Progress progress) {
                        Thread.currentThread().interrupt();
                    }

                    @Override
                    public void onEnd(RunEnd end) {
                        ends.add(end);
                    }
                };
        assertThrows(CancellationException.class, () -> evaluation().listen(stopping).fid(merged));
        assertEquals(List.of(RunEnd.INTERRUPTED), ends);
    }

    private static void assertRefused(String message, Runnable request) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, request::run).getMessage());
    }
}
