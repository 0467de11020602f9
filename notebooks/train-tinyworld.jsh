// Trains the tiny world's features, base and eight experts from nothing; about three hours on two cores,
// and an interrupted training goes on at the stage it was in:
//
//   notebooks/run train-tinyworld [folder]      default: out/tinyworld
//
// The features, a classifier, come first; they take about ten minutes and need nothing else. Look at what the other
// models draw. To ship them, name the folder of the resources too, which TinyWorld.open reads; what is
// trained already is only copied:
//
//   notebooks/run train-tinyworld out/tinyworld dmm-core/src/main/resources/io/dmm/tinyworld/models

final List<String> MODELS =
    List.of(
        "base", "business", "ink", "pixel", "scenery", "woodcut", "porcelain", "glass", "chalk", "features");

/** Copies the models' files and lists them in index.txt, one relative path a line. */
void ship(Path trained, Path resources) throws IOException {
    List<String> index = new ArrayList<>();
    for (String model : MODELS) {
        try (Stream<Path> files = Files.walk(trained.resolve(model))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                // a resource's path has slashes, also where the file system has others
                String path = trained.relativize(file).toString().replace('\\', '/');
                Files.createDirectories(resources.resolve(path).getParent());
                Files.copy(file, resources.resolve(path), StandardCopyOption.REPLACE_EXISTING);
                index.add(path);
            }
        }
    }
    Files.writeString(resources.resolve("index.txt"), String.join("\n", index) + "\n");
}

int rc = 70;
rc = Batch.run(() -> {
    var folders = Batch.arguments();
    var trained = Path.of(folders.isEmpty() ? "out/tinyworld" : folders.get(0));
    TinyWorldTraining.run(trained, new ConsoleProgress());
    if (folders.size() > 1) {
        ship(trained, Path.of(folders.get(1)));
    }
});
/exit rc
