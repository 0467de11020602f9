package io.dmm.data;

import io.dmm.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What lies in a folder and its sub-folders, links followed and hidden names left out.
 *
 * @param pictures in the order of their paths
 * @param metadata files of captions, outer folders first
 */
record FolderScan(List<Path> pictures, List<Path> metadata) {
    private static final Set<String> PICTURES =
            Set.of("png", "jpg", "jpeg", "bmp", "gif", "tif", "tiff");
    private static final Set<String> FOREIGN = Set.of("webp", "avif", "heic", "heif", "jxl");

    /** Adds a sentence to {@code skipped} for each picture of a foreign format and each loss. */
    static FolderScan of(Path folder, List<String> skipped) {
        if (!Files.isDirectory(folder)) {
            throw new ModelFileException(
                    folder
                            + (Files.exists(folder)
                                    ? ": is a file, expected a folder of pictures"
                                    : ": no such folder"));
        }
        Visitor visitor = new Visitor(folder, skipped);
        try {
            Files.walkFileTree(
                    folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
        } catch (IOException e) {
            throw new ModelFileException(folder + ": cannot be read (" + e + ")", e);
        }
        // the order of names, not of the file system
        visitor.pictures.sort(FolderScan::compare);
        visitor.metadata.sort(
                Comparator.comparingInt(Path::getNameCount).thenComparing(FolderScan::compare));
        return new FolderScan(visitor.pictures, visitor.metadata);
    }

    /** Folder by folder; independent of how a system compares paths. */
    private static int compare(Path a, Path b) {
        int common = Math.min(a.getNameCount(), b.getNameCount());
        for (int i = 0; i < common; i++) {
            int order = a.getName(i).toString().compareTo(b.getName(i).toString());
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.getNameCount(), b.getNameCount());
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {
        private final List<Path> pictures = new ArrayList<>();
        private final List<Path> metadata = new ArrayList<>();
        private final Path root;
        private final List<String> skipped;

        private Visitor(Path root, List<String> skipped) {
            this.root = root;
            this.skipped = skipped;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return isHidden(folder) && !folder.equals(root)
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String ending = ending(file);
            if (isHidden(file)) {
                return FileVisitResult.CONTINUE;
            }
            if (file.endsWith(Captions.METADATA)) {
                metadata.add(file);
            } else if (PICTURES.contains(ending)) {
                pictures.add(file);
            } else if (FOREIGN.contains(ending)) {
                skipped.add(
                        file
                                + ": expected PNG, JPEG, BMP, GIF or TIFF but was "
                                + ending
                                + ", which Java does not read; convert it to PNG");
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            if (!isHidden(file)) {
                skipped.add(file + ": cannot be read (" + e + ")");
            }
            return FileVisitResult.CONTINUE;
        }

        private static boolean isHidden(Path path) {
            Path name = path.getFileName();
            return name != null && name.toString().startsWith(".");
        }

        private static String ending(Path file) {
            String name = file.getFileName().toString();
            return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        }
    }
}
