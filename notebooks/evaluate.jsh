// Measures by the pictures they draw how near a merged model's styles are to its experts (FID and FIDt):
//
//   notebooks/run evaluate MERGED BASE PROMPTS FEATURES FOLDER NAME=EXPERT ... [--steps=25] [--guidance=7]
//       [--negative=TEXT] [--seed=0] [--donor=FOLDER]
//
// MERGED    the merged model's folder
// BASE      the model that the experts were fine-tuned from, and --donor, as for merge
// PROMPTS   a text file with a prompt on each line; the paper takes 5,000
// FEATURES  the weights of FID's Inception-v3 as safetensors, see README
// FOLDER    a new one; gets fid.png and reference.png, the matrices, and fid.txt, all figures
// EXPERT    as for merge; NAME is the style's
//
// Each expert draws every prompt twice, with other seeds, and each style once. The models that come with the library,
// prompts and features for them are called tinyworld:
//
//   notebooks/run evaluate out/merged/model tinyworld tinyworld tinyworld out/fid ink pixel --steps=10

final String USAGE =
    "usage: notebooks/run evaluate MERGED BASE PROMPTS FEATURES FOLDER NAME=EXPERT ..." +
    " [--steps=25] [--guidance=7] [--negative=TEXT] [--seed=0] [--donor=FOLDER]";

List<String> prompts(String word) throws IOException {
    return NamedModels.isTinyWorld(word)
            ? TinyWorld.heldOut().stream().map(CaptionedImage::caption).toList()
            : PromptFile.lines(Path.of(word));
}

FeatureExtractor features(String word) {
    return NamedModels.isTinyWorld(word) ? TinyWorld.open().features() : InceptionFeatures.load(Path.of(word));
}

void save(FidMatrix fid, Path folder) throws IOException {
    Files.createDirectories(folder);
    new HeatMap(fid.styles()).save(folder.resolve("fid.png"));
    new HeatMap(fid.reference()).save(folder.resolve("reference.png"));
    Files.writeString(folder.resolve("fid.txt"), fid.toString());
}

void evaluate() throws Exception {
    var options = Options.read(Batch.arguments(),
            Map.of("steps", "25", "guidance", "7", "negative", "", "seed", "0", "donor", ""), USAGE);
    var words = options.words();
    if (words.size() < 6) {
        throw new IllegalArgumentException(USAGE);
    }
    var folder = Path.of(words.get(4));
    if (Files.exists(folder)) {
        throw new IllegalArgumentException(folder + ": expected a new folder but it exists; name another");
    }
    var models = new NamedModels(words.get(1), options.paths("donor"), words.subList(5, words.size()), USAGE);
    var prompts = prompts(words.get(2));
    try (var features = features(words.get(3));
            var base = models.openBase();
            var merged = MergedModel.load(Path.of(words.get(0)))) {
        var fid = Dmm.evaluate(base)
                .experts(models.experts())
                .prompts(prompts)
                .features(features)
                .settings(request -> request
                        .steps(options.count("steps")).guidance(options.number("guidance"))
                        .negativePrompt(options.text("negative")))
                .seed(options.wholeNumber("seed"))
                .listen(new ConsoleProgress())
                .fid(merged);
        save(fid, folder);
        System.out.println(folder.resolve("fid.txt") + ": " + fid.inShort());
    }
}

int rc = 70;
rc = Batch.run(() -> evaluate());
/exit rc
