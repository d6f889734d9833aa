"""What the compiler, the engines, the shim and the client agree on, spelt once: names, keys, codes, shapes.

Everything here is data or a pure function of its arguments. Standard library only, and little of it: every task imports this.
"""

from collections.abc import Mapping

from flowc.runtime_shim.typed import Any, Final, Literal, NamedTuple, NotRequired, TypedDict
from flowc.runtime_shim.version import VERSION as VERSION

PLAN_VERSION: Final = 1
RECORD_VERSION: Final = 1

# --- exit codes of a task process. 64 and 65 are never used: Argo's executor uses them. -----------------------------------

EXIT_DONE: Final = 0
EXIT_USER_ERROR: Final = 1
EXIT_BUG: Final = 70
"""A bug in flowc."""
EXIT_STORE_UNAVAILABLE: Final = 75
EXIT_NO_RETRY: Final = 78
"""Retrying cannot help: a plan of another version, records that do not lead here, a run name already used."""

# --- environment of a task (docs/runtime.md lists them for people) --------------------------------------------------------

ENGINE: Final = "FLOWC_ENGINE"
FLOW: Final = "FLOWC_FLOW"
CODE: Final = "FLOWC_CODE"
CODE_DIR: Final = "FLOWC_CODE_DIR"
ROOT: Final = "FLOWC_ROOT"
RUN: Final = "FLOWC_RUN"
STEP: Final = "FLOWC_STEP"
AT: Final = "FLOWC_AT"
ATTEMPT: Final = "FLOWC_ATTEMPT"
USER_RETRIES: Final = "FLOWC_USER_RETRIES"
CAUGHT: Final = "FLOWC_CAUGHT"
RUN_UID: Final = "FLOWC_RUN_UID"
POD_UID: Final = "FLOWC_POD_UID"
TASK_ID: Final = "FLOWC_TASK_ID"
PARAMS: Final = "FLOWC_PARAMS"
PARAMS_B64: Final = "FLOWC_PARAMS_B64"
TRIGGER: Final = "FLOWC_TRIGGER"
ANNOUNCE: Final = "FLOWC_ANNOUNCE"
CATCH: Final = "FLOWC_CATCH"
TIMEOUT: Final = "FLOWC_TIMEOUT"
CONTROL: Final = "FLOWC_CONTROL"
TAGS: Final = "FLOWC_TAGS"
TEMPDIR: Final = "FLOWC_TEMPDIR"
GANG: Final = "FLOWC_GANG"
GANG_NONCE: Final = "FLOWC_GANG_NONCE"
HAND_OFF: Final = "FLOWC_HAND_OFF"
"""What the engine itself reads from the store behind the commit: `next`, or `items`, or `items:N` for N entries at most."""
TURNS: Final = "FLOWC_TURNS"
"""The turns that one execution of the engine has room for, where a task starts another one."""
BATCH_JOB_ID: Final = "AWS_BATCH_JOB_ID"
"""Set by AWS Batch: names the attempt."""
SIGNING_KEY: Final = "FLOWC_SIGNING_KEY"
SIGNING_KEY_FILE: Final = "FLOWC_SIGNING_KEY_FILE"
"""The secret that records are signed with, or the file that holds it: a mounted one, never in a manifest, a package or the store."""
CONTAINER: Final = "FLOWC_CONTAINER"
"""Set by the shim for a member of a chunk or fused loop that gets an interpreter of its own: FLOWC_ATTEMPT of the whole."""
PREFIX: Final = "FLOWC_PREFIX"
"""Set likewise: 1 has the step and address stand before each line that is passed on."""

ADDRESS: Final = "FLOWC_ADDRESS"
"""The address of the machine that a member of a gang is alone on."""
CONTROL_FOLDER: Final = "/tmp/flowc"
"""Where Argo reads the control values of a task: files `count`, `next` and `at` in the container, each where the task has that value."""

Engine = Literal["local", "airflow", "argo", "stepfunctions"]

# --- keys ------------------------------------------------------------------------------------------------------------------

