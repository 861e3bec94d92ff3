"""Programs whose verdicts are known: those of the demo course, whose folders
name them (courses/demo/PACKAGE/submissions/VERDICT/FILE)."""
import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
COURSE = ROOT / "courses" / "demo"

VERDICTS = {
    "accepted": "accepted",
    "wrong_answer": "wrong_answer",
    "compile_error": "compile_error",
    "run_time_error": "runtime_error",
    "time_limit_exceeded": "time_limit",
    "memory_limit_exceeded": "memory_limit",
    "output_limit_exceeded": "output_limit",
}
LANGUAGES = {
    ".py": ("python3", "#"),
    ".c": ("c", "//"),
    ".cpp": ("cpp", "//"),
    ".js": ("javascript", "//"),
    ".sh": ("bash", "#"),
    ".java": ("java", "//"),
}
# seconds of a core; the more, the rarer
SLOW = {"java": 0.15, "cpp": 0.3, "javascript": 0.5, "c": 0.6}
SLOW_VERDICTS = {"time_limit": 0.12, "memory_limit": 0.4, "output_limit": 0.4}


@dataclasses.dataclass(frozen=True)
class Program:
    name: str  # "total/accepted/total.py"
    assignment: str  # slug
    language: str
    verdict: str  # that it must get
    code: str
    comment: str  # what begins one, in this language
    weight: float  # how often to take it

    def unlike(self, word):
        """Its code, unlike any other but those with the same word."""
        end = "" if self.code.endswith("\n") else "\n"
        return f"{self.code}{end}{self.comment} {word}\n"


def program(path):
    slug, _, folder, name = path.relative_to(COURSE).parts
    language, comment = LANGUAGES[path.suffix]
    verdict = VERDICTS[folder]
    return Program(f"{slug}/{folder}/{name}", slug, language, verdict,
                   path.read_text("utf-8"), comment,
                   SLOW.get(language, 1.0) * SLOW_VERDICTS.get(verdict, 1.0))


def known(languages):
    """All programs in languages that the stack offers."""
    found = [program(p) for p in sorted(COURSE.glob("*/submissions/*/*"))]
    return [p for p in found if p.language in languages]


def some(rng, programs, count):
    """That many, by weight; some more than once."""
    return rng.choices(programs, [p.weight for p in programs], k=count)


def slow(programs, seconds):
    """An accepted program that sleeps in each of its tests, so that a fault
    finds it running."""
    model = next(p for p in programs if p.name == "total/accepted/total.py")
    return dataclasses.replace(
        model, name=f"{model.name}, asleep for {seconds} s",
        code=f"import time\ntime.sleep({seconds})\n{model.code}")
