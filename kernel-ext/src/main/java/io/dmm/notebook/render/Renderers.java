package io.dmm.notebook.render;

import ai.djl.modality.cv.Image;
import io.dmm.Expert;
import io.dmm.MergedModel;
import io.dmm.distill.LossChart;
import io.dmm.eval.FidMatrix;
import io.dmm.pipeline.GeneratedImage;
import io.dmm.pipeline.HeatMap;
import io.dmm.pipeline.ImageGrid;
import io.dmm.pipeline.LabelledMatrix;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.report.RunSummary;
import io.dmm.weights.ModelDescription;
import java.awt.image.BufferedImage;
import java.util.List;
import org.jfree.chart.JFreeChart;

/** All that is shown as more than its text. */
public final class Renderers {
    private static final List<Renderer<?>> ALL =
            List.of(
                    new Renderer<>(GeneratedImage.class, Bundle.PNG, Pictures::of),
                    new Renderer<>(ImageGrid.class, Bundle.PNG, Pictures::of),
                    new Renderer<>(LossChart.class, Bundle.PNG, Pictures::of),
                    new Renderer<>(HeatMap.class, Bundle.PNG, Pictures::of),
                    new Renderer<>(LabelledMatrix.class, Bundle.PNG, Pictures::of),
                    new Renderer<>(FidMatrix.class, Bundle.PNG, Pictures::of),
                    new Renderer<>(BufferedImage.class, Bundle.PNG, Pictures::of),
                    new Renderer<>(JFreeChart.class, Bundle.PNG, Pictures::of),
                    new Renderer<>(Image.class, Bundle.PNG, Pictures::of),
                    new Renderer<>(StableDiffusion.class, Bundle.HTML, Models::of),
                    new Renderer<>(MergedModel.class, Bundle.PNG, Models::of),
                    new Renderer<>(Expert.class, Bundle.HTML, Models::of),
                    new Renderer<>(ModelDescription.class, Bundle.HTML, Models::of),
                    new Renderer<>(RunSummary.class, Bundle.HTML, Summaries::of),
                    new Renderer<>(List.class, Bundle.PNG, Lists::of));

    private Renderers() {}

    /** The renderers for a kernel to register. */
    public static List<Renderer<?>> all() {
        return ALL;
    }

    /** Renders any value; what has no renderer is shown as text. */
    public static Bundle render(Object value) {
        return ALL.stream()
                .filter(renderer -> renderer.type().isInstance(value))
                .findFirst()
                .map(renderer -> renderer.render(value))
                .orElseGet(() -> Bundle.text(String.valueOf(value)));
    }
}
