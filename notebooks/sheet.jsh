// Draws a file of prompts in every style of a model:
//
//   notebooks/run sheet MODEL PROMPTS FOLDER [--images=3] [--steps=25] [--guidance=7] [--seed=0]
//
// MODEL    a merged model's folder; a plain model, folder or single file, is drawn without styles
// PROMPTS  a text file with a prompt on each line
// FOLDER   gets a sheet for each style, ink.png, with a row for each prompt, and the pictures alone in ink/, each
//          with prompt and settings in its PNG text

final String USAGE =
    "usage: notebooks/run sheet MODEL PROMPTS FOLDER [--images=3] [--steps=25] [--guidance=7] [--seed=0]";

final List<String> WORDS = Batch.arguments().stream().filter(word -> !word.startsWith("--")).toList();
final Map<String, String> OPTIONS = new TreeMap<>(Map.of("images", "3", "steps", "25", "guidance", "7", "seed", "0"));

void readOptions() {
    for (String word : Batch.arguments()) {
        String[] option = word.substring(Math.min(2, word.length())).split("=", 2);
        if (word.startsWith("--") && (option.length < 2 || OPTIONS.replace(option[0], option[1]) == null)) {
            throw new IllegalArgumentException("'" + word + "': expected another option; " + USAGE);
        }
    }
    if (WORDS.size() != 3) {
        throw new IllegalArgumentException(USAGE);
    }
}

int number(String option) {
    if (!OPTIONS.get(option).matches("\\d{1,9}")) {
        throw new IllegalArgumentException("--" + option + "=" + OPTIONS.get(option) + ": expected a whole number");
    }
    return Integer.parseInt(OPTIONS.get(option));
}

/** A model may have been made by anyone: the name of a style must not lead out of the folder. */
String fileName(String style) {
    return style.replaceAll("[^\\p{L}\\p{N} _-]", "_");
}

void draw(TextToImage request, List<String> prompts, Path folder, String name) throws IOException {
    int count = number("images");
    var images = request.seed(number("seed")).steps(number("steps")).guidance(number("guidance")).images(count);
    var alone = Files.createDirectories(folder.resolve(name));
    List<List<BufferedImage>> rows = new ArrayList<>();
    for (int row = 0; row < prompts.size(); row++) {
        List<BufferedImage> cells = new ArrayList<>();
        for (int column = 0; column < count; column++) {
            var image = images.get(row * count + column);
            image.save(alone.resolve(String.format("%03d-seed-%s.png", row + 1, image.settings().seed())));
            cells.add(image.image());
        }
        rows.add(cells);
    }
    var seeds = images.subList(0, count).stream().map(image -> "seed " + image.settings().seed()).toList();
    var sheet = folder.resolve(name + ".png");
    int zoom = Math.max(1, 192 / rows.get(0).get(0).getWidth());
    new ImageGrid(prompts, seeds, rows, zoom).write(sheet);
    System.out.println(sheet);
}

void sheet() throws Exception {
    readOptions();
    var prompts = Files.readAllLines(Path.of(WORDS.get(1))).stream().filter(line -> !line.isBlank()).toList();
    var texts = prompts.toArray(String[]::new);
    var folder = Files.createDirectories(Path.of(WORDS.get(2)));
    try (var model = StableDiffusion.load(Path.of(WORDS.get(0)))) {
        if (model.styles().isEmpty()) {
            draw(model.sample(texts), prompts, folder, "plain");
        }
        for (String style : model.styles()) {
            draw(model.sample(texts).style(style), prompts, folder, fileName(style));
        }
    }
}

int rc = 70;
rc = Batch.run(() -> sheet());
/exit rc
