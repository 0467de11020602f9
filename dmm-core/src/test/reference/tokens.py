"""A small vocabulary in CLIP's files, and the ids transformers and OpenAI's CLIP give for awkward texts."""

import html
import json
import random

import ftfy
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer, CLIPTokenizerFast
from transformers.models.clip.tokenization_clip import BasicTokenizer, bytes_to_unicode

from fixture import save_json
from texts import TEXTS

FOLDER_NAME = "tokenizer"
VOCABULARY_SIZE = 800
START, END = "<|startoftext|>", "<|endoftext|>"
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"

OBJECTS = (
    "\U0001f3e0 caf\u00e9 \u2764\ufe0f cr\u00e8me \u6c34\u58a8 child's"
    " house boat tree car bird flower castle mountain cat dog train bridge girl lamp portrait landscape village temple"
    " river horse dragon robot spaceship lighthouse window garden street market island waterfall butterfly telescope"
).split()
COLOURS = "red blue green yellow white black orange purple golden silver turquoise crimson".split()
MOODS = "detailed beautiful ancient glowing broken quiet enormous wooden crystal futuristic mysterious cheerful".split()
PLACES = ("on the left", "on the right", "in the middle", "between two hills", "behind an old wall")
SCENES = ("by the sea", "in a forest", "under the night sky", "at sunset", "in the snow", "!!!", "during a thunderstorm")
STYLES = ("a photo of", "an ink painting of", "pixel art,", "a flat illustration of", "it's best quality,", "we're near")


def captions():
    """Every combination once would be too regular: word counts differ, so that merges compete."""
    draw = random.Random(0)
    for _ in range(20_000):
        style, mood, colour, thing, place, scene = (
            draw.choices(words, weights=range(len(words), 0, -1))[0]
            for words in (STYLES, MOODS, COLOURS, OBJECTS, PLACES, SCENES)
        )
        yield f"{style} a {mood} {colour} {thing} {place}, {scene}"


def train_merges(count):
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    alphabet = 512  # every byte, and every byte at the end of a word
    trainer = trainers.BpeTrainer(vocab_size=alphabet + count, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator(captions(), trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [tuple(merge) for merge in merges][:count]


def write_vocabulary(folder):
    """CLIP's order: bytes, bytes that end a word, merges, the two special tokens."""
    symbols = list(bytes_to_unicode().values())
    merges = train_merges(VOCABULARY_SIZE - 2 * len(symbols) - 2)
    entries = symbols + [symbol + "</w>" for symbol in symbols] + ["".join(merge) for merge in merges] + [START, END]
    if len(set(entries)) != len(entries):
        raise ValueError("the vocabulary has duplicate entries")
    save_json(folder, "vocab.json", {entry: index for index, entry in enumerate(entries)})
    lines = ["#version: 0.2"] + [" ".join(merge) for merge in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def special(content):
    return dict(content=content, lstrip=False, normalized=True, rstrip=False, single_word=False)


def write_settings(folder):
    roles = dict(bos_token=special(START), eos_token=special(END), unk_token=special(END), pad_token=END)
    save_json(folder, "special_tokens_map.json", roles)
    settings = dict(roles, add_prefix_space=False, do_lower_case=True, errors="replace", model_max_length=77)
    save_json(folder, "tokenizer_config.json", dict(settings, tokenizer_class="CLIPTokenizer"))


def load_slow(folder):
    """transformers' tokenizer as it is where ftfy is not installed."""
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    tokenizer.fix_text = None
    tokenizer.nlp = BasicTokenizer(strip_accents=False, do_split_on_punc=False)
    return tokenizer


def load_clip(folder):
    """The cleaning of OpenAI's CLIP: ftfy, then HTML entities."""
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    tokenizer.fix_text = lambda text: html.unescape(html.unescape(ftfy.fix_text(text))).strip()
    return tokenizer


def write_tokenizer(folder):
    """One line a text: `ids` of the slow tokenizer; `fast` and `clip` only where these differ from it.

    `one_file` has the same tokenizer as transformers 5 saves it, in tokenizer.json alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_vocabulary(folder)
    write_settings(folder)
    slow, fast, clip = load_slow(folder), CLIPTokenizerFast.from_pretrained(folder), load_clip(folder)
    fast.save_pretrained(folder / "one_file", legacy_format=False)
    lines = []
    for text in TEXTS:
        entry = {"text": text, "ids": ids(slow, text)}
        entry.update({name: ids(other, text) for name, other in (("fast", fast), ("clip", clip))})
        for name in ("fast", "clip"):
            if entry[name] == entry["ids"]:
                del entry[name]
        lines.append(json.dumps(entry))
    (folder / "values.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def ids(tokenizer, text):
    return tokenizer(text, padding="max_length", truncation=True, max_length=77).input_ids
