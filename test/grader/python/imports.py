import argparse, array, asyncio, base64, cmath, csv, ctypes, hashlib, logging
import pathlib, queue, secrets, shutil, sqlite3, tempfile, turtledemo, uuid
