"""ONNX Runtime's LSTM operator, timed: requests and answers as in pytorch.py, without training.

Sequences of different lengths are a padded batch with sequence_lens, which is how its users do it.
"""
import json
import statistics
import sys
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def model(r):
    random, directions, nodes, weights, x, width = np.random.default_rng(0), 2 if r["bidirectional"] else 1, [], [], "x", r["input"]
    hidden = r["hidden"]

    def weight(name, *shape):
        weights.append(numpy_helper.from_array(random.uniform(-hidden ** -0.5, hidden ** -0.5, shape).astype(np.float32), name))
        return name

    for k in range(r["layers"]):
        w = [weight(f"w{k}", directions, 4 * hidden, width), weight(f"r{k}", directions, 4 * hidden, hidden), weight(f"b{k}", directions, 8 * hidden)]
        nodes.append(helper.make_node("LSTM", [x, *w] + (["lengths"] if r["lengths"] else []), [f"y{k}"], hidden_size=hidden,
                                      direction="bidirectional" if directions == 2 else "forward"))
        nodes.append(helper.make_node("Transpose", [f"y{k}"], [f"t{k}"], perm=[0, 2, 1, 3]))
        weights.append(numpy_helper.from_array(np.array([0, 0, -1], np.int64), f"s{k}"))
        nodes.append(helper.make_node("Reshape", [f"t{k}", f"s{k}"], [f"o{k}"]))
        x, width = f"o{k}", directions * hidden
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["steps", "batch", "input"])]
    if r["lengths"]:
        inputs.append(helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"]))
    graph = helper.make_graph(nodes, "lstm", inputs, [helper.make_tensor_value_info(x, TensorProto.FLOAT, None)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8).SerializeToString(), x


def measure(r):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = r["threads"], 1
    graph, output = model(r)
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    feed = {"x": np.random.default_rng(1).standard_normal((r["steps"], r["batch"], r["input"])).astype(np.float32)}
    if r["lengths"]:
        feed["lengths"] = np.array(r["lengths"], np.int32)
    times, until = [], time.perf_counter() + 0.2
    while time.perf_counter() < until:
        session.run([output], feed)
    until = time.perf_counter() + r["seconds"]
    while time.perf_counter() < until or len(times) < 3:
        begin = time.perf_counter()
        session.run([output], feed)
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e6


print(json.dumps({"name": "ONNX Runtime " + onnxruntime.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps({"median": measure(json.loads(line))}), flush=True)
