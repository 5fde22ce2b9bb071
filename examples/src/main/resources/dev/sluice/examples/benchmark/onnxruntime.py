"""ONNX Runtime's LSTM operator, timed: requests and answers as in pytorch.py, without training.

Sequences of different lengths are a padded batch with sequence_lens, which is how its users do it.
"""
import sys
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def model(width, hidden, layers, directions, lengths):
    random, nodes, weights, x = np.random.default_rng(0), [], [], "x"

    def weight(name, *shape):
        weights.append(numpy_helper.from_array(random.uniform(-hidden ** -0.5, hidden ** -0.5, shape).astype(np.float32), name))
        return name

    for k in range(layers):
        w = [weight(f"w{k}", directions, 4 * hidden, width), weight(f"r{k}", directions, 4 * hidden, hidden), weight(f"b{k}", directions, 8 * hidden)]
        nodes.append(helper.make_node("LSTM", [x, *w] + (["lengths"] if lengths else []), [f"y{k}"], hidden_size=hidden,
                                      direction="bidirectional" if directions == 2 else "forward"))
        nodes.append(helper.make_node("Transpose", [f"y{k}"], [f"t{k}"], perm=[0, 2, 1, 3]))
        weights.append(numpy_helper.from_array(np.array([0, 0, -1], np.int64), f"s{k}"))
        nodes.append(helper.make_node("Reshape", [f"t{k}", f"s{k}"], [f"o{k}"]))
        x, width = f"o{k}", directions * hidden
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["steps", "batch", "input"])]
    if lengths:
        inputs.append(helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"]))
    graph = helper.make_graph(nodes, "lstm", inputs, [helper.make_tensor_value_info(x, TensorProto.FLOAT, None)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8).SerializeToString(), x


def measure(r):
    if r["training"] == "true":
        return "unsupported", "it cannot train"
    steps, batch, width, hidden, layers, directions, threads = (int(r[k]) for k in ("steps", "batch", "input", "hidden", "layers", "directions", "threads"))
    lengths = [int(n) for n in r["lengths"].split(",") if n]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    graph, output = model(width, hidden, layers, directions, lengths)
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    feed = {"x": np.random.default_rng(1).standard_normal((steps, batch, width)).astype(np.float32)}
    if lengths:
        feed["lengths"] = np.array(lengths, np.int32)
    until = time.perf_counter() + float(r["warm_up"])
    while time.perf_counter() < until:
        session.run([output], feed)
    times, until, begin = [], time.perf_counter() + float(r["seconds"]), time.perf_counter()
    while begin < until or not times:
        session.run([output], feed)
        now = time.perf_counter()
        times.append(now - begin)
        begin = now
    return "times", *times


print("ONNX Runtime " + onnxruntime.__version__, flush=True)
for line in sys.stdin:
    print(*measure(dict(pair.split("=") for pair in line.split())), flush=True)
