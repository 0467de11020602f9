package io.dmm.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.report.Report.Picture;
import io.dmm.report.RunSummary.ExpertFigures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ReportTest {
    private static final String ATTACK = "\"'><img src=x onerror=alert(1)>&amp;";

    @TempDir Path folder;

    @Test
    void page_showsFiguresAndPictures() throws IOException {
        String page = write("Merged", "Four experts.", "ink", "800", "styles.png");
        assertTrue(page.contains("<h1>Merged</h1>"));
        assertTrue(page.contains("<dd>3 min 21 s</dd>"));
        assertTrue(page.contains("<dd>1,512 MB</dd>"));
        assertTrue(page.contains("<dd>213.7 samples/s</dd>"));
        assertTrue(page.contains("<tr><th>ink</th><td>98.3 %</td><td>95.4 %</td></tr>"));
        assertTrue(page.contains("<img src=\"styles.png\" alt=\"Styles\">"));
        assertTrue(page.contains("prefers-color-scheme: dark"));
        assertFalse(page.contains("%s"));
        assertFalse(page.contains("http"), "the page fetches nothing");
    }

    @Test
    void texts_standAsTextWhateverTheyHold() throws Exception {
        String page = write(ATTACK, ATTACK, ATTACK, ATTACK, "a b&c.png");
        assertFalse(page.contains("<img src=x"));
        assertTrue(page.contains("<h1>&quot;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;"));
        Document parsed = parse(page);
        assertEquals(1, parsed.getElementsByTagName("img").getLength());
        assertEquals(ATTACK, parsed.getElementsByTagName("h1").item(0).getTextContent());
        assertEquals(
                "a%20b%26c.png",
                parsed.getElementsByTagName("img")
                        .item(0)
                        .getAttributes()
                        .getNamedItem("src")
                        .getNodeValue());
    }

    @Test
    void summary_isJsonOfTheFigures() throws IOException {
        write("t", "i", "ink", "800", "styles.png");
        JsonNode json = new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertEquals(201.4, json.get("seconds").doubleValue());
        assertEquals(1512.3, json.get("peakMegabytes").doubleValue());
        assertEquals("resident", json.get("peakMemorySource").textValue());
        assertEquals(213.7, json.get("samplesPerSecond").doubleValue());
        JsonNode expert = json.get("experts").get(0);
        assertEquals("ink", expert.get("name").textValue());
        assertEquals(0.9831, expert.get("closedGap").doubleValue());
        assertEquals(0.954, expert.get("ownClosedGap").doubleValue());
        assertEquals("800", json.get("settings").get("steps").textValue());
    }

    @Test
    void settings_keepTheirOrder() {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String name : List.of("z", "a", "m", "b", "y", "c")) {
            settings.put(name, "1");
        }
        RunSummary summary = new RunSummary(1, new PeakMemory(1, ""), 1, List.of(), settings);
        assertEquals(
                List.of("z", "a", "m", "b", "y", "c"), List.copyOf(summary.settings().keySet()));
    }

    @Test
    void missingPicture_isNamedAndNothingWritten() throws IOException {
        Report report =
                new Report("t", "i", summary("ink", "1"), List.of(new Picture("no.png", "h", "c")));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> report.save(folder));
        assertEquals(
                "Report: "
                        + folder.resolve("no.png")
                        + ": expected a picture but there is no such file",
                e.getMessage());
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    private String write(
            String title, String introduction, String expert, String steps, String picture)
            throws IOException {
        Files.createFile(folder.resolve(picture));
        new Report(
                        title,
                        introduction,
                        summary(expert, steps),
                        List.of(new Picture(picture, "Styles", introduction)))
                .save(folder);
        return Files.readString(folder.resolve("report.html"));
    }

    private static RunSummary summary(String expert, String steps) {
        return new RunSummary(
                201.4,
                new PeakMemory(1512.3, "resident"),
                213.7,
                List.of(new ExpertFigures(expert, 0.9831, 0.954)),
                Map.of("steps", steps));
    }

    /** Our page happens to be XML but for elements that need no end. */
    private static Document parse(String page) throws Exception {
        String xml =
                page.replace("<!DOCTYPE html>", "")
                        .replaceAll("(<meta [^>]*)>", "$1/>")
                        .replaceAll("(<img [^>]*)>", "$1/>");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.strip().getBytes(StandardCharsets.UTF_8)));
    }
}
