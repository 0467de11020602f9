package io.dmm.model.inception;

import static io.dmm.model.inception.Plan.branch;
import static io.dmm.model.inception.Plan.conv;
import static io.dmm.model.inception.Plan.fork;
import static io.dmm.model.inception.Plan.mixed;
import static io.dmm.model.inception.Plan.unpadded;
import static java.util.Map.entry;

import java.util.List;
import java.util.Map;

/** The table of the network, with torchvision's names of layers and letters of blocks. */
final class InceptionBlocks {
    /** All layers in their order, but the mean over all pixels at the end. */
    static final List<Map.Entry<String, Plan>> LAYERS =
            List.of(
                    entry("Conv2d_1a_3x3", unpadded(32, 2)),
                    entry("Conv2d_2a_3x3", unpadded(32, 1)),
                    entry("Conv2d_2b_3x3", conv(64, 3)),
                    entry("maxpool1", Pool.MAX_DOWNSAMPLE),
                    entry("Conv2d_3b_1x1", conv(80, 1)),
                    entry("Conv2d_4a_3x3", unpadded(192, 1)),
                    entry("maxpool2", Pool.MAX_DOWNSAMPLE),
                    entry("Mixed_5b", a(32)),
                    entry("Mixed_5c", a(64)),
                    entry("Mixed_5d", a(64)),
                    entry("Mixed_6a", b()),
                    entry("Mixed_6b", c(128)),
                    entry("Mixed_6c", c(160)),
                    entry("Mixed_6d", c(160)),
                    entry("Mixed_6e", c(192)),
                    entry("Mixed_7a", d()),
                    entry("Mixed_7b", e(Pool.AVERAGE)),
                    // not as the paper has it, but as the network that FID began with
                    entry("Mixed_7c", e(Pool.MAX)));

    private InceptionBlocks() {}

    private static Plan a(int poolFeatures) {
        return mixed(
                branch("branch1x1", conv(64, 1)),
                branch("branch5x5", conv(48, 1), conv(64, 5)),
                branch("branch3x3dbl", conv(64, 1), conv(96, 3), conv(96, 3)),
                branch("branch_pool", Pool.AVERAGE.then(conv(poolFeatures, 1))));
    }

    private static Plan b() {
        return mixed(
                branch("branch3x3", unpadded(384, 2)),
                branch("branch3x3dbl", conv(64, 1), conv(96, 3), unpadded(96, 2)),
                Pool.MAX_DOWNSAMPLE);
    }

    private static Plan c(int channels) {
        Plan wide = conv(channels, 1, 7);
        Plan high = conv(channels, 7, 1);
        return mixed(
                branch("branch1x1", conv(192, 1)),
                branch("branch7x7", conv(channels, 1), wide, conv(192, 7, 1)),
                branch("branch7x7dbl", conv(channels, 1), high, wide, high, conv(192, 1, 7)),
                branch("branch_pool", Pool.AVERAGE.then(conv(192, 1))));
    }

    private static Plan d() {
        return mixed(
                branch("branch3x3", conv(192, 1), unpadded(320, 2)),
                branch(
                        "branch7x7x3",
                        conv(192, 1),
                        conv(192, 1, 7),
                        conv(192, 7, 1),
                        unpadded(192, 2)),
                Pool.MAX_DOWNSAMPLE);
    }

    private static Plan e(Pool pool) {
        Plan fork = fork(conv(384, 1, 3), conv(384, 3, 1));
        return mixed(
                branch("branch1x1", conv(320, 1)),
                branch("branch3x3", conv(384, 1), fork),
                branch("branch3x3dbl", conv(448, 1), conv(384, 3), fork),
                branch("branch_pool", pool.then(conv(192, 1))));
    }
}
