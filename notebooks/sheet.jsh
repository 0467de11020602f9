// Draws a file of prompts in every style of a model:
//
//   notebooks/run sheet MODEL PROMPTS FOLDER [--images=3] [--steps=25] [--guidance=7] [--seed=0]
//       [--negative=TEXT] [--sampler="DPM++ 2M"] [--size=WIDTHxHEIGHT] [--clip-skip=1] [--donor=FOLDER]
//
// MODEL    a merged model's folder; a plain model, folder or single file, is drawn without styles; a single file takes
//          tokenizer and configs from --donor, a diffusers folder
// PROMPTS  a text file with a prompt on each line
// FOLDER   a new one; gets a sheet for each style, ink.png, with a row for each prompt, from the 21st on in ink.2.png
//          and so on, and the pictures alone in ink/, each with prompt and settings in its PNG text
//
// --sampler takes A1111's names, such as "Euler a"; without --size, pictures are of the size that the model is for.

final String USAGE =
    "usage: notebooks/run sheet MODEL PROMPTS FOLDER [--images=3] [--steps=25] [--guidance=7] [--seed=0]" +
    " [--negative=TEXT] [--sampler=NAME] [--size=WIDTHxHEIGHT] [--clip-skip=1] [--donor=FOLDER]";
final int ROWS = 20;  // of a sheet, at most

Options options;

/** A model may have been made by anyone: the name of a style must not lead out of the folder, nor to another's file. */
Map<String, String> fileNames(List<String> styles) {
    Map<String, String> names = new LinkedHashMap<>();
    Map<String, Integer> times = new HashMap<>();
    for (String style : styles) {
        String name = style.replaceAll("[^\\p{L}\\p{N} _-]", "_");
        int time = times.merge(name.toLowerCase(Locale.ROOT), 1, Integer::sum);
        names.put(style, time == 1 ? name : name + " (" + time + ")");
    }
    return names;
}

TextToImage request(StableDiffusion model, String prompt, String style) {
    var request = model.sample(prompt).seed(options.wholeNumber("seed"))
            .steps(options.count("steps")).guidance(options.number("guidance"))
            .negativePrompt(options.text("negative")).sampler(Sampler.of(options.text("sampler")))
            .clipSkip(options.count("clip-skip"));
    var size = options.text("size");
    if (!size.isEmpty()) {
        if (!size.matches("\\d{1,5}x\\d{1,5}")) {
            throw new IllegalArgumentException("--size=" + size + ": expected WIDTHxHEIGHT, such as 512x768");
        }
        request.size(Integer.parseInt(size.split("x")[0]), Integer.parseInt(size.split("x")[1]));
    }
    return style.isEmpty() ? request : request.style(style);
}

/** Rows beyond the first sheet's go to ink.2.png, ink.3.png, … */
void writeSheet(Path folder, String name, int sheet, List<String> prompts, List<List<BufferedImage>> rows)
        throws IOException {
    var seeds = new ArrayList<String>();
    for (int column = 0; column < options.count("images"); column++) {
        seeds.add("seed " + (options.wholeNumber("seed") + column));
    }
    var file = folder.resolve(name + (sheet == 1 ? "" : "." + sheet) + ".png");
    int zoom = Math.min(ImageGrid.MAX_ZOOM, Math.max(1, 192 / rows.get(0).get(0).getWidth()));
    new ImageGrid(prompts, seeds, rows, zoom).save(file);
    System.out.println(file);
}

/** Each picture is saved as soon as its prompt is drawn. */
void draw(StableDiffusion model, String style, String name, List<String> prompts, Path folder, ProgressMeter meter)
        throws IOException {
    List<List<BufferedImage>> rows = new ArrayList<>();
    for (int prompt = 1; prompt <= prompts.size(); prompt++) {
        meter.checkInterrupted();
        var images = request(model, prompts.get(prompt - 1), style).images(options.count("images"));
        var alone = Files.createDirectories(folder.resolve(name));  // not before a picture is there
        for (var image : images) {
            image.save(alone.resolve(String.format(Locale.ROOT, "%03d-seed-%s.png", prompt, image.settings().seed())));
        }
        rows.add(images.stream().map(GeneratedImage::image).toList());
        if (rows.size() == ROWS || prompt == prompts.size()) {
            int sheet = (prompt + ROWS - 1) / ROWS;
            writeSheet(folder, name, sheet, prompts.subList(prompt - rows.size(), prompt), rows);
            rows.clear();
        }
        meter.advance(images.size());
        meter.report();
    }
}

void sheet() throws Exception {
    options = Options.read(Batch.arguments(), Map.of(
            "images", "3", "steps", "25", "guidance", "7", "seed", "0",
            "negative", "", "sampler", "DPM++ 2M", "size", "", "clip-skip", "1", "donor", ""), USAGE);
    if (options.words().size() != 3) {
        throw new IllegalArgumentException(USAGE);
    }
    var prompts = PromptFile.lines(Path.of(options.words().get(1)));
    var folder = Path.of(options.words().get(2));
    if (Files.exists(folder)) {
        throw new IllegalArgumentException(folder + ": expected a new folder but it exists; name another");
    }
    var donors = options.paths("donor").toArray(Path[]::new);
    try (var model = StableDiffusion.load(Path.of(options.words().get(0)), donors)) {
        var names = model.styles().isEmpty() ? Map.of("", "plain") : fileNames(model.styles());
        long pictures = (long) names.size() * prompts.size() * options.count("images");
        var meter = new ProgressMeter(new ConsoleProgress(), "drawing", pictures);
        var first = names.keySet().iterator().next();
        prompts.forEach(prompt -> request(model, prompt, first));  // a wrong one is told now, not in the midst
        for (var style : names.entrySet()) {
            draw(model, style.getKey(), style.getValue(), prompts, folder, meter);
        }
    }
}

int rc = 70;
rc = Batch.run(() -> sheet());
/exit rc
