// Merges experts into one model with a style for each:
//
//   notebooks/run merge BASE CAPTIONS FOLDER NAME=EXPERT NAME=EXPERT ... [--steps=20000] [--donor=FOLDER]
//
// BASE      the model that the experts were fine-tuned from: a diffusers folder, or a single file, which takes
//           tokenizer and configs from the diffusers folder --donor
// CAPTIONS  what the experts are asked about: a folder of captioned pictures, or a text file with a prompt on each
//           line, taken as it stands, without weights; the experts first draw all prompts of a file, and up to 480
//           captions of a folder: at SD 1.5's size some seconds a picture on a GPU, minutes on a CPU
// FOLDER    gets model/, loss.png and checkpoints/; the same command again goes on where it stopped
// EXPERT    a diffusers folder, a single file, or a LoRA, taken at weight 1; NAME will be its style's
//
// The models that come with the library, and pictures for them, are called tinyworld; their experts need no path:
//
//   notebooks/run merge tinyworld tinyworld out/merged ink pixel --steps=200

void merge() throws Exception {
    var job = MergeJob.merging(Batch.arguments());
    try (var base = job.openBase();
            var merged = job.configure(Dmm.distill(base), base.imageSize())
                    .start(Student.Start.MEAN_OF_EXPERTS)  // further settings go here, such as .learningRate(5e-6)
                    .run()) {
        System.out.println(job.save(merged) + ": " + merged.styles());
    }
}

int rc = 70;
rc = Batch.run(() -> merge());
/exit rc
