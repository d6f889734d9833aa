"""The registry of codes. One line per code; an id or slug is never reused, not even after the code is gone.

FLC0xx reading files and classes · FLC1xx steps, parameters, decorators, values · FLC2xx transitions and regions ·
FLC3xx artifacts · FLC4xx targets · FLC5xx code package · FLC6xx running here
"""

from flowc.diagnostics.model import Code, Severity

_ = Severity

# targets
NOT_LOWERED = Code("FLC400", "not-lowered", "{construct} has no {target} lowering yet")
ENGINE_LACKS = Code("FLC401", "engine-lacks", "{target} cannot run {construct} so far")
NEVER_ON_TARGET = Code("FLC402", "never-on-target", "{construct} does not fit {target}")
WEAK_ON_TARGET = Code("FLC403", "weak-on-target", "{construct} has no full effect on {target}", Severity.WARNING)
VALUE_UNKNOWN_TO_TARGET = Code("FLC404", "value-unknown-to-target", "{what} is known at run time only, and {target} needs it to compile")
NAME_TOO_LONG_FOR_TARGET = Code("FLC405", "name-too-long-for-target", "{what} is {length} characters on {target}; the limit is {limit}")
DEFAULT_NOT_JSON = Code("FLC406", "default-not-json", "default of parameter {name!r} is no JSON value")
ENVIRONMENT_VALUE = Code("FLC407", "environment-value", "environment variable {name!r} cannot hold this value")
ENVIRONMENT_NAME = Code("FLC408", "environment-name", "environment variable {name!r} is not the flow's to set")
TEXT_NOT_UNICODE = Code("FLC409", "text-not-unicode", "{what} holds half of a surrogate pair")
DEFAULTS_TOO_LARGE = Code(
    "FLC410", "defaults-too-large", "defaults of all parameters take {size} bytes as JSON on {target}; the limit is {limit}"
)
CRON_NOT_ON_TARGET = Code("FLC411", "cron-not-on-target", "cron expression {cron!r} does not fit {target}: {why}")
REQUIRED_PARAMETER_UNGIVEN = Code(
    "FLC412", "required-parameter-ungiven", 'parameter "{name}" is required, and @{decorator} starts runs that give it no value'
)
POD_WITHOUT_IMAGE = Code("FLC430", "pod-without-image", 'step "{step}" names no image, and its pod on {target} needs one')
POD_ARGUMENT = Code("FLC431", "pod-argument", '@{decorator} argument "{argument}" {why}')
SECRET_SOURCE = Code("FLC432", "secret-source", "@secrets source {source!r} cannot reach a pod on {target}")
POD_ARGUMENT_WITHOUT_EFFECT = Code(
    "FLC433", "pod-argument-without-effect", '@kubernetes argument "{argument}" has no effect: {why}', Severity.WARNING
)
LOOP_OF_SEVERAL_PODS = Code(
    "FLC434", "loop-of-several-pods", 'steps of the loop of "{step}" differ in {argument}, and {target} runs it in one pod'
)
RUN_TOO_LARGE = Code("FLC440", "run-too-large", "a run takes {size} bytes on {target} before its first item; the limit is {limit}")
NESTING_TOO_DEEP = Code("FLC441", "nesting-too-deep", "regions nest {levels} deep on {target}; the limit is {limit}")
LOOP_TURNS = Code("FLC442", "loop-turns", 'loop of step "{step}" takes at most {turns} turns on {target}', Severity.WARNING)
LOOP_FUSED = Code("FLC443", "loop-fused", 'one pod runs all turns of the loop of step "{step}" on {target}', Severity.WARNING)
TEXT_READ_BY_ENGINE = Code("FLC444", "text-read-by-engine", "{what} holds two braces, where {target} puts in a value of its own")
PARAMETER_NAME_ON_TARGET = Code("FLC445", "parameter-name-on-target", "parameter name {name!r} is taken on {target}")
NOBODY_ANNOUNCES = Code("FLC446", "nobody-announces", "@trigger_on_finish waits for an event on {target} that nobody sends")
EVENT_NAME_ON_TARGET = Code("FLC447", "event-name-on-target", "event name {name!r} cannot stand in a filter on {target}")
TOO_MANY_ARMS = Code("FLC448", "too-many-arms", 'switch of step "{step}" has {count} arms on {target}; the limit is {limit}')
SETTING_NEEDS_VERSION = Code("FLC449", "setting-needs-version", "setting {setting} needs {target} {needed}, and the oldest is {version}")
ROOT_NOT_S3 = Code("FLC460", "root-not-s3", "the store root is {root}, and stepfunctions needs one on S3")
JOB_WITHOUT_IMAGE = Code("FLC461", "job-without-image", 'step "{step}" names no image, and its Batch job needs one')
JOB_WITHOUT_QUEUE = Code("FLC462", "job-without-queue", 'step "{step}" names no job queue, and its Batch job needs one')
BATCH_ARGUMENT = Code("FLC463", "batch-argument", '@{decorator} argument "{argument}" {why}')
BATCH_ARGUMENT_WITHOUT_EFFECT = Code(
    "FLC464", "batch-argument-without-effect", '@{decorator} argument "{argument}" has no effect: {why}', Severity.WARNING
)
BATCH_SECRET = Code("FLC465", "batch-secret", "@secrets source {source!r} cannot reach a Batch job")
DEFINITION_TOO_LARGE = Code("FLC466", "definition-too-large", "the state machine has {size} bytes; the limit is {limit}")
JOB_TOO_LARGE = Code("FLC467", "job-too-large", 'what starts the job of step "{step}" has {size} bytes; the limit is {limit}')
FEW_TURNS = Code("FLC468", "few-turns", 'loop of "{step}" has room for {turns} turns in one execution', Severity.WARNING)
OPEN_MAP_RUNS = Code("FLC469", "open-map-runs", 'foreach of "{step}" may have {runs} Map Runs open at the same time', Severity.WARNING)
SEVERAL_EVENTS = Code("FLC470", "several-events", "@{decorator} waits until {count} of them have happened, which nothing there remembers")
FARGATE_SIZE = Code("FLC471", "fargate-size", 'step "{step}" asks for {cpu} vCPU with {memory} MiB, a size that Fargate does not have')

