"""Alibaba Cloud Image Search: the pictures of an instance that look like one that it has."""

from __future__ import annotations

from lookalike_specs.wire import Response

from ..call import RequestContext
from ..catalogue.picture import identify_by_product
from ..gallery import ImageKey
from ..world import SandboxState
from . import aliyun
from .aliyun_hits import find_by_names
from .aliyun_instance import Instance, resolve_instance
from .aliyun_picture import QueryImage, wrap_catalogue_image
from .aliyun_rules import build_rule_error


def handle_search_by_name(world: SandboxState, call: RequestContext) -> Response:
    """One page of what the stored picture finds in the instance."""
    where = resolve_instance(world, call, "search")
    return aliyun.respond_with_hits(world, call, where, find_named_image(world, call, where))


def find_named_image(world: SandboxState, call: RequestContext, where: Instance) -> QueryImage:
    """The picture that has these names: one that was added, or one of the catalogue. Raises Refused."""
    product, name = call.values["ProductId"], call.values["PicName"]
    added = world.image_store.images.get(ImageKey(where.name, product, name))
    if added is not None:
        return QueryImage(added.image, lambda: added.thumbnail)
    found = find_by_names(world.catalogue, where.images_per_product, product, name)
    if found is None:
        raise build_rule_error(call, "picture-name", "PicName")
    return wrap_catalogue_image(identify_by_product(found[0]))
