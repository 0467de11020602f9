package io.dmm.data;

import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captioned pictures of a folder, and what in it could not be used.
 *
 * @param images in the order of their paths; each is decoded again when it is asked for, so that
 *     any number takes little memory
 * @param skipped a sentence for each picture, and each line of metadata, that was left out
 */
public record CaptionedImages(List<CaptionedImage> images, List<String> skipped) {
    private static final Logger LOGGER = LoggerFactory.getLogger(CaptionedImages.class);
    private static final int FILES_AT_ONCE = 32;

    public CaptionedImages {
        images = List.copyOf(images);
        skipped = List.copyOf(skipped);
    }

    /**
     * Reads a folder and its sub-folders as kohya's scripts and Hugging Face's {@code imagefolder}
     * lay them out: {@code name.txt} or {@code name.caption} beside {@code name.png}, its first
     * line being the caption, or {@code metadata.jsonl} with a line {@code {"file_name": "a.png",
     * "text": "…"}} for each picture, whose captions go before those of text files.
     *
     * <p>Each picture is decoded once to see that it can be; PNG, JPEG, BMP, GIF and TIFF are, WebP
     * is not. It is turned upright as the EXIF of a JPEG or PNG says, laid over white where it is
     * transparent, cropped to the square in its middle, and scaled with Lanczos' kernel as
     * diffusers' training scripts do. Repeats in names of sub-folders ({@code 10_cat}) mean nothing
     * here, and hidden files are left alone.
     *
     * @param size width and height of the pictures that come out, 512 for SD 1.5
     * @throws ModelFileException if there is no such folder, or no picture with a caption in it
     * @throws CancellationException if the thread is interrupted
     */
    public static CaptionedImages folder(Path folder, int size) {
        if (size < 1) {
            throw new IllegalArgumentException(
                    "captioned pictures: size, expected 1 or more but was " + size);
        }
        List<String> skipped = new ArrayList<>();
        FolderScan scan = FolderScan.of(folder, skipped);
        Captions captions = Captions.of(folder, scan, skipped);
        List<CaptionedImage> images = new ArrayList<>();
        List<Path> files = scan.pictures();
        for (int from = 0; from < files.size(); from += FILES_AT_ONCE) {
            requireUninterrupted(folder, from);
            files.subList(from, Math.min(files.size(), from + FILES_AT_ONCE)).parallelStream()
                    .map(file -> read(file, size, captions))
                    .toList()
                    .forEach(result -> result.addTo(images, skipped));
        }
        requireUninterrupted(folder, files.size()); // of the last, some may be taken for broken
        report(folder, images, skipped);
        return new CaptionedImages(images, skipped);
    }

    private static void requireUninterrupted(Path folder, int pictures) {
        if (Thread.interrupted()) {
            throw new CancellationException(folder + ", after " + pictures + " pictures");
        }
    }

    /** A picture, or the sentence that says why it is none. */
    private record Result(CaptionedImage image, String refusal) {
        private void addTo(List<CaptionedImage> images, List<String> skipped) {
            if (image == null) {
                skipped.add(refusal);
            } else {
                images.add(image);
            }
        }
    }

    private static Result read(Path file, int size, Captions captions) {
        try {
            String caption = captions.of(file);
            return new Result(new CaptionedImage(PictureFile.check(file, size), caption), null);
        } catch (IOException | InvalidPathException e) {
            return new Result(null, file + ": " + e.getMessage());
        }
    }

    private static void report(Path folder, List<CaptionedImage> images, List<String> skipped) {
        if (images.isEmpty()) {
            throw new ModelFileException(
                    folder
                            + ": expected pictures with captions (name.txt beside name.png, or"
                            + " metadata.jsonl) but found none"
                            + (skipped.isEmpty()
                                    ? ""
                                    : "; "
                                            + skipped.size()
                                            + " left out, first "
                                            + skipped.get(0)));
        }
        if (!skipped.isEmpty()) {
            LOGGER.warn(
                    "{}: {} pictures, {} left out, see skipped(); first {}",
                    folder,
                    images.size(),
                    skipped.size(),
                    skipped.get(0));
        }
    }
}
