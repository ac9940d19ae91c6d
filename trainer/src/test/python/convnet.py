"""PyTorch's side of the comparison: makes a convnet, trains it on given batches, and looks at what came back.

convnet.py make DIR             writes net.pt, net.safetensors, net.state_dict.pt, batches/ and test/ (raw little-endian)
convnet.py train DIR STEPS LR   trains on the batches; prints a loss per step, then the accuracy on the test images
convnet.py autocast DIR STEPS LR  the same, forward passes under torch.autocast with bfloat16
convnet.py same DIR             compares DIR/out bit for bit with what make wrote
convnet.py check DIR            loads DIR/out in three ways, compares bit for bit; prints the accuracy on the test images
"""

import pathlib
import sys

import numpy
import safetensors.torch
import torch
from torch import nn

SIDE = 12
CLASSES = 4
BATCH = 32


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(3))
        self.head = nn.Linear(16 * 9, CLASSES)

    def forward(self, image):
        return self.head(self.body(image.float() / 255).flatten(1))


def images(generator, count):
    """Noisy bars: horizontal, vertical, and the two diagonals, each at a random place."""
    label = generator.integers(0, CLASSES, count)
    image = generator.normal(90, 45, (count, SIDE, SIDE))
    for i in range(count):
        place = generator.integers(2, SIDE - 2)
        along = numpy.arange(SIDE)
        across = [numpy.full(SIDE, place), along, (along + place) % SIDE, (place - along) % SIDE][label[i]]
        down = [along, numpy.full(SIDE, place), along, along][label[i]]
        image[i, down, across] += 70
    return image.clip(0, 255).astype(numpy.uint8), label.astype(numpy.int64)


def make(directory, steps=400):
    torch.manual_seed(20)
    net = ConvNet()
    torch.jit.save(torch.jit.script(net), str(directory / "net.pt"))
    safetensors.torch.save_file(net.state_dict(), directory / "net.safetensors")
    torch.save(net.state_dict(), directory / "net.state_dict.pt")
    generator = numpy.random.default_rng(21)
    for name, count in ("train", BATCH * steps), ("test", 2000):
        image, label = images(generator, count)
        image.tofile(directory / f"{name}.image")
        label.tofile(directory / f"{name}.label")


def read(directory, name):
    image = numpy.fromfile(directory / f"{name}.image", numpy.uint8).reshape(-1, 1, SIDE, SIDE)
    return torch.from_numpy(image), torch.from_numpy(numpy.fromfile(directory / f"{name}.label", numpy.int64))


def accuracy(net, directory):
    image, label = read(directory, "test")
    net.eval()
    with torch.no_grad():
        return (net(image).argmax(1) == label).double().mean().item()


def train(directory, steps, rate, precision=torch.float32):
    torch.set_num_threads(1)
    net = ConvNet()
    net.load_state_dict(safetensors.torch.load_file(directory / "net.safetensors"))
    image, label = read(directory, "train")
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, betas=(0.9, 0.98), eps=1e-8, weight_decay=0)
    for step in range(steps):
        chosen = slice(step * BATCH, (step + 1) * BATCH)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
            loss = nn.functional.cross_entropy(net(image[chosen]).float(), label[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(repr(loss.item()))
    print(accuracy(net, directory))


def same(directory):
    made = safetensors.torch.load_file(directory / "net.safetensors")
    returned = safetensors.torch.load_file(directory / "out" / "model.safetensors")
    assert set(made) == set(returned), sorted(returned)
    for name, value in made.items():
        assert value.dtype == returned[name].dtype and torch.equal(value, returned[name]), name


def check(directory):
    script = torch.jit.load(str(directory / "out" / "model.pt"))
    pickled = torch.load(directory / "out" / "state_dict.pt", weights_only=True)
    mapped = torch.load(directory / "out" / "state_dict.pt", weights_only=True, mmap=True)
    safe = safetensors.torch.load_file(directory / "out" / "model.safetensors")
    net = ConvNet()
    net.load_state_dict(pickled, strict=True)
    expected = {name: value.dtype for name, value in net.state_dict().items()}
    for source in script.state_dict(), pickled, mapped, safe:
        assert set(source) == set(expected), sorted(source)
        for name, value in source.items():
            assert value.dtype == expected[name], name
            assert torch.equal(value, pickled[name]), name
    assert script.training, "the module was saved in the mode it was loaded in"
    image, _ = read(directory, "test")
    script.eval()
    net.eval()
    assert torch.equal(script(image), net(image))
    print(accuracy(net, directory))


if __name__ == "__main__":
    command, directory, *rest = sys.argv[1:]
    directory = pathlib.Path(directory)
    if command == "make":
        make(directory)
    elif command == "train":
        train(directory, int(rest[0]), float(rest[1]))
    elif command == "autocast":
        train(directory, int(rest[0]), float(rest[1]), torch.bfloat16)
    elif command == "same":
        same(directory)
    elif command == "check":
        check(directory)
    else:
        sys.exit(__doc__)
