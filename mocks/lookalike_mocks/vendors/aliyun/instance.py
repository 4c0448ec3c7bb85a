"""An instance of Alibaba Cloud Image Search: whose images are searched, and how many of what it holds."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...catalogue import ImageIdentity, load_kinds
from ...catalogue.subjects import Box, select_subject
from ...context import RequestContext
from ...exceptions import VendorError
from ...sandbox.state import SandboxState

# the two names of an image that are required, and the rules that they break when they are missing
REQUIRED_NAMES: Final = (("product-missing", "ProductId"), ("name-missing", "PicName"))


class Instance(msgspec.Struct, frozen=True):
    """One instance: how many images each product of the catalogue has in it, and how many can be added (`capacity`).

    `side_limits` are the least and the most pixels that an image's side may have. `has_categories`: whether the
    service tells categories apart, or knows but `other_category`.
    """

    name: str
    images_per_product: int
    capacity: int | None
    side_limits: tuple[int, int]
    has_categories: bool
    other_category: int

    def choose_category(self, context: RequestContext, predicted: int) -> int:
        """Return the category that counts: the caller's, else the predicted one; some services know only one."""
        if not self.has_categories:
            return self.other_category
        category: int = context.values.get("CategoryId", predicted)
        return category


def resolve_instance(state: SandboxState, context: RequestContext, action: str) -> Instance:
    """Return the instance that is meant; `action` is `search`, `add` or `delete`.

    Raise VendorError where there is none of that name, where it is stopped, and where a second has had too many such
    actions.
    """
    data = context.service.api.root.data
    name = context.values["InstanceName"]
    instances = data["instances"]
    settings: dict[str, Any] | None = instances["known"].get(name)
    if settings is None and context.service.variants["unknown-instance"] == "answered":
        settings = instances["known"][instances["usual"]]
    if settings is None:
        raise build_rule_error(context, "unknown-instance", "InstanceName")
    if "error" in settings:
        raise VendorError(settings["error"])
    # APIs that users add may have instances of the same names
    full_name = f"{context.service.api.id}/{name}"
    limit = settings.get("qps", {}).get(action)
    if limit is not None and not state.rate_limiter.try_acquire(f"{full_name}/{action}", limit, state.clock()):
        raise build_rule_error(context, "instance-flow", "InstanceName")
    service = data["services"][settings["service"]]
    return Instance(
        name=full_name,
        images_per_product=settings["images"],
        capacity=settings.get("capacity"),
        side_limits=tuple(service["sides"]),
        has_categories=service["categories"],
        other_category=data["category-other"],
    )


def build_rule_error(context: RequestContext, rule: str, parameter: str, **facts: Any) -> VendorError:
    """Return the error for a broken rule that only code can check; `data.reactions` of the spec has it."""
    reaction: str | dict[str, str] = context.service.api.root.data["reactions"][rule]
    if isinstance(reaction, str):
        error_id = reaction
    else:
        error_id = reaction[context.service.variants[reaction["variant"]]]
    return VendorError(error_id, {"rule": rule, "parameter": parameter, **facts})


def predict_category(state: SandboxState, image: ImageIdentity, box: Box | None) -> int:
    """Return the category of what is to be seen on an image, or in a box of it."""
    subject = select_subject(image, state.catalogue.size, box)
    return get_product_category(subject.product_index)


def get_product_category(index: int) -> int:
    """Return the category of a product of the catalogue."""
    kinds = load_kinds()
    return kinds[index % len(kinds)].aliyun