_COMPONENT: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~:+=-")
MAX_KEY_BYTES: Final = 1024
"""S3 refuses longer keys: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""


def component(text: str) -> str:
    """Return `text` as one component of a key: `[A-Za-z0-9_.~:+=-]` stay, other UTF-8 bytes are percent-encoded.

    Raises ValueError for an empty text, `.` and `..`, which no store can hold.
    """
    if text in ("", ".", ".."):
        raise ValueError(f"{text!r} cannot be part of a key")
    if _COMPONENT.issuperset(text):
        return text
    return "".join(chr(byte) if chr(byte) in _COMPONENT else f"%{byte:02X}" for byte in text.encode())


def from_component(text: str) -> str:
    """Return what `component` was given; `text` itself where `component` did not make it."""
    if "%" not in text:
        return text
    first, *rest = text.encode("utf-8", "surrogateescape").split(b"%")
    try:
        found = (first + b"".join(bytes.fromhex(part[:2].decode()) + part[2:] for part in rest)).decode()
        return found if component(found) == text else text
    except ValueError:
        return text


def join_key(*parts: str) -> str:
    """Return a key of already encoded parts; raises ValueError where it is longer than stores allow."""
    key = "/".join(parts)
    if len(key) > MAX_KEY_BYTES:
        raise ValueError(f"key of {len(key)} bytes is longer than {MAX_KEY_BYTES}: {key[:80]}…")
    return key


def package_key(flow: str, digest: str) -> str:
    """Key of a code package; `digest` is `sha256:<hex>` or the bare hex."""
    return join_key(component(flow), "pkg", digest.removeprefix("sha256:"))


def object_key(flow: str, digest: str) -> str:
    """Key of a data object; `digest` is `sha256:<hex>` or the bare hex."""
    hexdigest = digest.removeprefix("sha256:")
    return join_key(component(flow), "obj", hexdigest[:2], hexdigest)


def object_prefix(flow: str) -> str:
    """Prefix under which the data objects of a flow stand, with its trailing slash."""
    return component(flow) + "/obj/"


def deployments_prefix(flow: str) -> str:
    """Prefix under which the places of a flow's deployments stand, with its trailing slash; only `flowc deploy` uses them."""
    return component(flow) + "/deploy/"


def deployment_key(flow: str, name: str) -> str:
    """Key of the record of one place to which a flow was deployed."""
    return join_key(component(flow), "deploy", component(name))


def runs_prefix(flow: str) -> str:
    """Prefix under which every run of a flow stands, with its trailing slash."""
    return component(flow) + "/runs/"


def run_key(flow: str, run: str, name: Literal["_run", "_end", "_input"]) -> str:
    """Key of a record about the run itself."""
    return join_key(component(flow), "runs", component(run), name)


def run_prefix(flow: str, run: str) -> str:
    """Prefix under which everything of one run stands, with its trailing slash."""
    return join_key(component(flow), "runs", component(run)) + "/"


TAG_PREFIX: Final = "_tag."
"""Begins the names of a run's tag records, which the client makes beside `_run`: `_tag.<milliseconds>-<nonce>`, each
`{"add": [tag…], "remove": [tag…], "time": {"at": seconds}}`. Applied to the tags of `_run` in order of name; create-if-absent,
so changing tags needs no lock and loses nothing."""


def tag_key(flow: str, run: str, milliseconds: int, nonce: str) -> str:
    """Key of one change to a run's tags; `milliseconds` since 1970 are padded, so that names sort by time."""
    return f"{run_prefix(flow, run)}{TAG_PREFIX}{milliseconds:015d}-{component(nonce)}"


def step_prefix(flow: str, run: str, step: str) -> str:
    """Prefix under which the tasks of one step stand, by address, with its trailing slash."""
    return run_prefix(flow, run) + component(step) + "/"


def task_prefix(flow: str, run: str, step: str, at: str) -> str:
    """Prefix under which the records of one task stand, with its trailing slash."""
    return step_prefix(flow, run, step) + component(at) + "/"


def task_key(flow: str, run: str, step: str, at: str, name: str) -> str:
    """Key of a record of one task: `commit`, `exit`, `next`, `items`,
    `fail.<attempt>[.<nonce>]`, `began.<number>`, `part.<nonce>.<index>`."""
    return join_key(component(flow), "runs", component(run), component(step), component(at), name)


def commit_key(flow: str, run: str, step: str, at: str) -> str:
    """Key of a task's commit record, the only key that attempts compete for."""
    return task_key(flow, run, step, at, "commit")


def failure_key(attempt: "Attempt") -> str:
    """Key of the failure record of an attempt, by its number, so that a later attempt finds it without a list."""
    return task_key(attempt.flow, attempt.run, attempt.step, attempt.at, f"fail.{attempt.attempt}")


def exit_key(flow: str, run: str, loop: str, at: str) -> str:
    """Key of a loop's exit record, under its first step and the address outside it."""
    return task_key(flow, run, loop, at, "exit")


# --- events ----------------------------------------------------------------------------------------------------------------


def finished_event(flow: str) -> str:
    """Name of the event that a run of `flow` (its deployed name) publishes when it has succeeded."""
    return f"flowc.{flow}.finished"


# --- addresses -------------------------------------------------------------------------------------------------------------

TOP: Final = "r"


def is_address(text: str) -> bool:
    """Whether `text` is a well-formed address such as `r.17~2.3`."""
    top, *numbers = text.replace("~", ".").split(".")
    return top == TOP and all(number.isascii() and number.isdigit() and (number[0] != "0" or number == "0") for number in numbers)


def item_at(at: str, index: int) -> str:
    """Address of item `index` of a foreach that stands at `at`."""
    return f"{at}.{index}"


def turn_at(at: str, turn: int) -> str:
    """Address inside a loop that stands at `at`, in its turn `turn`."""
    return f"{at}~{turn}"


def split_at(at: str) -> tuple[str, str, int]:
    """Return (address without its last segment, `.` or `~`, number); raises ValueError at the top."""
    head = max(at.rfind("."), at.rfind("~"))
    if head < 0:
        raise ValueError(f"address {at!r} has no segment to take off")
    return at[:head], at[head], int(at[head + 1 :])