# secrets
KNOWN_SECRET = Code("FLC490", "known-secret", "{what} holds {kind}")
NAMED_SECRET = Code("FLC491", "named-secret", "{what} looks like a credential")
URL_WITH_PASSWORD = Code("FLC492", "url-with-password", "{what} holds a URL with a password")
RANDOM_VALUE = Code("FLC493", "random-value", "{what} is a long random text", Severity.WARNING)
SECRET_IN_PACKAGE = Code("FLC494", "secret-in-package", "{path!r}, which goes into the code package, holds {kind} on line {line}")

# names
INVALID_STEP_NAME = Code("FLC150", "invalid-step-name", 'step name "{step}" has {found}')
PRIVATE_STEP_NAME = Code("FLC151", "private-step-name", 'step name "{step}" begins with an underscore')
RESERVED_STEP_NAME = Code("FLC152", "reserved-step-name", 'step name "{step}" is reserved')
MEMBER_CLASH = Code("FLC153", "member-clash", '{kind} "{name}" has the name of a {other}')
PRIVATE_PARAMETER = Code("FLC154", "private-parameter", '{kind} "{name}" is bound to an attribute that begins with an underscore')
HIDDEN_MEMBER = Code("FLC155", "hidden-member", '{kind} "{name}" hides what every flow has under that name')
INVALID_PARAMETER_NAME = Code("FLC156", "invalid-parameter-name", "{kind} name {name!r} cannot be an option of the command line")
RESERVED_PARAMETER_NAME = Code("FLC157", "reserved-parameter-name", 'parameter name "{name}" is reserved')
PARAMETER_CLASH = Code("FLC158", "parameter-clash", '{kind} "{name}" has the name of {kind} "{other}"{but}')
PARAMETER_DEFAULT_TYPE = Code("FLC159", "parameter-default-type", 'default of parameter "{name}" is {found}, but its type is {type}')
REQUIRED_WITH_DEFAULT = Code(
    "FLC160", "required-with-default", '{kind} "{name}" is required and has a default, so it is not required', Severity.WARNING
)
SEPARATOR_WITHOUT_TEXT = Code("FLC161", "separator-without-text", 'parameter "{name}" has a separator, but its type is {type}')

