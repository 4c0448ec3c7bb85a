"""What is asked of a server, and what the document says must come of it.

The way of a drawn request:

1. `free_parameters` says which parameters of an operation may have any value.
2. `values` draws values for each, good and bad: the edges of every keyword, and some at random.
3. `violated_keywords` holds each to the document once, and `ambiguity` says where that leaves a doubt.
4. `mutation` puts one or a few of them into the good request, and sends it.
5. `oracle` predicts the response, good or one of these errors, and says how the one that came differs.

`unknown_routes` and `images` build requests that no schema describes. `parse` and `multipart` read a request's values back.
"""
