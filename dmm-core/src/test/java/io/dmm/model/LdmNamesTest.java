package io.dmm.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.Reference;
import io.dmm.model.clip.ClipNames;
import io.dmm.model.clip.ClipTextConfig;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.unet.UNetNames;
import io.dmm.model.vae.VaeConfig;
import io.dmm.model.vae.VaeNames;
import io.dmm.weights.NameTable;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds the name tables at SD 1.5's sizes against diffusers' conversion of single files. */
class LdmNamesTest {
    @Test
    void unet_isNamedAsDiffusersConvertsIt() {
        assertNames("unet", 686, UNetNames.ldm(UNetConfig.sd15()));
    }

    @Test
    void vae_isNamedAsDiffusersConvertsIt() {
        assertNames("vae", 248, VaeNames.ldm(VaeConfig.sd15()));
    }

    @Test
    void textEncoder_isNamedAsDiffusersConvertsIt() {
        assertNames("text_encoder", 196, ClipNames.ldm(ClipTextConfig.sd15()));
    }

    private static void assertNames(String part, int count, NameTable table) {
        Map<String, String> expected = new TreeMap<>();
        Iterator<JsonNode> others = Reference.json("sd15/" + part + "_ldm.json").iterator();
        Reference.json("sd15/" + part + ".json")
                .fieldNames()
                .forEachRemaining(name -> expected.put(name, others.next().textValue()));
        assertEquals(count, expected.size());
        assertEquals(expected, new TreeMap<>(table.names()));
        assertEquals(count, table.names().size());
    }

    @Test
    void modules_areTheLayersWithAWeight() {
        Map<String, String> modules = UNetNames.ldm(UNetConfig.sd15()).modules();
        assertEquals(
                "input_blocks.1.1.transformer_blocks.0.attn1.to_q",
                modules.get("down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"));
        assertEquals("output_blocks.2.1.conv", modules.get("up_blocks.0.upsamplers.0.conv"));
        assertEquals("output_blocks.5.2.conv", modules.get("up_blocks.1.upsamplers.0.conv"));
        assertEquals("output_blocks.8.2.conv", modules.get("up_blocks.2.upsamplers.0.conv"));
        assertNull(modules.get("up_blocks.3.upsamplers.0.conv"));
        assertEquals(modules.size(), new HashSet<>(modules.values()).size());
    }

    @Test
    void oldDiffusersAttention_isNamedByItsRoles() {
        Map<String, String> names = VaeNames.oldDiffusers(VaeConfig.sd15()).names();
        String attention = "decoder.mid_block.attentions.0.";
        assertEquals(attention + "query.weight", names.get(attention + "to_q.weight"));
        assertEquals(attention + "key.bias", names.get(attention + "to_k.bias"));
        assertEquals(attention + "value.weight", names.get(attention + "to_v.weight"));
        assertEquals(attention + "proj_attn.bias", names.get(attention + "to_out.0.bias"));
        assertEquals(attention + "group_norm.bias", names.get(attention + "group_norm.bias"));
        assertEquals("quant_conv.weight", names.get("quant_conv.weight"));
        assertEquals(248, names.size());
    }

    @Test
    void levelOfTheTextModel_mayBeAbsent() {
        Map<String, String> names = ClipNames.withoutLevel(ClipTextConfig.sd15()).names();
        names.forEach((name, other) -> assertEquals(name, "text_model." + other));
        assertEquals(196, names.size());
    }

    @Test
    void secondRowOfAName_isRefused() {
        NameTable.Builder names = NameTable.builder().layer("a", "b");
        assertThrows(IllegalStateException.class, () -> names.layer("a", "c"));
        assertThrows(IllegalStateException.class, () -> names.layer("d", "b"));
    }
}