# --- the plan: `plan.json` in the code package ---------------------------------------------------------------------------


class PlanCatch(TypedDict):
    """`@catch` as read."""

    var: str | None
    print_exception: bool


class PlanStep(TypedDict):
    """What the shim and the local engine need of one step. Optional keys are left out where they would be empty.

    kind is how the step goes on, not whether it takes inputs. `next` holds distinct targets in source order. `scope`, `loops`,
    `order`, `dom`, `meet`, `opener` and `join` are those of `flowc.ir.regions.Place`. `cases` keeps the types of its keys.
    `retries`, `timeout` and so on are absent where the step has no such decorator, null where the value is known at run time
    only: then the shim asks the imported flow.
    """

    kind: Literal["linear", "split", "foreach", "gang", "switch", "end"]
    inputs: bool
    next: list[str]
    scope: list[str] | None
    loops: list[str]
    order: int
    dom: str | None
    meet: str | None
    opener: NotRequired[str]
    join: NotRequired[str]
    over: NotRequired[str]
    size: NotRequired[int | None]
    condition: NotRequired[str]
    cases: NotRequired[list[list[Any]]]
    retries: NotRequired[int | None]
    retry_seconds: NotRequired[float | None]
    catch: NotRequired[PlanCatch | None]
    timeout: NotRequired[float | None]
    environment: NotRequired[dict[str, str] | None]


class PlanLoop(TypedDict):
    """A loop as one node of the level outside it."""

    scope: list[str] | None
    loops: list[str]
    order: int
    dom: str | None
    meet: str | None
    exits: list[str]


class PlanParameter(TypedDict):
    """A parameter by its name; `default` is absent where there is none or the flow computes it when a run starts.

    `path` (posix, in the package) is the file that the default of a "file" names.
    """

    name: str
    attribute: str
    type: Literal["str", "int", "float", "bool", "json", "file"]
    required: bool
    default: NotRequired[Any]
    path: NotRequired[str]


class PlanConfig(TypedDict):
    """A config by its name: `path` (posix, in the package) and `parser`, or `value` where it was given inline."""

    name: str
    attribute: str
    path: NotRequired[str]
    parser: NotRequired[str]
    value: NotRequired[Any]


class Plan(TypedDict):
    """`plan.json`: canonical JSON, the same bytes for every target.

    `flow` is the deployed name (the store's prefix), `class_name` the class in file `file` (posix, in the package). `tree` is the
    region tree's JSON form.
    """

    v: int
    flowc: str
    flow: str
    class_name: str
    file: str
    start: str
    end: str
    steps: dict[str, PlanStep]
    loops: dict[str, PlanLoop]
    parameters: list[PlanParameter]
    configs: list[PlanConfig]
    tree: dict[str, Any]


# --- one attempt of one task -------------------------------------------------------------------------------------------------


class Control(TypedDict, total=False):
    """Control values of a task, straight from its commit record."""

    count: int
    var: str
    next: str
    at: str


class Entry(TypedDict):
    """One artifact in a commit record: how it is encoded, its size in bytes, and where its segments are.

    `inline` holds small ones in base64, `obj` names a data object; `segs` lists [offset, stored length, raw length,
    compression, "sha256:…" of the raw bytes]. Two artifacts are the same when codec and raw digests are (`identity`).
    """

    codec: str
    type: str
    size: int
    inline: NotRequired[str]
    obj: NotRequired[str]
    segs: list[list[Any]]


def identity(entry: Entry) -> tuple[str, tuple[str, ...]]:
    """Return what makes two artifacts the same artifact."""
    return entry["codec"], tuple(segment[4] for segment in entry["segs"])


class Attempt(NamedTuple):
    """One attempt of one task, as an engine hands it to the shim: by environment in a container, as this object locally.

    `flow` is the deployed name. `code` names the code package, for the first step only; `code_dir` is a folder that holds the
    code and `plan.json` already. `user_retries` is the number of the last attempt that may run user code (None: the engine
    catches by itself). `parameters` are the values given to the run, for the first step only. `ids` are what the engine calls
    this attempt. `control` is a file for the control line. `announce` is where the exit hook tells that the run has succeeded.
    `prefix`: name the task before each line that is passed on.
    """

    engine: str
    flow: str
    root: str
    run: str
    step: str
    at: str
    attempt: int = 0
    user_retries: int | None = 0
    caught: bool = False
    code: str | None = None
    code_dir: str | None = None
    parameters: dict[str, Any] | None = None
    parameters_are_text: bool = False
    catch: str | None = None
    catches: bool = False
    timeout: float | None = None
    control: str | None = None
    tags: tuple[str, ...] = ()
    trigger: str | None = None
    announce: str | None = None
    run_uid: str | None = None
    ids: Mapping[str, str] = {}
    gang: tuple[int, int] | None = None
    gang_nonce: str | None = None
    hand_off: str | None = None
    turns: int | None = None
    prefix: bool = False
