#!/usr/bin/env python3
"""Makes the fixtures beside this script with PyTorch, in float64: python make_fixtures.py

Inputs and parameters are not stored: both sides compute them with value(), whose results are float32 numbers.
"""
import itertools, json, pathlib, sys
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

HERE = pathlib.Path(__file__).parent
sys.path.append(str(HERE.parent))
from fixture_numbers import tensor
LENGTHS, TARGETS = [3, 1, 9, 5, 5, 2], [0, 3, -100, 2, 2, 1]
STEPS, BATCH, INPUT, HIDDEN, PROJECTION = 7, 6, 2, 3, 2
torch.set_default_dtype(torch.float64)


def numbers(t):
    return [float(f"{x:.9g}") for x in t.detach().reshape(-1).tolist()]


def lstm_case(bias, projection, bidirectional, batch_first, lengths, layers):
    lstm = torch.nn.LSTM(INPUT, HIDDEN, layers, bias=bias, batch_first=batch_first, bidirectional=bidirectional, proj_size=projection)
    for stream, parameter in enumerate(lstm.parameters()):
        parameter.data = tensor(100 + stream, *parameter.shape)
    directions = 2 if bidirectional else 1
    sizes = (BATCH, STEPS) if batch_first else (STEPS, BATCH)
    x = tensor(1, *sizes, INPUT).requires_grad_()
    h = tensor(2, layers * directions, BATCH, projection or HIDDEN).requires_grad_()
    c = tensor(3, layers * directions, BATCH, HIDDEN).requires_grad_()
    if lengths is None:
        output, (h_n, c_n) = lstm(x, (h, c))
    else:
        packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=batch_first, enforce_sorted=False)
        output, (h_n, c_n) = lstm(packed, (h, c))
        output, _ = pad_packed_sequence(output, batch_first=batch_first)
    loss = (output * tensor(4, *output.shape)).sum() + (h_n * tensor(5, *h_n.shape)).sum() + (c_n * tensor(6, *c_n.shape)).sum()
    loss.backward()
    return {
        "bias": bias, "projection": projection, "bidirectional": bidirectional, "batchFirst": batch_first, "lengths": lengths, "layers": layers,
        "output": numbers(output), "h_n": numbers(h_n), "c_n": numbers(c_n),
        "input gradient": numbers(x.grad), "h_0 gradient": numbers(h.grad), "c_0 gradient": numbers(c.grad),
        "parameter gradients": {name: numbers(p.grad) for name, p in lstm.named_parameters()},
    }


def initial_case(seed, *sizes, **options):
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(seed)
    lstm = torch.nn.LSTM(*sizes, **options)
    torch.set_default_dtype(torch.float64)
    return {"seed": seed, "lstm": str(lstm), "parameters": {name: numbers(p) for name, p in lstm.named_parameters()}}


def optimizer_case(name, make, schedule=None):
    parameter = torch.nn.Parameter(tensor(1, 3, 4))
    optimizer = make([parameter])
    scheduler = schedule(optimizer) if schedule else None
    rates = []
    for step in range(6):
        parameter.grad = tensor(10 + step, 3, 4)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if scheduler:
            scheduler.step()
    return {"name": name, "parameter": numbers(parameter), "rates": rates}


def loss_case():
    logits = (tensor(1, 5, 4) * 8).requires_grad_()
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 3, -100, 2, 2]))
    loss.backward()
    return {"loss": loss.item(), "gradient": numbers(logits.grad)}


def clip_case():
    parameters = [torch.nn.Parameter(tensor(1, 3)), torch.nn.Parameter(tensor(2, 2, 2))]
    for i, p in enumerate(parameters):
        p.grad = tensor(3 + i, *p.shape)
    norm = torch.nn.utils.clip_grad_norm_(parameters, 0.25)
    return {"norm": norm.item(), "gradients": [numbers(p.grad) for p in parameters]}


def float32(t):
    return [float(f"{x:.9g}") for x in t.detach().reshape(-1).tolist()]  # NaN, Infinity, -0.0 included


def function_case(call, function, x, arriving):
    x = x.clone().requires_grad_()
    result = function(x)
    result.backward(arriving.view(result.shape))
    return {"call": call, "sizes": list(x.shape), "input": float32(x), "result": float32(result), "arriving": float32(arriving), "gradient": float32(x.grad)}


