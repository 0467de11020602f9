// Merges more experts into a merged model, which stays as it is, and keeps its styles:
//
//   notebooks/run extend MERGED BASE CAPTIONS FOLDER NAME=EXPERT ... [--steps=20000] [--donor=FOLDER]
//
// MERGED    the folder of the merged model, such as the model/ that notebooks/run merge leaves
// BASE      the model that all experts were fine-tuned from: a diffusers folder, or a single file, which takes
//           tokenizer and configs from the diffusers folder --donor
// CAPTIONS  what the experts are asked about: a folder of captioned pictures, or a text file with a prompt on each
//           line, taken as it stands, without weights; the experts first draw all prompts of a file, and up to 480
//           captions of a folder: at SD 1.5's size some seconds a picture on a GPU, minutes on a CPU
// FOLDER    gets model/, loss.png and checkpoints/; the same command again goes on where it stopped
// EXPERT    a diffusers folder, a single file, or a LoRA, taken at weight 1; NAME will be its style's
//
// The models that come with the library, and pictures for them, are called tinyworld; their experts need no path:
//
//   notebooks/run extend out/merged/model tinyworld tinyworld out/extended scenery --steps=200

void extend() throws Exception {
    var job = MergeJob.extending(Batch.arguments());
    try (var base = job.openBase();
            var before = MergedModel.load(job.merged());
            var merged = job.configure(before.extend(base), base.imageSize())
                    .run()) {  // further settings go before .run(), such as .learningRate(5e-6)
        System.out.println(job.save(merged) + ": " + merged.styles());
    }
}

int rc = 70;
rc = Batch.run(() -> extend());
/exit rc
