"""What a broken rule means that only a vendor's code can check, in one plain sentence for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_IMAGE_BYTES: Final = "the picture in {parameter} has too many bytes"
_IMAGE_FORMAT: Final = "{parameter} is no picture in a format that is read"
_IMAGE_PIXELS: Final = "a side of the picture in {parameter} has too many pixels, or too few"
_IMAGE_ORIENTATION: Final = "the EXIF data of the picture in {parameter} says that it has to be turned"
_IMAGE_URL: Final = "{parameter} is an address, and this operation takes the bytes of a picture"

# the rule of a VendorError -> a sentence with places for `parameter` and `value`
RULE_SENTENCES: Final[Mapping[str, str]] = {
    "bytes": _IMAGE_BYTES,
    "converted-on-host": "{parameter} is {value}: a converted path is sent without a host, and is an address at none",
    "filter-grammar": "{parameter} does not follow the grammar of filters",
    "filter-integer": "{parameter} compares a number with what is no whole number",
    "filter-length": "{parameter} is longer than a filter may be",
    "filter-missing": "{parameter} is missing, and the request says that it deletes by one",
    "format": _IMAGE_FORMAT,
    "host": "{parameter} is {value}, which is on none of the hosts whose pictures are taken; it has to be converted first",
    "image-bytes": _IMAGE_BYTES,
    "image-format": _IMAGE_FORMAT,
    "image-missing": "{parameter} is missing, and this kind of search needs a picture",
    "image-name": "no picture has this ProductId and this {parameter}",
    "image-orientation": _IMAGE_ORIENTATION,
    "image-pixels": _IMAGE_PIXELS,
    "image-url": _IMAGE_URL,
    "instance-flow": "the instance has had as many of these requests within a second as it takes",
    "instance-full": "the instance holds as many pictures as it may",
    "locale": "{parameter} is {value}, which is none of the languages that this platform offers",
    "name-length": "{parameter} is longer than a name may be",
    "name-missing": "{parameter} is missing, and this kind of search needs it",
    "orientation": _IMAGE_ORIENTATION,
    "pixels": _IMAGE_PIXELS,
    "policy-condition": "a condition of the upload's policy does not hold for this form",
    "policy-conditions": "the conditions of the upload's policy cannot be read, or there is none",
    "policy-too-large": "the file has more bytes than the upload's policy allows",
    "policy-too-small": "the file has fewer bytes than the upload's policy asks for",
    "product-length": "{parameter} is longer than a name may be",
    "product-missing": "{parameter} is missing, and without a filter it says what is meant",
    "region": "{parameter} is {value}, which is no box within a picture",
    "region-order": "{parameter} ends before it begins: it is x1,x2,y1,y2",
    "region-outside": "{parameter} does not lie within the picture",
    "unknown": "{parameter} is {value}, which no upload has given out",
    "unknown-instance": "there is no instance of the name in {parameter}; the demo account's is demoinstance1",
    "unreachable": "no picture can be fetched at the address in {parameter}, {value}",
}
