"""Pictures of many kinds, and the squares that Pillow makes of them as diffusers' training scripts do."""

import numpy
from PIL import Image, ImageOps
from PIL.Image import Resampling

ORIENTATION = 0x0112
SIZE = 24


def write_images(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, image in pictures().items():
        image.save(folder / name)
        write_square(folder, name)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        name = f"turned{orientation}.jpg"
        quarters(40, 32).save(folder / name, exif=exif, quality=95)
        write_square(folder, name)
        if orientation == 6:
            quarters(40, 32).save(folder / "turned6.png", exif=exif)
            write_square(folder, "turned6.png")


def write_square(folder, name):
    upright = ImageOps.exif_transpose(Image.open(folder / name))
    expected = square(over_white(upright)).resize((SIZE, SIZE), Resampling.LANCZOS)
    expected.save(folder / (name.replace(".", "_") + ".expected.png"))


def pictures():
    wide, tall = picture(97, 61), picture(37, 50)
    fade = Image.fromarray(numpy.tile(numpy.arange(61, dtype=numpy.uint8) * 4, (61, 1)))
    transparent = picture(61, 61)
    transparent.putalpha(fade)
    return {
        "shrunk.png": wide,
        "tall.png": tall,
        "grown.png": picture(17, 16),
        "same.png": picture(SIZE, SIZE),
        "transparent.png": transparent,
        "grey.png": wide.convert("L"),
        "grey_transparent.png": transparent.convert("LA"),
        "palette.png": wide.quantize(16, dither=Image.Dither.NONE),
        "bits.png": wide.convert("1"),
        "photo.jpg": wide,
        "photo_grey.jpg": wide.convert("L"),
        "cmyk.jpg": quarters(40, 32).convert("CMYK"),
        "print.jpg": inked(quarters(40, 32)),
        "print.tif": inked(picture(40, 32)),
        "ycbcr.tif": picture(40, 32).convert("YCbCr"),
        "map.bmp": picture(40, 32),
        "animation.gif": tall.quantize(16, dither=Image.Dither.NONE),
        "scan.tif": wide,
    }


def picture(width, height):
    """Waves and a hard edge, which an aliasing filter gets wrong."""
    y, x = numpy.mgrid[0:height, 0:width]
    red = 127 + 120 * numpy.sin(x * 1.9) * numpy.cos(y * 0.3)
    green = 255 * (x * 2 > y + width / 2)
    blue = 255 * y / height
    return Image.fromarray(numpy.stack([red, green + 0 * y, blue], 2).astype(numpy.uint8))


def quarters(width, height):
    """Four colours, so that no turn looks like another."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("green", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    image.paste("white", (width // 2, height // 2, width, height))
    return image


def inked(image):
    """CMYK with a black of its own; Pillow's conversion leaves that plane empty."""
    red, green, blue = image.split()
    return Image.merge("CMYK", (green, blue, red, Image.linear_gradient("L").resize(image.size)))


def over_white(image):
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def square(image):
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))
