"""FID's Inception-v3 as pytorch-fid builds it, with weights from a formula: a repository has no room for 24 million."""

from unittest import mock

import numpy
import torch
from pytorch_fid import inception
from torchvision.models import inception_v3

from fixture import save_json, save_tensors
from images import picture

LAYERS = (
    "Conv2d_1a_3x3 Conv2d_2a_3x3 Conv2d_2b_3x3 maxpool1 Conv2d_3b_1x1 Conv2d_4a_3x3 maxpool2"
    " Mixed_5b Mixed_5c Mixed_5d Mixed_6a Mixed_6b Mixed_6c Mixed_6d Mixed_6e Mixed_7a Mixed_7b Mixed_7c avgpool"
).split()


def write_inception(folder):
    state = generated_state()
    network = fid_network(state)
    pictures = torch.stack([pixels(70, 50), pixels(50, 70).transpose(1, 2).flip(0)])
    values = {"pictures": pictures}
    layers = [layer for block in network.blocks for layer in block]
    for name, layer in zip(LAYERS[:-1], layers[:-1], strict=True):
        layer.register_forward_hook(lambda _module, _inputs, output, name=name: values.update({name: sample(output)}))
    values["features"] = network(pictures / 255)[0].flatten(1)
    save_tensors(folder, values)
    save_json(folder, "tensors.json", {name: "x".join(map(str, tensor.shape)) for name, tensor in state.items()})


def sample(output):
    """A part of what a layer gives that has values of every branch, at the border and within."""
    return output[:, ::12, ::5, ::13]


def pixels(width, height):
    return torch.from_numpy(numpy.array(picture(width, height))).permute(2, 0, 1)


def fid_network(state):
    """What pytorch-fid measures with, but for the file that it would download."""
    with mock.patch.object(inception, "load_state_dict_from_url", lambda _url, progress: state):
        return inception.InceptionV3().eval()


def generated_state():
    """Every tensor from its name, its shape and its place among the sorted names."""
    network = inception_v3(num_classes=1008, aux_logits=False, weights=None, init_weights=False)
    shapes = {name: tensor.shape for name, tensor in sorted(network.state_dict().items()) if tensor.ndim}
    return {name: generate(i, name, shape) for i, (name, shape) in enumerate(shapes.items())}


def generate(number, name, shape):
    """GeneratedInception of the Java tests does the same, bit for bit."""
    x = numpy.arange(shape.numel(), dtype=numpy.uint32) * numpy.uint32(0x9E3779B1)
    x ^= numpy.uint32(number * 0x85EBCA77 & 0xFFFFFFFF)
    x ^= x >> 16
    x *= numpy.uint32(0x7FEB352D)
    x ^= x >> 15
    x *= numpy.uint32(0x846CA68B)
    x ^= x >> 16
    uniform = x / 2.0**31 - 1  # [-1, 1)
    if len(shape) > 1:
        values = uniform * numpy.sqrt(6 / shape[1:].numel())
    elif name.endswith(("bn.weight", "running_var")):
        values = 1 + 0.5 * uniform
    else:
        values = 0.3 * uniform
    return torch.from_numpy(values.astype(numpy.float32).reshape(shape))