def function_cases():
    nan, inf = float("nan"), float("inf")
    points = torch.tensor([nan, inf, -inf, -0.0, 0.0, 1, -1, 2, -2, 200, -200, 88.7, -100, 1e-40, 3.4e38, 0.5], dtype=torch.float32)
    rows = torch.tensor([[1, 3, 3, 2], [nan, 1, nan, inf], [-0.0, 0.0, -0.0, 0.0], [0.0, -0.0, 1, -1], [inf, inf, -inf, -inf], [-inf, 1, nan, nan]], dtype=torch.float32)
    functions = {
        "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt, "abs": torch.abs,
        "clamp(-1, 1)": lambda x: x.clamp(-1, 1), "clamp(0, inf)": lambda x: x.clamp(min=0), "clamp(-0, 0)": lambda x: x.clamp(-0.0, 0.0),
    }
    extremes = {"max": torch.max, "min": torch.min}
    return [function_case(call, f, points, arriving) for call, f in functions.items() for arriving in (torch.ones(16, dtype=torch.float32), points.flip(0))] + [
        function_case(f"{call}({d})", lambda x: f(x, d).values, rows, tensor(1, 4 if d == 0 else 6, dtype=torch.float32)) for call, f in extremes.items() for d in (0, 1)]


def broadcast_case(call, function, one, other):
    a, b = tensor(1, *one).requires_grad_(), (tensor(2, *other) + 2).requires_grad_()
    result = function(a, b)
    result.backward(tensor(3, *result.shape))
    return {"call": call, "one": one, "other": other, "sizes": list(result.shape), "result": numbers(result), "gradients": [numbers(a.grad), numbers(b.grad)]}


with open(HERE / "functions.json", "w") as out:
    shapes = [([3, 1], [1, 4]), ([4], [3, 1]), ([2, 1, 3], [4, 1]), ([], [2, 3]), ([2, 3], [1, 3]), ([1], [2, 2, 2]), ([2, 1, 3, 1], [3, 1, 2]), ([0, 3], [1]), ([1, 3], [0, 1])]
    operations = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}
    json.dump({
        "functions": function_cases(),
        "broadcasts": [broadcast_case(call, f, *pair) for call, f in operations.items() for pair in shapes],
    }, out, separators=(",", ":"))
def reduced(loss, leaves, **case):
    """A loss and its gradients; one of many numbers is weighted with a stream of its own."""
    (loss * tensor(9, *loss.shape) if loss.dim() else loss).sum().backward()
    return case | {"loss": numbers(loss), "gradients": [numbers(leaf.grad) for leaf in leaves]}


def cross_entropy_case(ignored, weights, smoothing, reduction):
    logits = (tensor(1, 6, 4) * 8).requires_grad_()
    weight = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    make = torch.nn.CrossEntropyLoss(weight, ignore_index=ignored, label_smoothing=smoothing, reduction=reduction)
    return reduced(make(logits, torch.tensor([ignored if target == -100 else target for target in TARGETS])), [logits], ignored=ignored, weights=weights, smoothing=smoothing, reduction=reduction)


def element_loss_case(name, make, reduction):
    """Some elements of both are equal, and some differences are as large as the delta of Huber's loss."""
    prediction, target = (tensor(1, 4, 5) * 8).requires_grad_(), tensor(2, 4, 5) * 8
    target[0] = prediction.detach()[0]
    target[1] = prediction.detach()[1] + torch.tensor([1, -1, 0.5, -0.5, 4])
    if name == "BCEWithLogits":
        target = tensor(2, 4, 5) + 0.5
        target[0] = torch.tensor([0, 1, 0, 1, 1])
    target.requires_grad_()
    return reduced(make(reduction=reduction)(prediction, target), [prediction, target], name=name, reduction=reduction, target=numbers(target))


def layer_norm_case(eps, *sizes):
    norm = torch.nn.LayerNorm(sizes[-1], eps)
    norm.weight.data, norm.bias.data = tensor(2, sizes[-1]), tensor(3, sizes[-1])
    x = (tensor(1, *sizes) * 4).requires_grad_()
    y = norm(x)
    (y * tensor(4, *sizes)).sum().backward()
    return {"eps": eps, "sizes": sizes, "output": numbers(y), "gradients": [numbers(t.grad) for t in (x, norm.weight, norm.bias)]}


