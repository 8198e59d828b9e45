"""Measure how many ordinary texts are taken for card numbers, and print docs/card-numbers.md with the figures.

`tapstack generate card-numbers` runs this and writes the page.
"""

from corpora.report import FILE, render, written

if __name__ == "__main__":
    print(written(FILE.read_text(encoding="utf-8"), render()), end="")
