package io.dmm.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.Reference;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.unet.UNetNames;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The spellings of SD 1.5's layers. */
class LoraTargetsTest {
    private static final Map<String, Shape> UNET = shapes("unet");
    private static final Map<String, Shape> TEXT_ENCODER = shapes("text_encoder");
    private static LoraTargets targets;

    @BeforeAll
    static void build() {
        targets = LoraTargets.of(UNET, UNetNames.ldm(UNetConfig.sd15()).modules(), TEXT_ENCODER);
    }

    private static Map<String, Shape> shapes(String part) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry :
                Reference.json("sd15/" + part + ".json").properties()) {
            String[] sides = entry.getValue().asText().split("x");
            shapes.put(
                    entry.getKey(),
                    new Shape(Arrays.stream(sides).mapToLong(Long::parseLong).toArray()));
        }
        return shapes;
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_down_blocks_0_attentions_1_transformer_blocks_0_attn1_to_q,"
                + " unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_q",
        "lora_unet_input_blocks_2_1_transformer_blocks_0_attn1_to_q,"
                + " unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_q",
        "unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_q,"
                + " unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_q",
        "up_blocks.3.attentions.2.transformer_blocks.0.attn2.processor.to_out_lora,"
                + " unet.up_blocks.3.attentions.2.transformer_blocks.0.attn2.to_out.0",
        "lora_unet_output_blocks_8_2_conv, unet.up_blocks.2.upsamplers.0.conv",
        "lora_unet_middle_block_1_proj_in, unet.mid_block.attentions.0.proj_in",
        "lora_unet_mid_block_attentions_0_transformer_blocks_0_ff_net_0_proj,"
                + " unet.mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj",
        "lora_te_text_model_encoder_layers_11_mlp_fc2,"
                + " text_encoder.text_model.encoder.layers.11.mlp.fc2",
        "lora_unet_down_blocks_0_attentions_1_transformer_blocks_0_attn1_to_q_lora,"
                + " unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_q",
        "lora_te1_text_model_encoder_layers_11_mlp_fc2,"
                + " text_encoder.text_model.encoder.layers.11.mlp.fc2",
        "lora_te1_encoder_layers_11_mlp_fc2, text_encoder.text_model.encoder.layers.11.mlp.fc2",
        "text_encoder.encoder.layers.3.self_attn.q_proj,"
                + " text_encoder.text_model.encoder.layers.3.self_attn.q_proj",
        "text_encoder.text_model.encoder.layers.3.self_attn.to_out_lora,"
                + " text_encoder.text_model.encoder.layers.3.self_attn.out_proj"
    })
    void everySpelling_findsItsLayer(String spelling, String name) {
        assertEquals(name, targets.find(spelling).name());
    }

    /** Building the table fails where two layers have one name; so all names differ. */
    @Test
    void everyLayer_isFoundByBothNamesOfKohya() {
        Map<String, String> ldm = UNetNames.ldm(UNetConfig.sd15()).modules();
        int layers = 0;
        for (Map.Entry<String, Shape> tensor : UNET.entrySet()) {
            String path = tensor.getKey().replaceFirst("\\.weight$", "");
            if (tensor.getKey().endsWith(".weight") && tensor.getValue().dimension() > 1) {
                layers++;
                for (String name : new String[] {path, ldm.get(path)}) {
                    LoraTargets.Target target = targets.find("lora_unet_" + name.replace('.', '_'));
                    assertNotNull(target, name);
                    assertEquals("unet." + path, target.name());
                    assertEquals(tensor.getValue(), target.shape());
                }
            }
        }
        // 16 attentions of 12, 22 ResNets of 3, 14 shortcuts, 6 samplers, 4 at the ends
        assertEquals(282, layers);
    }

    @Test
    void normsAndEmbeddings_areNoTargets() {
        assertNull(targets.find("lora_unet_conv_norm_out"));
        assertNull(targets.find("lora_te_text_model_embeddings_token_embedding"));
        assertNull(targets.find("unet_conv_in"));
    }

    @Test
    void contextWidth_isThatOfTheTextStates() {
        assertEquals(768, targets.contextWidth());
    }
}
