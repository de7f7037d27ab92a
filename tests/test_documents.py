"""How files are read, and which come with the package."""

from pathlib import Path

import pytest
from msgspec import Struct

from mockserver import __version__, documents, notation
from mockserver.documents import packaged, read, read_as, source
from mockserver.errors import DocumentError

ROOT = Path(__file__).resolve().parent.parent


class Note(Struct, forbid_unknown_fields=True):
    name: str
    lines: tuple[int, ...] = ()


@pytest.fixture(autouse=True)
def cache_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for the cache."""
    place = tmp_path / "cache"
    monkeypatch.setenv("MOCKSERVER_CACHE_DIR", str(place))
    return place


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def test_a_file_is_read_with_its_name_and_a_digest_of_its_bytes(file: Path, tmp_path: Path) -> None:
    file.write_text("a: 1")
    twin = tmp_path / "y.yaml"
    twin.write_text("a: 1")
    document = read(file)
    assert (document.value, document.name) == ({"a": 1}, str(file))
    assert read(twin).digest == document.digest
    twin.write_text("a:  1")
    assert read(twin).digest != document.digest


def test_a_file_is_not_parsed_twice(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("a: 1.0\n200: é")
    first = read(file)
    monkeypatch.setattr(documents, "parse", None)
    assert read(file) == first


def test_what_other_code_parsed_is_parsed_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("a: 1")
    before = read(file)
    monkeypatch.setattr(documents, "source", lambda _module: b"other code")
    monkeypatch.setattr(documents, "parse", lambda _content, *, name: {"other": name})
    assert read(file).value == {"other": str(file)}
    assert read(file).digest != before.digest


def test_damage_to_the_cache_changes_nothing(file: Path, cache_directory: Path) -> None:
    file.write_text("a: [1, 2]")
    first = read(file)
    for kept in cache_directory.iterdir():
        kept.write_bytes(b"{}")
    assert read(file) == first


def test_a_cache_that_cannot_be_written_to_changes_nothing(file: Path, cache_directory: Path) -> None:
    file.write_text("a: [1, 2]")
    cache_directory.write_text("a file where a directory should be")
    assert read(file).value == read(file).value == {"a": [1, 2]}


def test_an_empty_file_says_nothing(file: Path) -> None:
    file.write_text("# only a comment\n")
    assert read(file).value is None


def test_a_broken_file_is_named_with_the_line(file: Path) -> None:
    file.write_text("a: 1\na: 2")
    with pytest.raises(DocumentError) as caught:
        read(file)
    assert str(caught.value) == f"{file}, line 2: duplicate key 'a'"


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read(file)
    assert str(caught.value) == f"{file}: cannot be read: No such file or directory"


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"cannot be read: "):
        read(tmp_path)


def test_a_path_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"^'a\\x00b': cannot be read: "):
        read(Path("a\0b"))


def test_a_file_is_converted(file: Path) -> None:
    file.write_text("- name: a\n  lines: [1, 2]\n- name: b")

    assert read_as(file, tuple[Note, ...]) == (Note("a", (1, 2)), Note("b"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", ": must be a list, got null"),
        ("- lines: [1]", ": [0]: `name` is missing; it must be text"),
        ("- name: a\n- name: 1", ": [1].name: must be text, got 1; put it in quotes"),
        ("- name: a\n  lines: [1, b]", ': [0].lines[1]: must be an integer, got "b"'),
        ("- name: a\n  line: 1", ": [0].line: unknown field; known: name, lines"),
    ],
)
def test_what_does_not_fit_is_named_with_its_file_and_place(file: Path, text: str, complaint: str) -> None:
    file.write_text(text)

    with pytest.raises(DocumentError) as caught:
        read_as(file, tuple[Note, ...])

    assert str(caught.value) == f"{file}{complaint}"


def test_a_checkout_serves_the_documents_at_its_root() -> None:
    assert packaged("openapi.yaml") == ROOT / "openapi.yaml"
    assert packaged("fixtures") == ROOT / "fixtures"


def test_an_installed_package_serves_the_documents_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_data").mkdir()
    (tmp_path / "_data" / "openapi.yaml").touch()
    monkeypatch.setattr(documents, "_PACKAGE", tmp_path)
    assert packaged("openapi.yaml") == tmp_path / "_data" / "openapi.yaml"


def test_the_source_of_a_module_is_its_text_or_else_the_version() -> None:
    assert notation.__file__ is not None
    assert source("notation.py") == Path(notation.__file__).read_bytes()
    assert source("no_such_module.py") == __version__.encode()