def sequential_case():
    model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.LayerNorm(6), torch.nn.Dropout(0.1),
                                torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.Tanh()), torch.nn.Linear(5, 2)).eval()
    for stream, parameter in enumerate(model.parameters()):
        parameter.data = tensor(100 + stream, *parameter.shape)
    torch.save({name: value.float() for name, value in model.state_dict().items()}, HERE / "sequential.pt")
    x = tensor(1, 3, 4)
    return {"printed": str(model), "names": list(model.state_dict()), "output": numbers(model(x))}


def pooling_case(name, pool):
    """Numbers of 10 bits, rounded to quarters, so that some are equal."""
    sequences = [((tensor(10 + i, length, 3) * 4).round() / 4).requires_grad_() for i, length in enumerate(LENGTHS)]
    pooled = torch.stack([pool(sequence) for sequence in sequences])
    (pooled * tensor(9, *pooled.shape)).sum().backward()
    return {"name": name, "pooled": numbers(pooled), "gradients": [numbers(sequence.grad) for sequence in sequences]}


with open(HERE / "lstm.jsonl", "w") as out:
    combinations = list(itertools.product((True, False), (0, PROJECTION), (False, True), (False, True), (None, [5, 1, 7, 2, 5, 1]), (2,)))
    combinations += itertools.product((True,), (0, PROJECTION), (False, True), (False,), (None, [7, 5, 5, 2, 1, 1]), (1,))
    for case in combinations:
        out.write(json.dumps(lstm_case(*case), separators=(",", ":")) + "\n")

with open(HERE / "initial.json", "w") as out:
    json.dump([
        initial_case(0, 2, 1),
        initial_case(1, 3, 4, 2, bidirectional=True, proj_size=2),
        initial_case(2, 3, 4, 2, bias=False),
    ], out, separators=(",", ":"))

optim, lr = torch.optim, torch.optim.lr_scheduler
with open(HERE / "training.json", "w") as out:
    json.dump({
        "optimizers": [
            optimizer_case("Adam", lambda p: optim.Adam(p, lr=0.01)),
            optimizer_case("Adam with decay", lambda p: optim.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
            optimizer_case("AdamW", lambda p: optim.AdamW(p, lr=0.01)),
            optimizer_case("SGD", lambda p: optim.SGD(p, lr=0.1)),
            optimizer_case("SGD with momentum", lambda p: optim.SGD(p, lr=0.1, momentum=0.9)),
            optimizer_case("SGD, rate by steps", lambda p: optim.SGD(p, lr=0.1), lambda o: lr.StepLR(o, 2, 0.5)),
            optimizer_case("SGD, rate by cosine", lambda p: optim.SGD(p, lr=0.1), lambda o: lr.CosineAnnealingLR(o, 6, 0.01)),
        ],
        "crossEntropy": loss_case(),
        "clip": clip_case(),
    }, out, indent=1)

REDUCTIONS = ("mean", "sum", "none")
nn = torch.nn
with open(HERE / "nn.json", "w") as out:
    json.dump({
        "crossEntropy": [cross_entropy_case(*case) for case in itertools.product((-100, 2), (None, [0.5, 1, 3, 0]), (0, 0.125, 1), REDUCTIONS)],
        "elementLosses": [element_loss_case(name, make, reduction) for name, make in (
            ("MSE", nn.MSELoss), ("L1", nn.L1Loss), ("Huber", nn.HuberLoss), ("Huber(delta=0.5)", lambda **options: nn.HuberLoss(delta=0.5, **options)),
            ("BCEWithLogits", nn.BCEWithLogitsLoss)) for reduction in REDUCTIONS],
        "layerNorm": [layer_norm_case(1e-5, 3, 7), layer_norm_case(0.5, 2, 3, 4), layer_norm_case(1e-5, 5, 1)],
        "sequential": sequential_case(),
        "pooling": [pooling_case("mean", lambda x: x.mean(0)), pooling_case("max", lambda x: x.max(0).values)],
    }, out, separators=(",", ":"))
