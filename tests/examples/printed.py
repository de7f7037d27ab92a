"""What the example's README prints: code, and commands with what they answer."""

import re

from tests.examples.conftest import CONSUMER

README = (CONSUMER / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
CODE = [content for language, content in BLOCKS if language == "python"]
PRINTED = [
    printed
    for language, content in BLOCKS
    if language == "console"
    for printed in re.findall(r"^\$ (pytest.*)\n((?:(?!\$ ).*\n)*)", content, re.MULTILINE)
]
