"""Files that are put into other programs: what Python and Node.js read before the command, and what enters a namespace.

None of them may import anything of ours: they run where nobody has installed it.
"""
