package io.dmm.weights;

import static io.dmm.weights.RawFile.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files are recognised by names and shapes alone: these hold no values at all. */
class ModelKindTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CHECKPOINT | model.diffusion_model.input_blocks.0.0.weight [0,4,3,3]",
                "CHECKPOINT | first_stage_model.quant_conv.weight [0,8] cond_stage_model.transformer.x [0]",
                "UNET | conv_in.weight [0,4,3,3] time_embedding.linear_1.weight [0,320]",
                "UNET | input_blocks.0.0.weight [0,4,3,3] time_embed.0.weight [0,320]",
                "MERGED_MODEL | time_embedding.linear_1.weight [0,320] model_embedding.weight [0,1280]",
                "VAE | decoder.conv_in.weight [0,4,3,3] loss.logvar [0]",
                "VAE | first_stage_model.decoder.conv_in.weight [0,4,3,3]",
                "TEXT_ENCODER | text_model.embeddings.token_embedding.weight [0,768]",
                "TEXT_ENCODER | embeddings.token_embedding.weight [0,768]",
            })
    void filesThatCanBeRead_areRecognised(ModelKind kind, String tensors) throws IOException {
        assertEquals(kind, ModelDescription.of(file(tensors)).kind());
        assertTrue(ModelFiles.open(file(tensors)).where().endsWith("m.safetensors"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INPAINTING | model.diffusion_model.input_blocks.0.0.weight [0,9,3,3]",
                "INPAINTING | conv_in.weight [0,9,3,3] time_embedding.linear_1.weight [0,320]",
                "INSTRUCT_PIX2PIX | model.diffusion_model.input_blocks.0.0.weight [0,8,3,3]",
                "SD2 | model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight [0,1024]",
                "SD2 | cond_stage_model.model.ln_final.weight [0] model.diffusion_model.out.2.bias [0]",
                "SDXL | conditioner.embedders.0.transformer.x [0] model.diffusion_model.out.2.bias [0]",
                "SDXL | time_embedding.linear_1.weight [0,320] down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight [0,2048]",
                "SDXL | model.diffusion_model.label_emb.0.0.weight [0,2816]",
                "SD3 | model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight [0]",
                "SD3 | transformer_blocks.0.attn.add_q_proj.weight [0]",
                "FLUX | double_blocks.0.img_attn.qkv.weight [0]",
                "FLUX | single_transformer_blocks.0.attn.to_q.weight [0]",
                "LORA | lora_unet_input_blocks_1_1_proj_in.lora_down.weight [0,4]",
                "LORA | lora_te_text_model_encoder_layers_0_mlp_fc1.hada_w1_a [0,4]",
                "LORA | unet.mid_block.attentions.0.proj_in.lora_A.weight [0,4]",
                "LORA | unet.mid_block.attentions.0.processor.to_q_lora.down.weight [0,4]",
                "LORA | lora_unet_mid_block_attentions_0_proj_in.lokr_w1 [0,4]",
                "CONTROLNET | control_model.input_blocks.0.0.weight [0,4,3,3]",
                "CONTROLNET | conv_in.weight [0,4,3,3] time_embedding.linear_1.weight [0] controlnet_mid_block.bias [0]",
                "EMBEDDING | emb_params [0,768]",
                "UNKNOWN | some.weight [0]",
            })
    void filesOfOtherKinds_areRefusedByTheirName(ModelKind kind, String tensors)
            throws IOException {
        Path file = file(tensors);
        assertEquals(kind, ModelDescription.of(file).kind());
        String message =
                assertThrows(ModelFileException.class, () -> ModelFiles.open(file)).getMessage();
        assertTrue(
                message.startsWith(
                        file
                                + ": is "
                                + kind.noun()
                                + ", expected a checkpoint of the SD 1.5 family; "),
                message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version https://git-lfs.github.com/spec/v1 | is a Git LFS pointer",
                "PK\u0003\u0004 archive/data.pkl | is a PyTorch pickle or zip",
                "<!DOCTYPE html><html> | is a web page",
            })
    void filesThatAreNoSafetensors_areRefused(String content, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("m.safetensors"), content);
        assertTrue(
                assertThrows(ModelFileException.class, () -> ModelFiles.open(file))
                        .getMessage()
                        .startsWith(file + ": " + message));
    }

    @Test
    void partOfAnotherKind_isNoUNet() throws IOException {
        Path vae = file("decoder.conv_in.weight [0,4,3,3]");
        ModelFileException e =
                assertThrows(
                        ModelFileException.class, () -> ModelKind.VAE.requireUNet(vae.toString()));
        assertEquals(
                vae + ": is an autoencoder, expected a UNet of the SD 1.5 family", e.getMessage());
        assertEquals(
                vae + ": has no unet, expected one beside its vae",
                assertThrows(ModelFileException.class, () -> ModelFiles.open(vae).weights("unet"))
                        .getMessage());
    }

    /** Writes empty tensors, given as names and shapes in turn. */
    private Path file(String tensors) throws IOException {
        String[] words = tensors.split(" ");
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < words.length; i += 2) {
            header.append(i == 0 ? "" : ",").append(entry(words[i], "F16", words[i + 1], 0, 0));
        }
        Path file = folder.resolve("m.safetensors");
        return RawFile.write(file, header.append('}').toString(), new byte[0]);
    }
}
