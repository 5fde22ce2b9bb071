"""PyTorch's nn.LSTM, timed: a JSON request a line on standard input, a JSON answer a line on standard output.

Request: steps, batch, input, hidden, layers, bidirectional, lengths (of packed sequences, or null), training, threads, seconds.
Answer: the median time of a pass in microseconds. Training is forward and backward of sum(output) with new gradients, packing included.
"""
import json
import statistics
import sys
import time

import torch


def measure(r):
    torch.set_num_threads(r["threads"])
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(r["input"], r["hidden"], r["layers"], bidirectional=r["bidirectional"])
    training = r["training"]
    if r["lengths"]:
        data = [torch.randn(n, r["input"], requires_grad=training) for n in r["lengths"]]
        pack = lambda: torch.nn.utils.rnn.pack_sequence(data, enforce_sorted=False)
    else:
        data = [torch.randn(r["steps"], r["batch"], r["input"], requires_grad=training)]
        pack = lambda: data[0]
    packed = pack()

    def forward():
        with torch.inference_mode():
            lstm(packed)

    def train():
        lstm.zero_grad(set_to_none=True)
        for x in data:
            x.grad = None
        output, _ = lstm(pack())
        (output.data if r["lengths"] else output).sum().backward()

    run = train if training else forward
    lstm.train(training)
    times, until = [], time.perf_counter() + 0.2
    while time.perf_counter() < until:
        run()
    until = time.perf_counter() + r["seconds"]
    while time.perf_counter() < until or len(times) < 3:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e6


print(json.dumps({"name": "PyTorch " + torch.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps({"median": measure(json.loads(line))}), flush=True)
