import __main__
import sys
print(__name__, __file__, sys.argv, __main__.__dict__ is globals())
print(sorted(n for n in globals()))
print(__doc__, __spec__, __builtins__.__name__, __package__)
print(sys.path, sys.executable, sys.prefix)
# the one difference that is meant: sets come in the same order in every run
print(str(sys.flags).replace("hash_randomization=1", "hash_randomization=0"))
print(sys.stdin.encoding, sys.stdout.encoding, sys.stdout.errors,
      sys.stderr.errors, sys.stdout.line_buffering, sys.getfilesystemencoding())
print(sys.getrecursionlimit(), sys.dont_write_bytecode, sys.version)
