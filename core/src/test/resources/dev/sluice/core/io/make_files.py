#!/usr/bin/env python3
"""Makes the files beside this script with PyTorch and safetensors: python make_files.py

Their numbers are not stored elsewhere: both sides compute them with value(), as the fixtures of the LSTM do.
"""
import collections, os, pathlib, sys
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
sys.path.append(str(HERE.parent))
from fixture_numbers import tensor


class Command:
    def __reduce__(self):
        return os.system, ("echo this must never run",)


def lstm():
    module = torch.nn.LSTM(2, 3, 2, bidirectional=True, proj_size=2)
    for stream, parameter in enumerate(module.parameters()):
        parameter.data = tensor(100 + stream, *parameter.shape)
    return module


module = lstm()
torch.save(module.state_dict(), HERE / "lstm.pt")
torch.save(module.state_dict(), HERE / "legacy.pt", _use_new_zipfile_serialization=False)
save_file({"encoder.lstm." + name: t for name, t in module.state_dict().items()} | {"head.weight": tensor(1, 4)}, HERE / "lstm.safetensors", {"made by": "make_files.py"})

adam = torch.optim.Adam(module.parameters(), lr=0.01)
module(tensor(2, 4, 1, 2))[0].sum().backward()
adam.step()
torch.save({"epoch": 7, "rate": 0.25, "done": False, "note": "hello", "model": {"lstm": lstm().state_dict()}, "optimizer": adam.state_dict(),
            "sizes": [torch.tensor([2, 3]), (4, 5)]}, HERE / "training.pt")

types = collections.OrderedDict((str(t).split(".")[1], tensor(3, 2, 3, dtype=t)) for t in (torch.float64, torch.float32, torch.float16, torch.bfloat16))
whole = {str(t).split(".")[1]: torch.tensor([0, 1, 100], dtype=t) for t in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)}
torch.save(types | whole, HERE / "types.pt")
save_file(types | whole, HERE / "types.safetensors")

shared = tensor(4, 4, 6)
torch.save({"whole": shared, "tied": shared, "transposed": shared.t(), "rows": shared[1:3], "every second column": shared[:, ::2], "one": shared[2, 3], "none": shared[:0],
            "parameter": torch.nn.Parameter(shared)}, HERE / "strided.pt")

torch.save(module, HERE / "module.pt")
torch.save({"a": tensor(1, 2), "b": Command()}, HERE / "command.pt")
torch.save({"a": tensor(1, 2), "b": Command()}, HERE / "command-legacy.pt", _use_new_zipfile_serialization=False)
