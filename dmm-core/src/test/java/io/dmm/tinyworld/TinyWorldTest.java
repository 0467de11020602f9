package io.dmm.tinyworld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.Expert;
import io.dmm.data.CaptionedImage;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.ClosedGap;
import io.dmm.distill.Student;
import io.dmm.distill.Synthesis;
import io.dmm.distill.Teacher;
import io.dmm.distill.TrainingListener;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.weights.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TinyWorldTest {
    private static final long LARGEST_NETWORK = 4_000_000;

    @Test
    void heldOutCaptions_are512AndInNoTrainingSet() {
        Set<String> heldOut =
                TinyWorld.heldOut().stream()
                        .map(CaptionedImage::caption)
                        .collect(Collectors.toSet());
        assertEquals(512, heldOut.size());
        Set<String> trained = new HashSet<>();
        WorldPictures.trainingScenes().forEach(scene -> trained.addAll(scene.captions()));
        assertTrue(trained.stream().noneMatch(heldOut::contains));
        assertTrue(
                TinyWorld.pictures(2000).stream()
                        .allMatch(picture -> trained.contains(picture.caption())));
    }

    @Test
    void morePictures_beginWithTheFewer() {
        List<String> few = TinyWorld.pictures(5).stream().map(CaptionedImage::caption).toList();
        List<String> more = TinyWorld.pictures(9).stream().map(CaptionedImage::caption).toList();
        assertEquals(few, more.subList(0, 5));
    }

    @Test
    void models_areUnpackedOnce() {
        assertEquals(
                TinyWorld.open().experts().get(0).path(), TinyWorld.open().experts().get(0).path());
    }

    @Test
    void everyNetwork_hasAtMostFourMegabytes() throws IOException {
        Path folder = TinyWorld.open().experts().get(0).path().getParent();
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> networks =
                    files.filter(file -> file.toString().endsWith(".safetensors")).toList();
            assertEquals(4 + Style.experts().size(), networks.size());
            for (Path network : networks) {
                assertTrue(Files.size(network) <= LARGEST_NETWORK, network::toString);
            }
        }
    }

    /** On pictures that the expert itself draws, as its users would see them. */
    @Test
    void everyExpert_differsFromTheBase() {
        TinyWorld world = TinyWorld.open();
        try (StableDiffusion base = world.base();
                NDManager manager = base.manager().newSubManager()) {
            List<String> captions =
                    TinyWorld.heldOut().stream().map(CaptionedImage::caption).limit(16).toList();
            TextStates states =
                    new TextStates(
                            manager,
                            (memory, prompts) -> base.encode(memory, prompts, 1),
                            captions);
            UNet student = Student.of(manager, base.unet(), 1, 0);
            ClosedGap gap = new ClosedGap(base, student, states, 1);
            for (Expert expert : world.allExperts()) {
                try (StableDiffusion model = expert.pipeline(base)) {
                    Teacher teacher = new Teacher(expert.name(), model.unet(), states);
                    LatentSet own =
                            new Synthesis(base, new Synthesis.Settings(8, 3), 1)
                                    .draw(manager, teacher, captions, TrainingListener.NONE);
                    ClosedGap.Sums sums =
                            gap.measure(manager, teacher, 0, own, TrainingListener.NONE);
                    assertTrue(
                            sums.expertDifference() > 0.1,
                            expert.name() + " " + sums.expertDifference());
                    assertEquals(0, sums.closedGap(), 1e-6);
                }
            }
        }
    }

    @Test
    void expertsHaveTheStylesNames() {
        TinyWorld world = TinyWorld.open();
        List<Expert> experts = world.experts();
        List<String> first = List.of("business", "ink", "pixel", "scenery");
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of("woodcut", "porcelain", "glass", "chalk"));
        assertEquals(first, experts.stream().map(Expert::name).toList());
        assertEquals(all, world.allExperts().stream().map(Expert::name).toList());
        assertEquals("stained glass", TinyWorld.styleWords(world.allExperts().get(6)));
        assertEquals("pixel art", TinyWorld.styleWords(experts.get(2)));
        assertFalse(ModelFolder.open(experts.get(0).path()).has("text_encoder"));
    }

    @Test
    void loadedTwice_theBaseIsTheSame() {
        TinyWorld world = TinyWorld.open();
        try (StableDiffusion one = world.base();
                StableDiffusion two = world.base()) {
            Map<String, NDArray> others = two.unet().copy(two.manager()).parameters();
            one.unet()
                    .copy(one.manager())
                    .parameters()
                    .forEach((name, array) -> assertEquals(array, others.get(name), name));
        }
    }
}