# decorators
UNKNOWN_DECORATOR = Code("FLC165", "unknown-decorator", "@{decorator} is no decorator that flowc knows")
MISPLACED_DECORATOR = Code("FLC166", "misplaced-decorator", "@{decorator} is for {meant}, not for {place}")
REPEATED_DECORATOR = Code("FLC167", "repeated-decorator", "@{decorator} stands twice on {place}")
UNKNOWN_ARGUMENT = Code("FLC168", "unknown-argument", '@{decorator} has no argument "{argument}"')
POSITIONAL_ARGUMENT = Code("FLC169", "positional-argument", "@{decorator} takes its arguments by name only")
REPEATED_DECORATOR_ARGUMENT = Code("FLC170", "repeated-decorator-argument", '@{decorator} gets argument "{argument}" twice')
MISSING_ARGUMENT = Code("FLC171", "missing-argument", '@{decorator} lacks its argument "{argument}"')
WRONG_ARGUMENT_TYPE = Code("FLC172", "wrong-argument-type", '@{decorator} argument "{argument}" is {found}, not {wanted}')
ARGUMENT_OUT_OF_RANGE = Code("FLC173", "argument-out-of-range", '@{decorator} argument "{argument}" is {found}, but it must {bound}')
ZERO_TIMEOUT = Code("FLC174", "zero-timeout", "@timeout lasts no time")
CONFLICTING_ARGUMENTS = Code("FLC175", "conflicting-arguments", '@{decorator} gets both "{first}" and "{second}"')
NOTHING_NAMED = Code("FLC176", "nothing-named", "@{decorator} names no {what}")
INVALID_CRON = Code("FLC177", "invalid-cron", "cron expression {cron!r} is not valid: {why}")
UNKNOWN_TIME_ZONE = Code("FLC178", "unknown-time-zone", "time zone {zone!r} is unknown")
CATCH_ON_OPENER = Code("FLC179", "catch-on-opener", '@catch stands on step "{step}", which {why}')
ENVIRONMENT_NOT_BUILT = Code(
    "FLC180", "environment-not-built", "@{decorator} builds no environment: steps run in the current one", Severity.WARNING
)
CARD_NOT_MADE = Code("FLC181", "card-not-made", "@card makes no card: the step runs without one", Severity.WARNING)
INVALID_TRIGGER = Code("FLC182", "invalid-trigger", '@{decorator} argument "{argument}" {what}')
REPEATED_TRIGGER = Code("FLC183", "repeated-trigger", "@{decorator} names {name!r} twice")
UNKNOWN_TRIGGER_PARAMETER = Code("FLC184", "unknown-trigger-parameter", "@trigger fills parameter {name!r}, which the flow does not have")
INVALID_PROJECT_NAME = Code("FLC185", "invalid-project-name", "@project {argument} {name!r} {why}")
INVALID_VARIABLE_NAME = Code("FLC186", "invalid-variable-name", "@environment sets {name!r}, which no environment can hold")

# transitions
NO_START_STEP = Code("FLC220", "no-start-step", 'flow "{flow}" has no start step')
SEVERAL_START_STEPS = Code("FLC221", "several-start-steps", 'flow "{flow}" has a second start step, "{step}"')
NO_END_STEP = Code("FLC222", "no-end-step", 'flow "{flow}" has no end step')
SEVERAL_END_STEPS = Code("FLC223", "several-end-steps", 'flow "{flow}" has a second end step, "{step}"')
START_TAKES_INPUTS = Code("FLC224", "start-takes-inputs", 'start step "{step}" takes inputs')
END_TAKES_INPUTS = Code("FLC225", "end-takes-inputs", 'end step "{step}" takes inputs')
END_GOES_ON = Code("FLC226", "end-goes-on", 'end step "{step}" goes on to step "{target}"')
UNKNOWN_TARGET = Code("FLC230", "unknown-target", 'step "{step}" goes on to "{target}", which the flow does not have')
TARGET_IS_NO_STEP = Code("FLC231", "target-is-no-step", 'step "{step}" goes on to "{target}", which is a {kind}, not a step')
REPEATED_TARGET = Code("FLC232", "repeated-target", 'step "{step}" splits into "{target}" twice')
GANG_WITHOUT_PARALLEL = Code("FLC233", "gang-without-parallel", 'step "{step}" is started as a gang, but has no @parallel')
PARALLEL_WITHOUT_GANG = Code("FLC234", "parallel-without-gang", '@parallel step "{step}" is not started with num_parallel by "{opener}"')

