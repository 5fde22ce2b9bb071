"""PyTorch's nn.LSTM, timed: a line of names and values on standard input, a line with the seconds of each pass on standard output.

Names: steps, batch, input, hidden, layers, directions, lengths of packed sequences or nothing, training, threads, warm_up, seconds.
Training is forward and backward of sum(output) with new gradients, packing included.
"""
import sys
import time

import torch


def measure(r):
    steps, batch, width, hidden, layers, directions, threads = (int(r[k]) for k in ("steps", "batch", "input", "hidden", "layers", "directions", "threads"))
    lengths, training = [int(n) for n in r["lengths"].split(",") if n], r["training"] == "true"
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(width, hidden, layers, bidirectional=directions == 2)
    if lengths:
        data = [torch.randn(n, width, requires_grad=training) for n in lengths]
        pack = lambda: torch.nn.utils.rnn.pack_sequence(data, enforce_sorted=False)
    else:
        data = [torch.randn(steps, batch, width, requires_grad=training)]
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
        (output.data if lengths else output).sum().backward()

    run = train if training else forward
    lstm.train(training)
    until = time.perf_counter() + float(r["warm_up"])
    while time.perf_counter() < until:
        run()
    times, until, begin = [], time.perf_counter() + float(r["seconds"]), time.perf_counter()
    while begin < until or not times:
        run()
        now = time.perf_counter()
        times.append(now - begin)
        begin = now
    return times


print("PyTorch " + torch.__version__, flush=True)
for line in sys.stdin:
    print("times", *measure(dict(pair.split("=") for pair in line.split())), flush=True)
