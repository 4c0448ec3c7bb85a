"""HTML by the standard library's trees: whatever text comes in is escaped on the way out."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

from ..util import clean_text

Child = Element | str | None


def make_element(tag: str, *children: Child | Iterable[Child], **attributes: str) -> Element:
    """An element; `class_` is its class, `aria_label` its aria-label."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): clean_text(value) for name, value in attributes.items()})
    for child in children:
        for each in [child] if isinstance(child, str | Element) or child is None else child:
            _append(made, each)
    return made


def serialize_element(element: Element) -> str:
    """The element as HTML."""
    return tostring(element, encoding="unicode", method="html")


def _append(parent: Element, child: Child) -> None:
    if child is None:
        return
    if isinstance(child, Element):
        parent.append(child)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + clean_text(child)
    else:
        parent.text = (parent.text or "") + clean_text(child)
