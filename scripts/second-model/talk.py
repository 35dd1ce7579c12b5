"""Questions and answers: those of the demonstration model, and some that name one object."""

import torch
import torch.nn.functional as F

import tokens
from batches import Conversations
from decoder import decoder_states
from pictures import decode_items
from vocabulary import HOW_MANY, KIND, QUESTIONS, TOP, WHAT, answer, rephrase

# Kinds of questions that name an object; {} stands for the name.
COLOUR_OF, WHERE, SHAPE_OF = "What colour is the {}?", "Where is the {}?", "What shape is the {}?"
AFTER, BEFORE = "What comes after {}?", "What comes before {}?"
NAMED = {"page": (AFTER, BEFORE), "cells": (COLOUR_OF, WHERE, SHAPE_OF)}
NOUNS = {"round": "round cell", "long": "long cell"}
COMMON = 128  # least length of a sequence
ASKED = 3  # naming questions asked of one training picture at most


def build_tokenizer():
    """The demonstration model's tokenizer with whole tokens for the new words."""
    old = QUESTIONS
    tokens.QUESTIONS = old + tuple(kind.format("cell") for kinds in NAMED.values()
                                   for kind in kinds)
    try:
        return tokens.build_tokenizer()
    finally:
        tokens.QUESTIONS = old


def naming_questions(kind, items):
    """All questions that name just one object: (kind of question, question, answer, object).

    The object is the one that the answer is about: the named cell, or the word after or before.
    """
    found = []
    if kind == "page":
        for index, word in enumerate(items):
            if index + 1 < len(items):
                found.append((AFTER, AFTER.format(word), items[index + 1] + ".", index + 1))
            if index:
                found.append((BEFORE, BEFORE.format(word), items[index - 1] + ".", index - 1))
        return found
    shapes, colours = [item[0] for item in items], [item[1] for item in items]
    for index, (shape, colour, place) in enumerate(items):
        if shapes.count(shape) == 1:
            name = NOUNS.get(shape, shape)
            found.append((COLOUR_OF, COLOUR_OF.format(name), colour + ".", index))
            found.append((WHERE, WHERE.format(name), place + ".", index))
        if colours.count(colour) == 1:
            name = colour + " cell"
            found.append((SHAPE_OF, SHAPE_OF.format(name), shape + ".", index))
            found.append((WHERE, WHERE.format(name), place + ".", index))
    return found


class Talk(Conversations):
    """Some questions about each picture in one sequence, each seeing picture and itself only."""

    kinds = QUESTIONS + tuple(kind for kinds in NAMED.values() for kind in kinds)

    def batch(self, items, rng):
        """As that of Conversations, and the number of the kind of question at every position."""
        rows, groups = [], []
        shared = len(self.prefix) + len(self.image)
        for codes in items:
            kind, listed = decode_items(codes)
            asked = [(question, rephrase(question, rng) if rng.random() < self.rephrased
                      else question, answer(question, kind, listed))
                     for question in (WHAT, rng.choice((HOW_MANY, HOW_MANY, TOP, TOP, KIND)))]
            named = [entry[:3] for entry in naming_questions(kind, listed)]
            asked += rng.sample(named, min(ASKED, len(named)))
            row, group = [(self.prefix + self.image, 0, shared)], [-1] * shared
            for name, question, reply in asked:
                ids, length = self.encode(question, reply)
                row.append((ids, shared, length))
                group += [self.kinds.index(name)] * len(ids)
            rows.append(row)
            groups.append(group)
        laid = self.lay_out(rows, COMMON)
        longest = laid[0].shape[1]
        return *laid, torch.tensor([g + [-1] * (longest - len(g)) for g in groups])

    def names(self, items):
        """Token ids of words, shapes, colours and places in each picture, -100 for none."""
        def token(name):
            return self.tokenizer.convert_tokens_to_ids("\u2581" + name)

        table = torch.full((len(items), items.shape[1] * 3), -100)
        for row, codes in enumerate(items):
            kind, listed = decode_items(codes)
            found = [token(name) for item in listed
                     for name in ([item] if kind == "page" else item)]
            table[row, :len(found)] = torch.tensor(found)
        return table


def naming_loss(logits, names):
    """Loss of each name being said by some patch, whichever: patches are joined by noisy-or."""
    logp = logits.float().log_softmax(-1)
    chosen = logp.gather(-1, names.clamp(min=0)[:, None].expand(-1, logits.shape[1], -1))
    silent = torch.log1p(-chosen.exp().clamp(max=1 - 1e-4)).sum(1).clamp(max=-1e-6)
    said = torch.log(-torch.expm1(silent))
    return -said[names >= 0].mean()


def answer_loss(model, late, talk, items, rng):
    """Cross-entropy of the answers, loss of naming, and right answer tokens by kind of question."""
    ids, positions, seen, targets, groups = talk.batch(items, rng)
    inner = model.model
    pictures = inner.multi_modal_projector(late)
    words = inner.language_model.embed_tokens(ids)
    place = ids == model.config.image_token_index
    words = words.masked_scatter(place.unsqueeze(-1), pictures)
    first = int(place[0].nonzero()[-1]) + 1
    cosine, sine = inner.language_model.rotary_emb(words, positions)
    bias = torch.where(seen, 0.0, -1e9).to(words.dtype)
    states = decoder_states(inner.language_model, words, cosine, sine, bias, first)
    wanted, groups = targets[:, first + 1:], groups[:, first + 1:]
    asked = wanted >= 0
    logits = model.lm_head(states[:, :-1][asked]).float()
    wanted, groups = wanted[asked], groups[asked]
    naming = naming_loss(model.lm_head(inner.language_model.norm(pictures)), talk.names(items))
    hit = (logits.argmax(-1) == wanted).float()
    full = talk.tokenizer.convert_tokens_to_ids(".")
    content = (wanted != full) & (wanted != talk.tokenizer.eos_token_id)
    scores = {}
    for number, kind in enumerate(talk.kinds):
        mine = (groups == number) & content
        scores[kind] = (hit[mine].sum().item(), int(mine.sum()))
    return F.cross_entropy(logits, wanted), naming, scores
