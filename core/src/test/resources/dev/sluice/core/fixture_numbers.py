"""Numbers that need not be stored: Numbers.java computes the same."""
import torch


def value(stream, i):
    """A number in [-0.5, 0.5) from a hash of its stream and place, of 10 bits."""
    n = (stream * 1000003 + i) & 0xFFFFFFFF
    for _ in range(2):
        n = ((n ^ (n >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) >> 22) / 1024 - 0.5


def tensor(stream, *sizes, dtype=None):
    return torch.tensor([value(stream, i) for i in range(torch.Size(sizes).numel())], dtype=dtype).view(sizes)