# artifacts
ARTIFACT_HIDES_STEP = Code("FLC300", "artifact-hides-step", 'artifact "{name}" has the name of a step')
ARTIFACT_HIDES_METHOD = Code("FLC301", "artifact-hides-method", 'artifact "{name}" has the name of a method', Severity.WARNING)
READ_ONLY_CHANGED = Code("FLC302", "read-only-changed", '{kind} "{name}" is {verb}, but it is read-only')
RESERVED_ATTRIBUTE = Code("FLC303", "reserved-attribute", "self.{name} is {verb}, but it belongs to flowc")
UNASSIGNED_FOREACH = Code("FLC310", "unassigned-foreach", 'foreach goes over artifact "{name}", which no step assigns')
UNASSIGNED_CONDITION = Code("FLC311", "unassigned-condition", 'switch decides by artifact "{name}", which no step assigns')
MERGE_OUTSIDE_JOIN = Code("FLC320", "merge-outside-join", 'merge_artifacts is called in step "{step}", which takes no inputs')
CONFLICTING_MERGE = Code("FLC321", "conflicting-merge", 'artifact "{name}" differs between the branches that join "{join}" merges')
MERGE_OF_NOTHING = Code("FLC322", "merge-of-nothing", 'merge_artifacts is to include "{name}", which no branch has')
MERGE_BOTH_LISTS = Code("FLC323", "merge-both-lists", "merge_artifacts gets both include and exclude")
UNKNOWN_BRANCH = Code("FLC324", "unknown-branch", 'inputs of join "{join}" have no branch "{name}"')
MISSING_IN_BRANCH = Code(
    "FLC325", "missing-in-branch", 'join "{join}" reads artifact "{name}" of branch "{branch}", which does not have it'
)
UNASSIGNED_ARTIFACT = Code("FLC330", "unassigned-artifact", 'artifact "{name}" is read, but no step assigns it')
READ_BEFORE_ASSIGNMENT = Code("FLC331", "read-before-assignment", 'step "{step}" reads artifact "{name}" before any step assigns it')
LOST_AT_JOIN = Code("FLC332", "lost-at-join", 'artifact "{name}" is lost at join "{join}", but step "{step}" reads it')
LOST_AFTER_FOREACH = Code(
    "FLC333", "lost-after-foreach", 'artifact "{name}" is left behind in the items that join "{join}" joins, but step "{step}" reads it'
)
NOT_ON_EVERY_WAY = Code(
    "FLC334", "not-on-every-way", 'step "{step}" reads artifact "{name}", which is not assigned on every way there', Severity.WARNING
)
READ_AFTER_DELETE = Code("FLC335", "read-after-delete", 'step "{step}" reads artifact "{name}", which is deleted')
ITEM_OUTSIDE_FOREACH = Code("FLC340", "item-outside-foreach", 'self.{name} is None in step "{step}", outside any foreach', Severity.WARNING)
UNREAD_ARTIFACT = Code("FLC341", "unread-artifact", 'no step reads artifact "{name}"', Severity.WARNING, off=True)

# code package
DENIED_PACKAGE_FILE = Code("FLC500", "denied-package-file", "{asker} asks for {path!r}, which never goes into a code package")
PATTERN_MATCHES_DENIED = Code("FLC501", "pattern-matches-denied-file", "{asker} also matches {found} into a code package", Severity.WARNING)
LINK_LEAVES_PROJECT = Code("FLC502", "link-leaves-project", "{path!r} links to a file outside the project")
PLAN_CLASH = Code("FLC503", "plan-clash", "{asker} asks for the project's own 'plan.json', whose place in the code package the plan takes")
INCLUDE_OUTSIDE = Code("FLC504", "include-outside-project", "include pattern {pattern!r} does not name files below the project root")
INCLUDE_MATCHES_NOTHING = Code("FLC505", "include-matches-nothing", "include pattern {pattern!r} matches no file", Severity.WARNING)
PACKAGE_FILE_UNREADABLE = Code("FLC506", "package-file-unreadable", "{path!r} {reason}, so the code package cannot hold it")
LARGE_PACKAGE_FILE = Code("FLC507", "large-package-file", "{path!r} puts {size} into the code package", Severity.WARNING)
LARGE_PACKAGE = Code("FLC508", "large-package", "the code package has {size}", Severity.WARNING)


def registry() -> dict[str, Code]:
    """Return every code of this module by id, in order of id; raises ValueError if an id or slug stands twice."""
    codes = [value for value in globals().values() if isinstance(value, Code)]
    by_id = {code.id: code for code in sorted(codes, key=lambda code: code.id)}
    if len(by_id) != len(codes) or len({code.slug for code in codes}) != len(codes):
        raise ValueError("a diagnostic id or slug stands twice in codes.py")
    return by_id


