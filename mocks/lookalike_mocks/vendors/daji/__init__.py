"""Daji: the searches on 1688 and on Taobao, and the upload that both have."""
