// Draws the same prompts and seed with the tiny world's base and its eight experts, one row each:
//
//   notebooks/run eight-experts [picture]        default: out/eight-experts.png

final String[] PROMPTS = {
    "a red house on the left, by the sea",
    "a yellow boat in the middle, in the mountains",
    "a purple cat on the right, on a meadow",
    "a blue car in the middle, in the desert",
    "an orange balloon on the left, on a meadow",
    "a green tree on the right, by the sea",
};

List<BufferedImage> row(StableDiffusion model) {
    return model.sample(PROMPTS).seed(7).guidance(4).images(1).stream().map(GeneratedImage::image).toList();
}

void draw(Path picture) throws Exception {
    var world = TinyWorld.open();
    try (var base = world.base()) {
        List<String> labels = new ArrayList<>(List.of("base"));
        List<List<BufferedImage>> rows = new ArrayList<>(List.of(row(base)));
        for (Expert expert : world.allExperts()) {
            try (StableDiffusion model = expert.pipeline(base)) {
                labels.add(expert.name());
                rows.add(row(model));
            }
        }
        Files.createDirectories(picture.toAbsolutePath().getParent());
        new ImageGrid(labels, List.of(PROMPTS), rows, 2).save(picture);
    }
}

int rc = 70;
rc = Batch.run(() -> draw(Path.of(Batch.arguments().stream().findFirst().orElse("out/eight-experts.png"))));
/exit rc
