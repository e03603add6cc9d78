"""Write docs/commands.md from the commands themselves, so that the page says what --help says.

usage: make_commands_page.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from marchcam.cli import cli

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
HEAD = """# Commands

Every command and option; the same stands in `marchcam COMMAND --help`. Written by `python tools/make_commands_page.py`.

An error is one sentence that says what failed and what to do. The exit code is 0 when all went well,
1 after a failure, 2 after a wrong option, 130 after Ctrl-C.
"""


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it, in alphabetical order."""
    for name, command in sorted(group.commands.items()):
        inner = isinstance(command, click.Group)
        if not inner or command.invoke_without_command or options(command):
            yield (*before, name), command
        if inner:
            yield from commands(command, (*before, name))


def options(command: click.Command) -> list[click.Option]:
    """Its options, without --help."""
    return [p for p in command.params if isinstance(p, click.Option) and p.name != "help"]


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_section(words, command) for words, command in commands(cli))


def _section(words: tuple[str, ...], command: click.Command) -> str:
    arguments = [p.metavar or p.name.upper() for p in command.params if isinstance(p, click.Argument)]
    call = " ".join(["marchcam", *words, *(["[OPTIONS]"] if options(command) else []), *arguments])
    lines = [f"\n## {' '.join(words)}\n", f"`{call}`\n", _help(command.help or "")]
    if options(command):
        lines += ["| option | | |", "|---|---|---|", *map(_row, options(command)), ""]
    return "\n".join(lines)


def _help(text: str) -> str:
    """The help with its example as a block of code."""
    out = []
    for part in re.split(r"\n\s*\n", re.sub(r"^    ", "", text.strip(), flags=re.M)):
        lines = part.replace("\b", "").strip("\n").splitlines()
        if lines and lines[0].strip() == "Example:":
            out.append("\n".join(["```sh", *(line.strip() for line in lines[1:]), "```"]))
        else:
            out.append("\n".join(line.strip() for line in lines))
    return "\n\n".join(out) + "\n"


def _row(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    kind = "" if option.is_flag else option.metavar or ""
    if isinstance(option.type, click.Choice):
        kind = ", ".join(map(str, option.type.choices))
    notes = [option.help.rstrip(".")]
    if option.show_default and not option.is_flag and option.default is not None:
        notes.append(f"default {option.default}")
    if option.required:
        notes.append("required")
    text = "; ".join(notes)
    words, colon, example = text.partition(": --")
    example, semicolon, rest = example.partition("; ")
    shown = f"{words}: `--{example}`{semicolon}{rest}" if colon else text
    return f"| {names} | {kind} | {shown.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
