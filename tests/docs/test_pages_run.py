"""Every block of the documentation is run, or says why not. `make docs-fix` writes what sessions print anew."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from support.diagnostic_pages import apply_diff
from support.doc_blocks import Block, agrees, blocks_of, commands_of

from flowc.settings import load_settings

REPOSITORY = Path(__file__).parents[2]
PAGES = [*sorted((REPOSITORY / "docs").glob("*.md")), REPOSITORY / "README.md", REPOSITORY / "examples" / "README.md"]
NAMES = [str(path.relative_to(REPOSITORY)) for path in PAGES]
RUN = ("console", "python", "bash", "toml", "yaml", "json")
MARK = "\x1e"
LIMIT = 600


@pytest.mark.parametrize("name", NAMES)
def test_every_block_is_run_or_says_why_not(name: str) -> None:
    for block in blocks_of((REPOSITORY / name).read_text(encoding="utf-8")):
        where = f"{name}:{block.start + 1}"
        if block.not_run is not None:
            assert len(block.not_run) > 10, f"{where}: say why it is not run"
        elif block.language:
            assert block.file or block.language in RUN, f"{where}: name the file it is, or say <!-- not run: why -->"
        if block.language == "console" and not block.not_run:
            assert commands_of(block), f"{where}: a session begins with a command"


@pytest.mark.parametrize("name", [*NAMES, "CONTRIBUTING.md"])
def test_links_lead_somewhere(name: str) -> None:
    text = re.sub(r"^```.*?^```", "", (REPOSITORY / name).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not ((REPOSITORY / name).parent / link).exists()] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if "```" in (REPOSITORY / name).read_text(encoding="utf-8")])
def test_page_does_what_it_says(name: str, tmp_path: Path, update_goldens: bool) -> None:
    path = REPOSITORY / name
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    runner = Runner(tmp_path, name)
    fresh: list[tuple[Block, list[str]]] = []
    for block in blocks_of(text):
        printed = runner.run(block)
        if printed is not None:
            fresh.append((block, printed))
    for block, content in reversed(fresh):
        lines[block.start : block.start + len(block.content)] = content
    renewed = "\n".join(lines) + "\n"
    if update_goldens:
        path.write_text(renewed, encoding="utf-8")
    assert renewed == path.read_text(encoding="utf-8"), "make docs-fix, then read the difference"


class Runner:
    """Runs the blocks of one page, one after the other, in projects below `folder`."""

    def __init__(self, folder: Path, page: str) -> None:
        self._folder = folder
        self._page = page
        self._project = folder / "project"
        self._project.mkdir()
        self._count = 0
        home = folder / "home"
        home.mkdir()
        self._environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "NO_COLOR": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "You"), ("EMAIL", "you@site"))},
        }

    def run(self, block: Block) -> list[str] | None:
        """Do what a block says; returns the lines of a session that did not print what it shows, as it should be."""
        where = f"{self._page}:{block.start + 1}"
        if block.not_run is not None:
            return None
        if not block.language and block.remarks:
            self._remark(block.remarks[0])
        elif block.file is not None:
            self._write(block, where)
        elif block.language == "console":
            return self._session(block, where)
        elif block.language in ("python", "bash"):
            program = [sys.executable, "-"] if block.language == "python" else ["bash", "-eu"]
            code, printed = self._call(program, block.text)
            assert code == 0, f"{where} ends with {code}:\n{printed}"
        elif block.language == "toml":
            self._settings(block)
        elif block.language == "yaml":
            list(yaml.safe_load_all(block.text))
        elif block.language == "json":
            json.loads(block.text)
        return None

    def _remark(self, remark: str) -> None:
        if remark == "in a project of its own":
            self._count += 1
            self._project = self._folder / f"project{self._count}"
            self._project.mkdir()
        elif remark.startswith("examples/"):
            shutil.copytree(REPOSITORY / remark, self._project, dirs_exist_ok=True)

    def _write(self, block: Block, where: str) -> None:
        assert block.file is not None
        path = self._project / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        if block.language == "diff":
            path.write_text(apply_diff(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
            return
        path.write_text(block.text, encoding="utf-8")
        if path.suffix == ".toml":
            tomllib.loads(block.text)
        elif path.suffix in (".yaml", ".yml"):
            list(yaml.safe_load_all(block.text))
        elif path.suffix == ".py":
            compile(block.text, where, "exec")

    def _settings(self, block: Block) -> None:
        folder = self._folder / f"settings{block.start}"
        folder.mkdir()
        (folder / "flowc.toml").write_text(block.text, encoding="utf-8")
        for env in (None, *tomllib.loads(block.text).get("env", {})):
            settings = load_settings(folder, env)
            for target in settings.targets:
                from flowc.backends.registry import load_backend

                load_backend(target).read_options(settings)

    def _session(self, block: Block, where: str) -> list[str] | None:
        commands = commands_of(block)
        script = "".join(f"{command.text}\nprintf '{MARK}%s{MARK}' $?\n" for command in commands)
        _, printed = self._call(["bash"], script)
        parts = printed.split(MARK)
        assert len(parts) == 2 * len(commands) + 1, f"{where} broke off:\n{printed}"
        content: list[str] = []
        same = True
        for index, command in enumerate(commands):
            output, code = parts[2 * index], int(parts[2 * index + 1])
            assert code == block.exit_code, f"{where}: `{command.text}` ends with {code}, not {block.exit_code}:\n{output}"
            output = output.replace(str(self._project), "/home/you/project").replace(str(self._folder), "/home/you")
            lines = tuple(output.splitlines())
            agreed = agrees(command.shown, lines)
            same = same and agreed
            first, *more = command.text.split("\n")
            content += [f"$ {first}", *more, *(command.shown if agreed else (line.rstrip() for line in lines))]
        return None if same else content

    def _call(self, program: list[str], text: str) -> tuple[int, str]:
        """Return exit code and output of `program`, fed with `text`; what it leaves behind ends with it."""
        process = subprocess.Popen(
            program,
            cwd=self._project,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(text, timeout=LIMIT)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return process.returncode, printed
