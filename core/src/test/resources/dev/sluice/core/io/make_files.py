#!/usr/bin/env python3
"""Makes the files beside this script with PyTorch and safetensors: python make_files.py

Their numbers are not stored elsewhere: both sides compute them with value(), as the fixtures of the LSTM do.
"""
import collections, io, os, pathlib, sys, zipfile
import numpy as np
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

module = lstm()
torch.save(module.state_dict(), HERE / "legacy-4.pt", pickle_protocol=4, _use_new_zipfile_serialization=False)
script = io.BytesIO()
torch.jit.save(torch.jit.script(module), script)
with zipfile.ZipFile(script) as whole, zipfile.ZipFile(HERE / "script.pt", "w") as part:
    for name in whole.namelist():
        if "/code/" not in name:
            part.writestr(name, whole.read(name))

# what people keep beside a model
noted, attributed = torch.nn.Parameter(tensor(5, 2)), tensor(6, 3)
noted.note, attributed.note = "seen", "too"
schedule = torch.optim.lr_scheduler.MultiStepLR(torch.optim.SGD([noted], 0.1), [30, 80])
whole = tensor(7, 1, 4)
objects = {"lstm": module.state_dict(), "score": np.float64(0.91), "array": np.ones(3), "schedule": schedule.state_dict(), "device": torch.device("cpu"), "labels": {"B"}, "bytes": b"\0\1",
           "more bytes": bytearray(b"ab"), "complex number": 1j, "counts": collections.Counter("aab"), "kinds": frozenset(["one"]), "large": 10 ** 30,
           "by word": collections.defaultdict(list, {"x": [tensor(8, 2)]}), "keys": {("a", "b"): 1, None: 2, 0.5: 3, False: 4, "7": 5, 7: 6}, "noted": noted, "attributed": attributed,
           "expanded": whole.expand(3, 4), "unfolded": torch.arange(6.0).unfold(0, 3, 1), "uint16": torch.tensor([0, 65535], dtype=torch.uint16),
           "float8": torch.ones(2).to(torch.float8_e4m3fn), "complex": torch.ones(2, dtype=torch.complex64), "quantized": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
           "sparse": torch.eye(2).to_sparse(), "meta": torch.ones(2, device="meta")}
torch.save(objects, HERE / "objects.pt")
torch.save(objects, HERE / "objects-5.pt", pickle_protocol=5)
torch.save(objects, HERE / "objects-1.pt", pickle_protocol=1)
save_file({"lstm." + name: t for name, t in module.state_dict().items()} | {name: objects[name] for name in ("uint16", "float8", "complex")}, HERE / "objects.safetensors")
