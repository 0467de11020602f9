"""What A1111's notation means, written anew from its description, and the text states that follow from it.

A character at a time instead of A1111's regular expression and lists: where the two agree, it is not for a common mistake.
"""

import json
import re

import torch

from fixture import save_tensors
from pipeline import text_encoder
from tokens import FOLDER_NAME as TOKENIZER, load_slow

ROOM, BACKTRACK = 75, 20

FULL = "a red house, " * 30
LONG = "a red house on the left, by the sea " * 8

PROMPTS = {
    "empty": "",
    "plain": "a red house on the left, by the sea",
    "round": "a (red) house",
    "twice": "a ((red)) house",
    "number": "a (red:1.3) house (by the sea:0.4)",
    "square": "a [red] house",
    "nested": "a (((house:1.3)) [on] a (boat:0.5), sun, (((sky))).",
    "open": "a (red house [by the sea",
    "closed": "a red) house] by the sea:1.2)",
    "escaped": r"a \(red\) \[house\] \\ and \n (by \(the\) sea:1.5)",
    "end": "a house \\",
    "within": "a dra(gon)fly, [[un]]seen",
    "joined": "(un)(seen) red",
    "colons": "a house: (red: and blue:1.2) 16:9",
    "signs": "(red:+1.5) (blue:-.5) (green:0)",
    "spaces": "(red: 1.5) ( blue :1.5 )",
    "break": "a red house BREAK by the sea",
    "breaks": "BREAK a red house,\n BREAK\tBREAK by the sea BREAK",
    "no break": "a BREAKING house, unBREAK, break",
    "full": "house " * 75,
    "over": "house " * 76,
    "comma": FULL,
    "comma last": "house " * 74 + ", boat",
    "comma at the edge": "house " * 75 + ", boat",
    "comma too far": "house, " + "boat " * 90,
    "comma near": "boat " * 53 + ", " + "house " * 60,
    "comma just near": "boat " * 55 + ", " + "house " * 60,
    "long": LONG + "(two boats:1.4) BREAK [" + LONG + "]",
    "unicode": "(\u8d64\u3044\u5bb6:1.2) caf\u00e9 \U0001f3e0",
}
WITH_STATES = ("plain", "number", "nested", "break", "comma", "long")


def parse(prompt):
    """[text, weight] of each run of one weight; None where a BREAK stands."""
    letters, opened, place = [], [], 0

    def scale(start, factor):
        for letter in letters[start:]:
            letter[1] *= factor

    def close(kind):
        """The innermost of its kind: brackets of the other kind may be open inside."""
        for index in reversed(range(len(opened))):
            if opened[index][0] == kind:
                return opened.pop(index)[1]
        return None

    while place < len(prompt):
        letter, step = prompt[place], 1
        number = re.match(r":\s*([+-]?[.0-9]+)\s*\)", prompt[place:])
        if letter == "\\":
            following = prompt[place + 1 : place + 2]
            if following and following in "()[]\\":
                letters.append([following, 1.0, False])
                step = 2
        elif letter in "([":
            opened.append((letter, len(letters)))
        elif number and any(kind == "(" for kind, _ in opened):
            scale(close("("), float(number[1]))
            step = len(number[0])
        elif letter == ")" and any(kind == "(" for kind, _ in opened):
            scale(close("("), 1.1)
        elif letter == "]" and any(kind == "[" for kind, _ in opened):
            scale(close("["), 1 / 1.1)
        else:
            word = re.match(r"BREAK\b", prompt[place:])
            if word and not re.match(r"\w", prompt[place - 1 : place]):
                while letters and letters[-1][2] and letters[-1][0].isspace():
                    letters.pop()
                letters.append([None, 1.0, False])
                step = len(re.match(r"BREAK\s*", prompt[place:])[0])
            else:
                letters.append([letter, 1.0, True])
        place += step
    for kind, start in reversed(opened):
        scale(start, 1.1 if kind == "(" else 1 / 1.1)
    return joined(letters)


def joined(letters):
    parts = []
    for letter, weight, _ in letters:
        if letter is None:
            parts.append(None)
        elif parts and parts[-1] is not None and parts[-1][1] == weight:
            parts[-1][0] += letter
        else:
            parts.append([letter, weight])
    return parts


def chunked(parts, tokenizer):
    """Lists of (token, weight): where a list is full, what follows a comma nearby is cut off and begins the next."""
    comma = tokenizer.get_vocab()[",</w>"]
    chunks = [[]]
    for part in parts:
        if part is None:
            chunks.append([])
            continue
        text, weight = part
        for token in tokenizer(text, add_special_tokens=False).input_ids:
            chunk = chunks[-1]
            if len(chunk) == ROOM:
                commas = [i for i, (t, _) in enumerate(chunk) if t == comma]
                moved = []
                if token != comma and commas and ROOM - commas[-1] <= BACKTRACK:
                    moved = chunk[commas[-1] + 1 :]
                    del chunk[commas[-1] + 1 :]
                chunks.append(moved)
            chunks[-1].append((token, weight))
    return chunks if len(chunks) == 1 or chunks[-1] else chunks[:-1]


def states(model, tokenizer, chunks, clip_skip):
    """A1111's "Original" emphasis: states times weights, then the mean of each chunk as it was."""
    encoded = []
    for chunk in chunks:
        padding = [(tokenizer.eos_token_id, 1.0)] * (ROOM + 1 - len(chunk))
        ids, weights = zip((tokenizer.bos_token_id, 1.0), *chunk, *padding)
        answer = model(torch.tensor([ids]), output_hidden_states=True)
        plain = model.text_model.final_layer_norm(answer.hidden_states[-clip_skip])
        weighted = plain * torch.tensor(weights)[None, :, None]
        encoded.append(weighted * (plain.mean() / weighted.mean()))
    return torch.cat(encoded, dim=1)


def write_prompts(folder):
    """The text encoder is that of `pipeline`. `<name>` and `<name>.skip2` are (1, 77 k, D), one empty chunk added."""
    tokenizer = load_slow(folder.parent / TOKENIZER)
    model = text_encoder(tokenizer)
    cases, values = [], {}
    for name, prompt in PROMPTS.items():
        parts = parse(prompt)
        chunks = chunked(parts, tokenizer)
        cases.append(
            {
                "name": name,
                "prompt": prompt,
                "parts": [part for part in parts if part is None or part[0]],
                "chunks": [list(zip(*chunk)) for chunk in chunks],
            }
        )
        if name in WITH_STATES:
            for suffix, clip_skip in (("", 1), (".skip2", 2)):
                values[name + suffix] = states(model, tokenizer, chunks * 2, clip_skip)
    lines = ",\n".join(json.dumps(case) for case in cases)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cases.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    save_tensors(folder, values)
