"""What tests see of a solution that is another process: a module with its
names, and classes of its exceptions.
"""

import types


class Missing:
    """A name that the submission does not define, imported by its tests."""

    def __init__(self, name):
        object.__setattr__(self, "name", name)

    def _fail(self, *args, **kwargs):
        raise AttributeError(
            f"the program does not define {object.__getattribute__(self, 'name')!r}")

    __call__ = __getattr__ = __setattr__ = __iter__ = __len__ = _fail
    __eq__ = __lt__ = __le__ = __bool__ = __str__ = __repr__ = _fail
    __getitem__ = __contains__ = __instancecheck__ = __mro_entries__ = _fail
    __hash__ = None


class Solution(types.ModuleType):
    """What `import solution` gives."""

    def __init__(self, tests, exports, stars):
        super().__init__("solution")
        self.__dict__.update(assay__tests=tests, assay__exports=exports,
                             __all__=stars, assay__first=None)

    def __getattr__(self, name):
        d = self.__dict__
        if name not in d["assay__exports"]:
            raise AttributeError(
                f"the model solution does not define {name!r}, so a solution "
                "need not, either")
        first = d["assay__first"]
        if first is not None:  # the tests are being imported
            return first[name] if name in first else Missing(name)
        return d["assay__tests"].attribute(name)

    def __setattr__(self, name, value):
        if name.startswith("__"):
            super().__setattr__(name, value)
        else:
            raise AttributeError("tests cannot replace parts of a solution "
                                 "that is another process")


class ProgramError:
    """Mixed into the classes of a submission's own exceptions."""

    def __getattr__(self, name):
        error = self.__dict__.get("assay__error")
        if name.startswith("__") or error is None:
            raise AttributeError(name)
        return getattr(error, name)

    def __str__(self):
        return self.__dict__.get("assay__text", "")
