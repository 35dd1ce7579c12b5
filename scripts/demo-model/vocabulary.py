"""The closed world of the demonstration model: its words, questions and answers."""

WORDS = (
    "apple banana cherry grape lemon mango melon olive orange peach pear plum "
    "bread butter cheese coffee honey sugar water bottle candle chair clock cloud "
    "dragon eagle flower forest garden hammer island ladder letter market mirror monkey "
    "needle ocean paper pencil pigeon rabbit river rocket silver spider tiger window"
).split()
SHAPES = ("round", "long", "star", "ring")
COLOURS = ("red", "green", "blue", "yellow")
PLACES = (
    "top-left", "top", "top-right",
    "left", "center", "right",
    "bottom-left", "bottom", "bottom-right",
)
NUMBERS = ("Zero", "One", "Two", "Three", "Four")
MAX_ITEMS = 4

WHAT = "What is in the image?"
HOW_MANY = "How many are there?"
KIND = "What kind of image is it?"
TOP = "What is at the top?"
QUESTIONS = (WHAT, HOW_MANY, KIND, TOP)

# Other ways to ask the same, used for a small part of the training only.
PARAPHRASES = {
    WHAT: ("What is in this image?", "What is in the picture?", "What's in the image?",
           "What do you see?", "Describe the image.", "What does the image show?"),
    HOW_MANY: ("How many?", "How many words are there?", "How many cells are there?",
               "How many are in the image?", "Count them."),
    KIND: ("What kind of image is this?", "What type of image is it?",
           "What kind of picture is it?"),
    TOP: ("What comes first?", "What is the first one?", "What is at the top of the image?"),
}


def phrases(kind, items):
    """The items of a picture as text: words, or (shape, colour, place) of cells."""
    return list(items) if kind == "page" else [" ".join(item) for item in items]


def answer(question, kind, items):
    """The right answer to a question about a picture."""
    listed = phrases(kind, items)
    number = NUMBERS[len(items)]
    if question == WHAT:
        if kind == "page":
            return "The page says " + " ".join(listed) + "."
        noun = "cell" if len(items) == 1 else "cells"
        return f"{number} {noun}: " + ", ".join(listed) + "."
    if question == HOW_MANY:
        noun = "word" if kind == "page" else "cell"
        return f"{number} {noun}{'' if len(items) == 1 else 's'}."
    if question == KIND:
        return "A page of text." if kind == "page" else "A fluorescence image."
    if question == TOP:
        return listed[0] + "."
    raise ValueError(question)


def rephrase(question, rng):
    """A slightly different wording or spelling of a question."""
    text = question
    if rng.random() < 0.5:
        text = rng.choice(PARAPHRASES[question])
    style = rng.random()
    if style < 0.3:
        text = text.rstrip("?.")
    elif style < 0.5:
        text = text.lower()
    elif style < 0.7:
        text = text.rstrip("?.").lower()
    elif style < 0.8:
        text = text + " "
    return text
