import gc
import sys
import warnings
print(gc.isenabled(), gc.get_threshold(), gc.callbacks, len(gc.garbage))
print(sys.gettrace(), sys.getprofile(), sys.displayhook.__name__)
print(warnings.filters[:3])
print(__import__("decimal").getcontext())
sys.displayhook(5)
