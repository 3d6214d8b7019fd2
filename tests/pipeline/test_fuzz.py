"""pipeline.yaml and --set with arbitrary content: accepted, or refused with a one-line UsageError."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.load import load_pipeline
from schemas.errors import UsageError
from tests.project import HOUSE, TOYS, Project, toy_project

SHIPPED = (HOUSE / "pipeline.yaml").read_text(encoding="utf-8")
CHARACTERS = "abz019 \t\n\r:.,;-_?!|>&*%@`'\"#{}[]()<=~/\\é\u2028\N{GRINNING FACE}\0\x1b\ufeff"
LINES = (
    "stages:",
    "  say:",
    "    uses: toys.shout",
    "- a",
    "<<: {a: 1}",
    "threads: x",
    "&a",
    "---",
    "...",
    "? [a]",
    "",
)
WORDS = ("stages", "threads", "say", "shout", "uses", "inputs", "requires", "config", "toys.say", "toys.shout", "<<")
LIMIT = 20  # seconds of processor time, of which a fast machine takes 0.7; what expands takes minutes
LEVELS = "abcdefgh"
DECIMALS = 10_000  # Python refuses to convert so many decimal digits

STRANGE = {
    "a relative module": ("uses: toys.say", "uses: .toys.say"),
    "only dots": ("uses: toys.say", "uses: ..."),
    "a module name of two lines": ("uses: toys.say", r'uses: "toys.say\nx"'),
    "an integer without digits": ("{word: hello}", "{times: !!int ''}"),
    "an integer of only a sign": ("{word: hello}", "{times: !!int '+'}"),
    "a number without digits": ("{word: hello}", "{seconds: !!float ''}"),
    "an invalid boolean": ("{word: hello}", "{silent: !!bool perhaps}"),
    "a huge number": ("{word: hello}", f"{{seconds: 0x{'f' * DECIMALS}}}"),
    "a huge decimal number": ("{word: hello}", f"{{times: {'9' * DECIMALS}}}"),
    "an infinite number": ("{word: hello}", "{seconds: 1e999}"),
    "a setting of two lines": ("{word: hello}", r'{"wo\nrd": hello}'),
    "a stage name of two lines": ("  say:", r'  "sa\ny":'),
    "an input name of two lines": ("{text: say.text}", r'{text: say.text, "te\nxt": say.text}'),
    "an output name of two lines": ("say.text", r'"sa\ny.text"'),
    "a repeated key of two lines": ("stages:", r'{"a\nb": 1, "a\nb": 2}' + "\nstages:"),
    "a key that is a list": ("stages:", "? [a]\n: b\nstages:"),
    "an unknown version of YAML": ("stages:", "%YAML 9.9\n---\nstages:"),
    "several documents": ("stages:", "--- 1\n--- 2\nstages:"),
}
STRANGE_SETTINGS = {
    "not UTF-8": "say.word=\udcff",
    "an integer without digits": "say.times=!!int ''",
    "a setting name of two lines": "say.wo\nrd=1",
    "an unknown stage of two lines": "a\nb=1",
    "a deep setting": f"say.times{'.more' * 2_000}=1",
    "a deep unknown setting": f"say.new{'.more' * 2_000}=1",
    "many brackets": f"say.word={'[' * 100_000}",
}
LARGE = {
    "a long list": "a: [" + "[]," * 300_000 + "]",
    "many keys": "".join(f"k{number}: {{}}\n" for number in range(90_000)),
    "a number of base 60": "threads: 1" + ":59" * 300_000,
    "many stages": "stages:\n" + "".join(f"  s{number}: {{uses: toys.say}}\n" for number in range(2_000)),
}

fuzz = settings(derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])

scalars = st.one_of(
    st.sampled_from(WORDS),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.binary(max_size=8),
    st.text(max_size=12),
)
keys = st.one_of(st.sampled_from(WORDS), st.text(max_size=6), st.integers(), st.none())
structures = st.recursive(
    scalars,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(keys, below, max_size=4)),
    max_leaves=8,
)
entries = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("uses", "inputs", "requires", "config", "other"), structures)
)
pipelines = st.fixed_dictionaries(
    {"stages": st.one_of(structures, st.dictionaries(keys, st.one_of(entries, structures), max_size=3))},
    optional={"threads": scalars, "other": structures},
)
targets = st.one_of(st.sampled_from(["say.word", "say.times", "say.seconds", "threads", "bless.least"]), st.text())


@st.composite
def mutations(draw: st.DrawFn, of: str) -> str:
    """Return a text with one character or line deleted, inserted or replaced."""
    whole_lines = draw(st.booleans())
    parts = of.splitlines(keepends=True) if whole_lines else list(of)
    inserted = draw(st.sampled_from([f"{line}\n" for line in LINES] if whole_lines else CHARACTERS))
    at = draw(st.integers(0, len(parts) - 1))
    removed = draw(st.sampled_from([0, 1]))
    parts[at : at + removed] = draw(st.sampled_from([[inserted], []]))
    return "".join(parts)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project of toy stages whose components, and the shipped ones, are already imported."""
    project = toy_project(tmp_path_factory.mktemp("toy"))
    for text in (SHIPPED, TOYS):
        _load(project, text)
    return project


