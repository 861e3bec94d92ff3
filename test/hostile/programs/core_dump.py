# end: signaled 11
# artefact: core absent
import ctypes
ctypes.string_at(0)
