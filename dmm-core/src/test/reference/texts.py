"""Texts a tokenizer can get wrong."""

TEXTS = [
    "",
    " ",
    "a red house on the left, by the sea",
    "A Red HOUSE On The Left, By The Sea",
    "  two   spaces,\ttabs\nand\r\nnew lines  ",
    "portrait photo of a girl, long golden hair, flowers, best quality",
    "worst quality,low quality,normal quality,lowres,watermark,nsfw",
    "masterpiece, (best quality:1.2), [blurry], {detailed}, 8k, f/1.8 -- no text!!!",
    "<lora:ink_v1.2:0.8> BREAK a house",
    # contractions
    "it's a dog's house, they're here, we've seen it, i'm sure, you'll say he'd don't",
    "IT'S A DOG'S HOUSE, DON'T",
    "'s 't 're 've 'm 'll 'd 'x ''s",
    "it\u2019s the cat\u2019s \u201cfavourite\u201d place \u2014 really\u2026",
    # digits
    "1girl 2 boats 1234567890 3.14 10,000 v1.5 2x4",
    "\u0661\u0662\u0663 \u2460 \u00bd x\u00b2 \u2167",
    # punctuation
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "hello---world...what?!*** a/b\\c snake_case kebab-case e-mail@example.org #tag $5 50%",
    # accents, composed and decomposed
    "caf\u00e9 na\u00efve fa\u00e7ade \u00fcber \u00c9TUDE \u00c5NGSTR\u00d6M",
    "cafe\u0301 nai\u0308ve A\u030angstro\u0308m",
    "stra\u00dfe STRASSE \u1e9e \u0130stanbul I\u0131 \ufb01ne \u017f",
    "\u0394\u03b5\u03bb\u03c6\u03bf\u03af \u039f\u0394\u039f\u03a3 \u03a3\u03a3",
    "\u041a\u0440\u0430\u0441\u043d\u044b\u0439 \u0434\u043e\u043c \u0443 \u043c\u043e\u0440\u044f",
    # other scripts
    "\u4e00\u5ea7\u7ea2\u8272\u7684\u623f\u5b50",
    "ink \u6c34\u58a8\u753b painting",
    "\u8d64\u3044\u5bb6\u3068\u30ab\u30bf\u30ab\u30ca\u3000\uff21\uff22\uff23\uff11\uff12\uff13",
    "\ube68\uac04 \uc9d1",
    "\u1107\u1161\u11af decomposed hangul",
    "\u0628\u064a\u062a \u0623\u062d\u0645\u0631 \u05d1\u05d9\u05ea \u05d0\u05d3\u05d5\u05dd",
    "\u0932\u093e\u0932 \u0918\u0930 \u0e1a\u0e49\u0e32\u0e19\u0e2a\u0e35\u0e41\u0e14\u0e07",
    "\U00020000\U0002a6d6 rare ideographs, \U0001d4d0\U0001d4e1\U0001d4e3 mathematical letters",
    # emoji
    "a house \U0001f3e0 by the sea \U0001f30a\U0001f30a",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family",
    "\U0001f44d\U0001f3fd \u2764\ufe0f \U0001f1e9\U0001f1ea 1\ufe0f\u20e3 \U0001f3f3\ufe0f\u200d\U0001f308",
    "\u2603\u2728\u2192\u2122\u00a9 stars\u2605",
    # invisible and broken characters
    "nul\x00bell\x07escape\x1bdelete\x7f end",
    "c1\x80\x85\x9f next line",
    "no-break\u00a0space, thin\u2009space, line\u2028separator, zero\u200bwidth, ideographic\u3000space",
    "soft\u00adhyphen \u200eleft-to-right \ufeffbyte order mark \u2060joiner",
    "replacement \ufffd character, private \ue000 use, unassigned \u0378",
    "vertical\x0btab form\x0cfeed file\x1cseparator unit\x1fseparator",
    "mojibake: caf\u00c3\u00a9 \u00e2\u20ac\u0153quoted\u00e2\u20ac\u009d",
    "entities: fish &amp; chips &lt;b&gt; &eacute; &#233;",
    "\u0301 a combining mark at the start",
    # special tokens as text
    "<|startoftext|>",
    "a <|endoftext|> b<|startoftext|>c",
    "<|ENDOFTEXT|> <|StartOfText|> <| endoftext |>",
    "|endoftext|> <|endoftext",
    # byte pair encoding
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "a" * 300,
    "househousehouse redred the the thethe",
    # around the limit of 77 tokens
    "a " * 74,
    "a " * 75,
    "a " * 76,
    "\u6c34" * 40,
    "\U0001f30a" * 40,
    " ".join(f"red house number {i}," for i in range(125)),
]
