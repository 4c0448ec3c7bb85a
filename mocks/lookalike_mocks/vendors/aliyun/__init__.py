"""Alibaba Cloud Image Search: search, stored images, and the upload of files beforehand."""