# --- FLC001-049: files, classes, imports ------------------------------------------------------------------------------------

UNREADABLE_FILE = Code("FLC001", "unreadable-file", "cannot read {file}: {reason}")
UNDECODABLE_FILE = Code("FLC002", "undecodable-file", "file is not valid {encoding}")
UNKNOWN_ENCODING = Code("FLC003", "unknown-encoding", "encoding declaration cannot be used: {reason}")
NUL_BYTE = Code("FLC004", "nul-byte", "file contains a NUL byte")
SYNTAX_ERROR = Code("FLC005", "syntax-error", "syntax error: {reason}")
NEWER_SYNTAX = Code("FLC006", "newer-syntax", "syntax newer than the Python that runs flowc ({version})")
TOO_DEEP = Code("FLC007", "too-deep", "code is nested too deeply to be read")
NO_FLOW = Code("FLC008", "no-flow", "no flow in {file}")
UNRESOLVED_BASE = Code("FLC009", "unresolved-base", 'base class "{base}" of "{name}" cannot be resolved')
INCONSISTENT_BASES = Code("FLC010", "inconsistent-bases", 'bases of class "{name}" have no consistent order')
CIRCULAR_BASES = Code("FLC011", "circular-bases", 'class "{name}" derives from itself')
RELATIVE_IMPORT = Code("FLC012", "relative-import", "flow file uses a relative import, but runs as a script")
NESTED_FLOW = Code("FLC013", "nested-flow", 'flow "{name}" is not defined at the top of the module')
REPEATED_FLOW = Code("FLC014", "repeated-flow", 'flow "{name}" is defined more than once')
DATA_FILE_MISSING = Code("FLC015", "data-file-missing", 'default file "{path}" of "{name}" was not found', Severity.WARNING)
DATA_FILE_OUTSIDE = Code("FLC016", "data-file-outside", 'default file "{path}" of "{name}" lies outside the project', Severity.WARNING)
FLOW_NOT_IMPORTED = Code("FLC017", "flow-not-imported", 'class "{name}" does not exist when its module is imported')
FLOW_FILE_NAME = Code("FLC018", "flow-file-name", "the flow file is called {file}, {flaw}")
NAME_NOT_OFFERED = Code("FLC019", "name-not-offered", 'flowc has no "{name}" of {module}', Severity.WARNING)

# --- FLC040-049: ignore comments ----------------------------------------------------------------------------------------------

UNUSED_IGNORE = Code("FLC040", "unused-ignore", "ignore comment silences no {name} on this line", Severity.WARNING)
UNKNOWN_IGNORE = Code("FLC041", "unknown-ignore", "ignore comment names {name!r}, which is no code", Severity.WARNING)
IGNORE_WITHOUT_CODE = Code("FLC042", "ignore-without-code", "ignore comment names no code and silences nothing", Severity.WARNING)

# --- FLC100-149: declarations, values, decorators ---------------------------------------------------------------------------

DECLARATION_NAME = Code("FLC100", "declaration-name", "name of this {kind} is not a literal string")
PARAMETER_TYPE = Code("FLC101", "parameter-type", 'type of parameter "{name}" is not str, int, float, bool or JSONType')
DECLARATION_ARGUMENT = Code("FLC102", "declaration-argument", "{kind} has no argument {argument}")
REPEATED_ARGUMENT = Code("FLC103", "repeated-argument", "{kind} gets argument {argument} twice")
ARGUMENT_NOT_KNOWN = Code("FLC104", "argument-not-known", "argument {argument} of {kind} is not known before the flow runs")
CONFIG_FILE = Code("FLC105", "config-file", 'default file of config "{name}" cannot be read: {reason}')
CONFIG_CONTENT = Code("FLC106", "config-content", 'content of config "{name}" is not valid {format}: {reason}')
CONFIG_TWO_DEFAULTS = Code("FLC107", "config-two-defaults", 'config "{name}" has both default and default_value')
CONFIG_KEY = Code("FLC108", "config-key", 'config "{name}" has no key "{key}"')
MUTATOR = Code("FLC109", "mutator", '"{name}" rewrites the flow by running code, which flowc never does')
CONDITIONAL_MEMBER = Code("FLC110", "conditional-member", '{kind} "{name}" is defined under a condition')
STEP_SIGNATURE = Code("FLC111", "step-signature", 'step "{name}" takes {found}')
ASYNC_STEP = Code("FLC112", "async-step", 'step "{name}" is an async function')
GENERATOR_STEP = Code("FLC113", "generator-step", 'step "{name}" is a generator')
STATIC_STEP = Code("FLC114", "static-step", 'step "{name}" is a {kind}')
REPEATED_STEP = Code("FLC115", "repeated-step", 'step "{name}" is defined twice in one class')
DECORATED_MIXIN = Code("FLC116", "decorated-mixin", '@{name} stands on "{base}", which is no flow')
CONFIG_NO_MAPPING = Code("FLC117", "config-no-mapping", 'content of config "{name}" is a {found}, not a mapping')
HIDDEN_DECLARATION = Code("FLC118", "hidden-declaration", '"{name}" may be a {kind}, which flowc cannot read here')
FLAG_TYPE = Code("FLC119", "flag-type", 'parameter "{name}" is a flag, but its type is not bool')

