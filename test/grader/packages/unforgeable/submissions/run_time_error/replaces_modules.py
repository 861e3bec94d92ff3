import sys

for name in list(sys.modules):
    if name.startswith(("assay", "unittest", "json", "_wire")):
        sys.modules[name] = None
import _wire
