# end: exited 0
# As all_calls.c; of its table, too, and for an interpreter that may be warm.
import ctypes, platform
exist = (
    (0, 28), (32, 40), (44, 45), (48, 48), (51, 53), (55, 63), (72, 72),
    (74, 100), (102, 102), (104, 115), (117, 121), (124, 125), (127, 133),
    (135, 135), (137, 138), (140, 141), (143, 143), (145, 150), (152,
    152), (157, 158), (160, 160), (186, 187), (191, 196), (200, 204),
    (213, 213), (217, 219), (221, 226), (228, 235), (239, 239), (247,
    247), (257, 271), (273, 274), (277, 277), (280, 287), (289, 293),
    (295, 297), (302, 302), (309, 309), (316, 316), (318, 319), (322,
    322), (324, 332), (334, 334), (436, 437), (439, 439), (441, 441),
    (449, 449), (452, 452))
libc = ctypes.CDLL(None, use_errno=True)
bad = []
for nr in range(2000) if platform.machine() == "x86_64" else ():
    if nr in (335, 336) or any(a <= nr <= b for a, b in exist):
        continue
    ctypes.set_errno(0)
    if libc.syscall(nr, 0, 0, 0, 0, 0, 0) != -1 or \
            ctypes.get_errno() not in (1, 38):
        bad.append(f"call {nr}: errno {ctypes.get_errno()}")
print("\n".join("not ok: " + b for b in bad) or "ok")
