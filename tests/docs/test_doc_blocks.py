"""The reader of pages itself: what it takes for a file, a session, a remark, and when output agrees."""

import pytest
from support.doc_blocks import agrees, blocks_of, commands_of, steady

PAGE = """# A page

The flow, `train.py`:

```python
x = 1
```

<!-- not run: needs a cluster of machines -->
```bash
kubectl get pods
```

<!-- exits with 1 -->
```console
$ flowc check \\
    train.py
one
$ true
```

<!-- in a project of its own -->

Text `other.py`: goes on.

```text
```
"""


def test_blocks_of_a_page() -> None:
    file, unrun, session, remark, other = blocks_of(PAGE)
    assert (file.file, file.language, file.text, file.start) == ("train.py", "python", "x = 1\n", 5)
    assert (unrun.not_run, unrun.file) == ("needs a cluster of machines", None)
    assert session.exit_code == 1
    assert [(command.text, command.shown) for command in commands_of(session)] == [("flowc check \\\n    train.py", ("one",)), ("true", ())]
    assert (remark.language, remark.remarks) == ("", ("in a project of its own",))
    assert (other.file, other.content) == (None, ())


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a", "a\nb", False),
        ("a\n...", "a\nb\nc", True),
        ("a\n...", "a", True),
        ("a\n...\nz", "a\nz", True),
        ("a\n...\nz", "a\nb\nz", True),
        ("a\n...\nz", "a\nb", False),
        ("...\nz", "a\nb\nz", True),
        ("", "", True),
        ("", "a", False),
        ("a.c", "abc", False),
        ("run 20260102T030405-abcdef took 1.2 s", "run 20270102T030405-00aa11 took 12.9 s", True),
        ("name   12 kB", "name 3 kB", False),
        ("a    b", "a      b", True),
    ],
)
def test_output_that_agrees(shown: str, printed: str, same: bool) -> None:
    assert agrees(tuple(shown.splitlines()), tuple(printed.splitlines())) == same


def test_what_differs_from_run_to_run() -> None:
    assert steady("20260102T030405-abcdef at 2026-01-02 03:04:05 sha256:0123456789ab, 12.0 kB") == "RUN-ID at TIME sha256:DIGEST, SIZE"
