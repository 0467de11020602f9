package io.dmm.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmm.weights.ModelFileException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptionedImagesTest {
    @TempDir Path folder;

    @Test
    void textFiles_giveTheirFirstLine() throws IOException {
        picture("b.png", 0x00FF00);
        text("b.txt", "\uFEFF  a green field \nnot this");
        picture("10_cats/a.PNG", 0xFF0000);
        text("10_cats/a.caption", "a red cat");
        CaptionedImages read = CaptionedImages.folder(folder, 8);
        assertEquals(List.of("a red cat", "a green field"), captions(read));
        assertEquals(List.of(), read.skipped());
        CaptionedImage green = read.images().get(1);
        assertEquals(8, green.picture().width());
        assertEquals(8, green.image().getHeight());
        assertEquals(0xFF00FF00, green.image().getRGB(4, 4));
    }

    @Test
    void metadata_goesBeforeTextFilesAndInnerBeforeOuter() throws IOException {
        picture("a.png", 1);
        text("a.txt", "of the text file");
        picture("in/b.png", 2);
        picture("in/c.png", 3);
        text(
                "metadata.jsonl",
                row("a.png", "of the metadata") + row("in/b.png", "outer") + row("in/c.png", "c"));
        text("in/metadata.jsonl", row("b.png", " inner ") + "\n");
        CaptionedImages read = CaptionedImages.folder(folder, 8);
        assertEquals(List.of("of the metadata", "inner", "c"), captions(read));
        assertEquals(List.of(), read.skipped());
    }

    @Test
    void whatCannotBeUsed_isListedAndTheRestRead() throws IOException {
        picture("good.png", 1);
        text("good.txt", "good");
        picture("silent.png", 1);
        picture("blank.png", 1);
        text("blank.txt", " \nsecond line");
        text("broken.png", "no picture");
        text("broken.txt", "broken");
        text("modern.webp", "RIFF");
        text("notes.md", "not a picture, nobody expects it to be one");
        text(".hidden.png", "nor this");
        text(".cache/a.png", "nor this");
        CaptionedImages read = CaptionedImages.folder(folder, 8);
        assertEquals(List.of("good"), captions(read));
        assertEquals(
                List.of(
                        folder
                                + "/modern.webp: expected PNG, JPEG, BMP, GIF or TIFF but was webp,"
                                + " which Java does not read; convert it to PNG",
                        folder
                                + "/blank.png: has no caption, expected one in the first line of"
                                + " blank.txt",
                        folder
                                + "/broken.png: expected a PNG, JPEG, BMP, GIF or TIFF picture but"
                                + " was something else; convert it, or download it again",
                        folder
                                + "/silent.png: has no caption, expected silent.txt beside it or a"
                                + " line in metadata.jsonl"),
                read.skipped());
    }

    @Test
    void linesOfMetadataThatAreOfNoUse_areListed() throws IOException {
        picture("photos/a.png", 1);
        picture("secret.png", 1);
        text(
                "photos/metadata.jsonl",
                row("a.png", "a")
                        + row("a.png", "again")
                        + row("../secret.png", "out")
                        + row(folder.resolve("secret.png").toString(), "out")
                        + row("missing.png", "gone")
                        + "{\"file_name\": \"a.png\"}\n"
                        + "not JSON\n"
                        + row("\\u0000", "zero"));
        CaptionedImages read = CaptionedImages.folder(folder.resolve("photos"), 8);
        assertEquals(List.of("a"), captions(read));
        String line = folder + "/photos/metadata.jsonl: line ";
        assertEquals(
                List.of(
                        line + "2, a.png has a line before this one, whose caption it keeps",
                        line
                                + "3, expected a file_name inside the folder but was"
                                + " '../secret.png'",
                        line
                                + "4, expected a file_name inside the folder but was '"
                                + folder
                                + "/secret.png'",
                        line + "5, no such file missing.png",
                        line
                                + "6, expected {\"file_name\": \"a.png\", \"text\": \"…\"} but was"
                                + " '{\"file_name\": \"a.png\"}'",
                        line + "7, expected a JSON object but was 'not JSON'",
                        line + "8, expected a file_name inside the folder but was '\0'"),
                read.skipped());
    }

    @Test
    void relativeFolder_isReadToo() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        picture("a.png", 1);
        text("metadata.jsonl", row("a.png", "a"));
        CaptionedImages read = CaptionedImages.folder(here.relativize(folder.toRealPath()), 8);
        assertEquals(List.of("a"), captions(read));
    }

    @Test
    void picturesHash_isThatOfFileAndSize() throws IOException {
        picture("a.png", 1);
        picture("b.png", 2);
        text("a.txt", "a");
        text("b.txt", "b");
        List<CaptionedImage> images = CaptionedImages.folder(folder, 8).images();
        String hash = images.get(0).picture().sha256();
        assertEquals(hash, CaptionedImages.folder(folder, 8).images().get(0).picture().sha256());
        assertNotEquals(hash, images.get(1).picture().sha256());
        assertNotEquals(hash, CaptionedImages.folder(folder, 9).images().get(0).picture().sha256());
    }

    @Test
    void pictureThatVanishes_isNamedWhenItIsAskedFor() throws IOException {
        picture("a.png", 1);
        text("a.txt", "a");
        CaptionedImage image = CaptionedImages.folder(folder, 8).images().get(0);
        Files.delete(folder.resolve("a.png"));
        ModelFileException e = assertThrows(ModelFileException.class, image::image);
        assertTrue(e.getMessage().startsWith(folder + "/a.png: could be read before but now: "));
    }

    @Test
    void folderWithoutPictures_isRefused() throws IOException {
        assertRefused(
                folder
                        + ": expected pictures with captions (name.txt beside name.png, or"
                        + " metadata.jsonl) but found none",
                folder);
        text("a.webp", "RIFF");
        assertRefused(
                folder
                        + ": expected pictures with captions (name.txt beside name.png, or"
                        + " metadata.jsonl) but found none; 1 left out, first "
                        + folder
                        + "/a.webp: expected PNG, JPEG, BMP, GIF or TIFF but was webp, which Java"
                        + " does not read; convert it to PNG",
                folder);
        Path missing = folder.resolve("missing");
        assertRefused(missing + ": no such folder", missing);
        Path file = folder.resolve("a.webp");
        assertRefused(file + ": is a file, expected a folder of pictures", file);
        assertEquals(
                "captioned pictures: size, expected 1 or more but was 0",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> CaptionedImages.folder(folder, 0))
                        .getMessage());
    }

    @Test
    void interruptedThread_stops() throws IOException {
        picture("a.png", 1);
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, () -> CaptionedImages.folder(folder, 8));
    }

    /** The file that is being read then looks broken. */
    @Test
    void interruptInTheLastBatch_stops() throws IOException {
        for (String name : List.of("a", "b")) {
            BufferedImage large = new BufferedImage(4000, 4000, BufferedImage.TYPE_INT_RGB);
            ImageIO.write(large, "png", folder.resolve(name + ".png").toFile());
            text(name + ".txt", name);
        }
        Thread caller = Thread.currentThread();
        Thread interrupter =
                new Thread(
                        () -> {
                            while (Stream.of(caller.getStackTrace())
                                    .noneMatch(f -> f.getMethodName().equals("checkDecodes"))) {
                                Thread.onSpinWait();
                            }
                            caller.interrupt();
                        });
        interrupter.setDaemon(true);
        interrupter.start();
        assertThrows(CancellationException.class, () -> CaptionedImages.folder(folder, 8));
    }

    private static void assertRefused(String sentence, Path path) {
        assertEquals(
                sentence,
                assertThrows(ModelFileException.class, () -> CaptionedImages.folder(path, 8))
                        .getMessage());
    }

    private static List<String> captions(CaptionedImages read) {
        return read.images().stream().map(CaptionedImage::caption).toList();
    }

    private static String row(String name, String text) {
        return "{\"file_name\": \"" + name + "\", \"text\": \"" + text + "\"}\n";
    }

    private void picture(String name, int rgb) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 120; i++) {
            image.setRGB(i % 12, i / 12, rgb);
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private void text(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
