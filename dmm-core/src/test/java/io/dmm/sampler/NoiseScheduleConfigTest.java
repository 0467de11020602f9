package io.dmm.sampler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.weights.ConfigNode;
import io.dmm.weights.ModelFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NoiseScheduleConfigTest {
    @Test
    void theFileOfSd15_isRead() throws Exception {
        String file =
                """
                {
                  "_class_name": "PNDMScheduler",
                  "beta_end": 0.012,
                  "beta_schedule": "scaled_linear",
                  "beta_start": 0.00085,
                  "num_train_timesteps": 1000,
                  "set_alpha_to_one": false,
                  "skip_prk_steps": true,
                  "steps_offset": 1,
                  "trained_betas": null,
                  "clip_sample": false
                }
                """;
        assertEquals(NoiseScheduleConfig.sd15(), read(file));
    }

    @Test
    void absentKeys_areOpenOrHaveTheDefaultsOfDdimScheduler() throws Exception {
        Betas betas = new Betas(Betas.Curve.LINEAR, 0.0001, 0.02);
        assertEquals(
                new NoiseScheduleConfig(1000, betas, PredictionType.EPSILON, null, 1, null),
                read("{}"));
        assertEquals(read("{}"), read(read("{}").toJson().toString()));
        assertFalse(read("{}").toJson().has("set_alpha_to_one"));
    }

    @ParameterizedTest
    @EnumSource
    void writing_thenReadingGivesTheSame(TimestepSpacing spacing) throws Exception {
        Betas betas = new Betas(Betas.Curve.LINEAR, 0.0002, 0.03);
        NoiseScheduleConfig config =
                new NoiseScheduleConfig(500, betas, PredictionType.V_PREDICTION, spacing, 1, false);
        assertEquals(config, read(config.toJson().toString()));
        NoiseScheduleConfig sd15 = NoiseScheduleConfig.sd15();
        assertEquals(sd15, read(sd15.toJson().toString()));
    }

    /** As diffusers' StableDiffusionPipeline does with both. */
    @Test
    void fileOfOldDiffusers_isMendedWithAWarning() throws Exception {
        List<String> warnings = new ArrayList<>();
        Logger logger = Logger.getLogger(NoiseScheduleConfig.class.getName());
        logger.setFilter(line -> !warnings.add(line.getMessage()));
        try {
            assertEquals(read("{}"), read("{\"clip_sample\": false, \"steps_offset\": 1}"));
            assertEquals(List.of(), warnings);
            assertEquals(read("{}"), read("{\"clip_sample\": true, \"steps_offset\": 0}"));
        } finally {
            logger.setFilter(null);
        }
        assertEquals(
                List.of(
                        "scheduler_config.json: clip_sample is taken as false, as diffusers' pipeline does",
                        "scheduler_config.json: steps_offset is taken as 1 instead of 0, as diffusers' pipeline does"),
                warnings);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'beta_schedule':'squaredcos_cap_v2'} | linear or scaled_linear but was 'squaredcos_cap_v2'",
                "{'beta_schedule':3} | linear or scaled_linear but was 3",
                "{'prediction_type':'sample'} | epsilon or v_prediction but was 'sample'",
                "{'timestep_spacing':'karras'} | leading or linspace or trailing but was 'karras'",
                "{'clip_sample':1} | 'clip_sample', expected true or false but was 1",
                "{'thresholding':true} | 'thresholding', expected false but was true",
                "{'rescale_betas_zero_snr':true} | 'rescale_betas_zero_snr', expected false",
                "{'trained_betas':[0.1]} | 'trained_betas', expected none but was [0.1]",
                "{'num_train_timesteps':1} | num_train_timesteps, expected at least 2 but was 1",
                "{'num_train_timesteps':10.5} | 'num_train_timesteps', expected an integer of 1 to 1000000 but was 10.5",
                "{'steps_offset':'a'} | 'steps_offset', expected an integer but was 'a'",
                "{'beta_start':'a'} | 'beta_start', expected a number but was 'a'",
                "{'beta_start':0.5} | beta_start <= beta_end < 1 but was 0.5 and 0.02",
                "{'steps_offset':null,'beta_end':'b'} | 'beta_end', expected a number but was 'b'",
                "{'set_alpha_to_one':1} | 'set_alpha_to_one', expected true or false but was 1"
            })
    void whatTheLibraryDoesNotDo_isRefusedInOneSentence(String json, String sentence) {
        String message =
                assertThrows(ModelFileException.class, () -> read(json.replace('\'', '"')))
                        .getMessage();
        assertTrue(message.startsWith("scheduler_config.json: "), message);
        assertTrue(message.replace('"', '\'').contains(sentence), message);
    }

    private static NoiseScheduleConfig read(String json) throws JsonProcessingException {
        return NoiseScheduleConfig.read(
                new ConfigNode(new ObjectMapper().readTree(json), "scheduler_config.json"));
    }
}
