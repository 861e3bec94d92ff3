# end: signaled 31
# getpid of the other architecture, as machine code.
import ctypes, mmap, os, platform
if platform.machine() == "x86_64":
    m = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE |
                  mmap.PROT_EXEC)
    m.write(b"\xb8\x14\0\0\0\xcd\x80\xc3")
    where = ctypes.addressof(ctypes.c_char.from_buffer(m))
    print("not ok", ctypes.CFUNCTYPE(ctypes.c_int)(where)())
else:
    os.kill(os.getpid(), 31)