@fuzz
@given(text=st.one_of(st.text(), st.text("stage: y{}[]&*!|>-'\"\n%?<~0."), st.binary()))
def test_any_text_is_accepted_or_refused(text: str | bytes, project: Project) -> None:
    """Any text or bytes give a pipeline or a one-line UsageError that names the file."""
    _load(project, text)


@fuzz
@given(structure=st.one_of(structures, pipelines), flow=st.sampled_from([True, False, None]))
def test_any_structure_is_accepted_or_refused(structure: object, flow: bool | None, project: Project) -> None:  # noqa: FBT001
    """YAML of any shape and style gives a pipeline or a one-line UsageError."""
    _load(project, yaml.safe_dump(structure, default_flow_style=flow, allow_unicode=True))


@settings(fuzz, max_examples=400)
@given(text=mutations(TOYS))
def test_any_slip_in_a_pipeline_is_accepted_or_refused(text: str, project: Project) -> None:
    """One mutated character or line gives a pipeline or a one-line UsageError."""
    _load(project, text)


@settings(fuzz, max_examples=400)
@given(text=mutations(SHIPPED))
def test_any_slip_in_the_shipped_pipeline_is_accepted_or_refused(text: str, project: Project) -> None:
    """One mutation of the shipped pipeline.yaml gives a pipeline or a one-line UsageError."""
    _load(project, text)


@fuzz
@given(override=st.one_of(st.text(), st.binary().map(os.fsdecode), st.builds("{}={}".format, targets, st.text())))
def test_any_setting_is_accepted_or_refused(override: str, project: Project) -> None:
    """Any text after --set gives a pipeline or a one-line UsageError that names the option."""
    _load(project, TOYS, override)


@pytest.mark.parametrize("case", STRANGE)
def test_a_strange_value_is_refused(case: str, project: Project) -> None:
    """Far-fetched values are refused with a one-line UsageError."""
    old, new = STRANGE[case]
    assert old in TOYS
    assert _load(project, TOYS.replace(old, new, 1)) is not None


@pytest.mark.parametrize("case", STRANGE_SETTINGS)
def test_a_strange_setting_is_refused(case: str, project: Project) -> None:
    """Far-fetched values of --set are refused with a one-line UsageError."""
    assert _load(project, TOYS, STRANGE_SETTINGS[case]) is not None


@pytest.mark.parametrize("case", LARGE)
def test_a_large_file_loads_fast(case: str, project: Project) -> None:
    """A file just below the size limit is accepted or refused within seconds of processor time."""
    assert len(LARGE[case]) < 1_000_000
    assert _seconds(lambda: _load(project, LARGE[case])) < LIMIT


def test_a_bomb_of_merge_keys_is_refused_at_once(project: Project) -> None:
    """Merge keys that would expand to millions of entries are refused before they expand."""
    bomb = "a: &a {k: v}\n" + "".join(
        f"{name}: &{name} {{<<: [{','.join([f'*{above}'] * 9)}]}}\n" for above, name in pairwise(LEVELS)
    )
    assert len(bomb) < 400
    refusals: list[UsageError | None] = []
    assert _seconds(lambda: refusals.append(_load(project, bomb))) < LIMIT
    assert "aliases are not allowed" in str(refusals[0])


def _load(project: Project, text: str | bytes, *overrides: str) -> UsageError | None:
    """Load a pipeline; return its refusal, whose headline is one line and names the file or the option."""
    data = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    (project.path / "pipeline.yaml").write_bytes(data)
    refusal = _refusal(project, overrides)
    if refusal:
        assert refusal.headline.splitlines() == [refusal.headline]
        assert ("--set" if overrides else "pipeline.yaml") in refusal.headline
    return refusal


def _refusal(project: Project, overrides: tuple[str, ...]) -> UsageError | None:
    try:
        load_pipeline(project.path, overrides)
    except UsageError as error:
        return error
    return None


def _seconds(act: Callable[[], object]) -> float:
    """Return the processor time of a call, which does not depend on other processes."""
    begun = time.process_time()
    act()
    return time.process_time() - begun
