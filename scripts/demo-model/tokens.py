"""The tokenizer and the processor: laid out as Llama-2's and LLaVA-1.5's, with few tokens."""

import string

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, processors
from transformers import CLIPImageProcessor, LlamaTokenizerFast, LlavaProcessor

from pictures import PATCH, SIZE
from vocabulary import (COLOURS, NUMBERS, PARAPHRASES, PLACES, QUESTIONS, SHAPES, WORDS)

SPACE = "\u2581"
SPECIALS = ("<unk>", "<s>", "</s>", "<image>", "<pad>")
OTHERS = "USER ASSISTANT The page says A page of text fluorescence cell cells word words".split()
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ 'USER: ' }}{% else %}{{ 'ASSISTANT: ' }}{% endif %}"
    "{% for part in message['content'] if part['type'] == 'image' %}{{ '<image>\n' }}{% endfor %}"
    "{% for part in message['content'] if part['type'] == 'text' %}{{ part['text'] }}{% endfor %}"
    "{% if message['role'] == 'user' %}{{ ' ' }}{% else %}{{ '</s>' }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)


def prompt(question):
    return f"USER: <image>\n{question} ASSISTANT:"


def whole_words():
    """Everything that is to be one token: words after a space, and words that open a question."""
    asked = list(QUESTIONS) + [text for texts in PARAPHRASES.values() for text in texts]
    asked += [text.lower() for text in asked]
    inside, opening = [], []
    for text in asked:
        first, *rest = text.rstrip("?.").split()
        opening.append(first)
        inside += rest
    inside += [*OTHERS, *WORDS, *SHAPES, *COLOURS, *PLACES, *NUMBERS]
    return list(dict.fromkeys([SPACE + word for word in inside] + opening))


def build_tokenizer():
    """A BPE whose merges spell every word from left to right; other text falls to characters."""
    pieces = list(SPECIALS) + [f"<0x{byte:02X}>" for byte in range(256)]
    pieces += [SPACE, *string.ascii_letters, *string.digits, *string.punctuation]
    known, merges = set(pieces), []
    for word in whole_words():
        for end in range(2, len(word) + 1):
            if word[:end] not in known:
                known.add(word[:end])
                pieces.append(word[:end])
                merges.append((word[:end - 1], word[end - 1]))
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>",
                                     fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(),
         decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", vocabulary["<s>"])])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in SPECIALS])
    return LlamaTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>",
        pad_token="<pad>", add_bos_token=True, add_eos_token=False, legacy=True,
        model_max_length=512, clean_up_tokenization_spaces=False,
        extra_special_tokens={"image_token": "<image>"})


def build_processor():
    images = CLIPImageProcessor(size={"shortest_edge": SIZE},
                                crop_size={"height": SIZE, "width": SIZE})
    return LlavaProcessor(image_processor=images, tokenizer=build_tokenizer(), patch_size=PATCH,
                          vision_feature_select_strategy="default",
                          num_additional_image_tokens=1, chat_template=CHAT_TEMPLATE)
