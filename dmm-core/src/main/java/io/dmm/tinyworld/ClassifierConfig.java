package io.dmm.tinyworld;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.weights.ConfigNode;
import java.util.List;

/**
 * Sizes of a {@link PictureClassifier}.
 *
 * @param blockOutChannels channels per level, each of which halves height and width
 * @param features D
 */
record ClassifierConfig(List<Integer> blockOutChannels, int normNumGroups, int features) {
    private static final ObjectMapper JSON = new ObjectMapper();

    ClassifierConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        for (int channels : blockOutChannels) {
            if (channels % normNumGroups != 0) {
                throw new IllegalArgumentException(
                        "classifier: block_out_channels, expected multiples of norm_num_groups "
                                + normNumGroups
                                + " but was "
                                + blockOutChannels);
            }
        }
    }

    static ClassifierConfig read(ConfigNode config) {
        config.require("_class_name", "PictureClassifier");
        return config.build(
                () ->
                        new ClassifierConfig(
                                config.positives("block_out_channels"),
                                config.positive("norm_num_groups", 8),
                                config.positive("features", 64)));
    }

    ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("_class_name", "PictureClassifier");
        json.set("block_out_channels", JSON.valueToTree(blockOutChannels));
        json.put("features", features);
        json.put("norm_num_groups", normNumGroups);
        return json;
    }
}
