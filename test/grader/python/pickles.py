import dataclasses
import enum
import inspect
import pickle


@dataclasses.dataclass
class P:
    x: int


class C(enum.Enum):
    A = 1


print(pickle.loads(pickle.dumps([P(1), C.A])), P.__module__)
print(inspect.getsource(P).splitlines()[1])
