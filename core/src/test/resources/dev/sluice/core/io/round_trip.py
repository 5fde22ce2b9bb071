"""What RoundTripWithPyTorchTest lets PyTorch and safetensors do: python round_trip.py FOLDER

FOLDER has configurations.json, and for each configuration NUMBER what Java wrote: java-NUMBER.pt or .safetensors, the weights, and java-NUMBER.run, an input.
For each, this writes the weights that it read as again-NUMBER.EXTENSION; weights of its own as python-NUMBER.EXTENSION; and for both, python-NUMBER.run and
again-NUMBER.run: safetensors of the input, the weights as float32, and what torch.nn.LSTM makes of them in float64.
"""
import json, pathlib, sys
import torch
from safetensors.torch import load_file, save_file
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

folder = pathlib.Path(sys.argv[1])


def module(c):
    return torch.nn.LSTM(c["input"], c["hidden"], c["layers"], bias=c["bias"], batch_first=c["batchFirst"], bidirectional=c["bidirectional"], proj_size=c["projection"], dtype=torch.float64)


def named(c, state):
    return {(c["prefix"] + "." if c["prefix"] else "") + name: value for name, value in state.items()}


def save(c, name, state):
    path = folder / f"{name}-{c['number']}.{c['extension']}"
    if c["extension"] == "safetensors":
        save_file(state, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=c["extension"] == "pt")


def run(c, name, state, given):
    """state: float32, without prefix"""
    lstm = module(c)
    lstm.load_state_dict({key: value.double() for key, value in state.items()}, strict=True)
    x, first = given["x"].double(), (given["h_0"].double(), given["c_0"].double()) if c["states"] else None
    with torch.no_grad():
        dense, (h, cell) = lstm(x, first)
        packed, (packed_h, packed_cell) = lstm(pack_padded_sequence(x, torch.tensor(c["lengths"]), c["batchFirst"], enforce_sorted=False), first)
    padded, _ = pad_packed_sequence(packed, c["batchFirst"], total_length=c["steps"])
    results = {"dense.output": dense, "dense.h_n": h, "dense.c_n": cell, "packed.output": padded, "packed.h_n": packed_h, "packed.c_n": packed_cell}
    everything = given | {"weights." + key: value for key, value in state.items()} | results
    save_file({key: value.contiguous() for key, value in everything.items()}, folder / f"{name}-{c['number']}.run")


def python_begins(c):
    torch.manual_seed(c["seed"])
    state = {key: value.to(getattr(torch, c["dtype"])) for key, value in module(c).state_dict().items()}
    save(c, "python", named(c, state))
    directions, batch = c["layers"] * (1 + c["bidirectional"]), len(c["lengths"])
    given = {"x": torch.randn((batch, c["steps"], c["input"]) if c["batchFirst"] else (c["steps"], batch, c["input"])),
             "h_0": torch.randn(directions, batch, c["projection"] or c["hidden"]), "c_0": torch.randn(directions, batch, c["hidden"])}
    run(c, "python", {key: value.float() for key, value in state.items()}, given)


def java_began(c):
    pt, own = folder / f"java-{c['number']}.pt", folder / f"java-{c['number']}.safetensors"
    read = torch.load(pt, weights_only=True) if pt.exists() else load_file(own)
    lstm = module(c).float()
    assert list(read if pt.exists() else named(c, lstm.state_dict())) == list(named(c, lstm.state_dict())), "names in another order"
    lstm.load_state_dict({key[len(c["prefix"]) + 1 if c["prefix"] else 0:]: value for key, value in read.items()}, strict=True)
    save(c, "again", named(c, lstm.state_dict()))
    run(c, "again", lstm.state_dict(), load_file(folder / f"java-{c['number']}.run"))


for configuration in json.loads((folder / "configurations.json").read_text()):
    try:
        python_begins(configuration)
        java_began(configuration)
    except Exception as e:
        raise RuntimeError(f"failed with {configuration}") from e