# --- FLC200-219: the shape of self.next -------------------------------------------------------------------------------------

NO_TRANSITION = Code("FLC200", "no-transition", 'step "{name}" has no transition')
COMPUTED_TARGET = Code("FLC201", "computed-target", "transition target is computed at run time")
NEXT_KEYWORD = Code("FLC202", "next-keyword", 'self.next has no argument "{name}"')
NEXT_NOT_LITERAL = Code("FLC203", "next-not-literal", "{argument} of self.next is not a literal artifact name")
EMPTY_NEXT = Code("FLC204", "empty-next", "self.next names no step")
NEXT_NOT_LAST = Code("FLC205", "next-not-last", "self.next is not the last statement of the step")
SEVERAL_NEXT = Code("FLC206", "several-next", 'step "{name}" calls self.next more than once')
CONDITIONAL_NEXT = Code("FLC207", "conditional-next", 'step "{name}" has no transition on some path')
NEXT_CLASH = Code("FLC208", "next-clash", "{first} and {second} do not go together in self.next")
DICT_WITHOUT_CONDITION = Code("FLC209", "dict-without-condition", "switch has no condition")
CONDITION_WITHOUT_DICT = Code("FLC210", "condition-without-dict", "condition has no cases to choose from")
REPEATED_CASE = Code("FLC211", "repeated-case", "switch has case {key} twice")
FEW_CASES = Code("FLC212", "few-cases", "switch has fewer than two cases")
CASE_KEY = Code("FLC213", "case-key", "switch case is not a literal string, number, bool or None")
ONE_TARGET = Code("FLC214", "one-target", "{argument} takes exactly one step, but self.next names {count}")
GANG_SIZE = Code("FLC215", "gang-size", "num_parallel is {value}, not a whole number of at least 1")
NEXT_NOT_CALLED = Code("FLC216", "next-not-called", "self.next is used without calling it")

# --- FLC250-279: regions ----------------------------------------------------------------------------------------------------

TWO_ENTRIES = Code("FLC250", "two-entries", 'cycle {cycle} can be entered at "{first}" and at "{second}"')
ENDLESS = Code("FLC251", "endless", "cycle {cycle} never reaches the end of the flow")
UNREACHABLE = Code("FLC252", "unreachable", 'no path leads from "{start}" to step "{step}"')
JOIN_WITHOUT_SPLIT = Code("FLC253", "join-without-split", 'step "{join}" takes inputs but is reached outside any split')
JOIN_MIXES = Code("FLC254", "join-mixes", 'step "{join}" joins branches of two different splits, "{first}" and "{second}"')
TWO_JOINS = Code("FLC255", "two-joins", 'branches of "{opener}" end at two different joins, "{first}" and "{second}"')
EMPTY_BRANCH = Code("FLC256", "empty-branch", 'a branch of "{opener}" has no step before its join "{join}"')
NEVER_JOINED = Code("FLC257", "never-joined", 'a branch of "{opener}" reaches "{end}" without a join')
BRANCHES_MEET = Code("FLC258", "branches-meet", 'branches meet at step "{step}", which takes no inputs')
CROSSES_SCOPE = Code("FLC259", "crosses-scope", 'step "{step}" is reached both inside a branch of "{opener}" and outside it')
GANG_BODY = Code("FLC260", "gang-body", 'body of gang "{opener}" is more than one plain step')
