"""What is remembered between runs."""

import os
from pathlib import Path

import pytest

from mockserver import cache
from mockserver.cache import name_of, recall, remember

NAME = name_of(b"what it follows from")


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for the cache."""
    place = tmp_path / "kept" / "here"
    monkeypatch.setenv("MOCKSERVER_CACHE_DIR", str(place))
    return place


def files_in(directory: Path) -> list[Path]:
    return sorted(directory.iterdir())


def test_nothing_is_recalled_before_it_is_remembered() -> None:
    assert recall(NAME) is None


def test_what_is_remembered_is_recalled() -> None:
    remember(NAME, {"a": [1, 2.5, None, "é"]})
    assert recall(NAME) == {"a": [1, 2.5, None, "é"]}
    assert recall(name_of(b"something else")) is None


def test_the_latest_value_of_a_name_is_recalled(directory: Path) -> None:
    remember(NAME, 1)
    remember(NAME, 2)
    assert recall(NAME) == 2
    assert len(files_in(directory)) == 1


def test_names_tell_apart_where_parts_end() -> None:
    assert len({name_of(b"ab", b"c"), name_of(b"a", b"bc"), name_of(b"abc"), name_of(b"abc", b"")}) == 4


@pytest.mark.parametrize("damage", [b"", b"\n", b"{}", b"true", b"\x00" * 80, b"nonsense"])
def test_a_file_that_was_written_over_is_not_recalled(directory: Path, damage: bytes) -> None:
    remember(NAME, {"a": 1})
    files_in(directory)[0].write_bytes(damage)
    assert recall(NAME) is None


def test_a_file_that_was_cut_or_changed_is_not_recalled(directory: Path) -> None:
    remember(NAME, 1234)
    (file,) = files_in(directory)
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole + b"5", whole.replace(b"1234", b"1235")):
        file.write_bytes(damaged)
        assert recall(NAME) is None
    file.write_bytes(whole)
    assert recall(NAME) == 1234


def test_a_value_under_the_name_of_another_is_not_recalled(directory: Path) -> None:
    remember(NAME, "mine")
    other = name_of(b"something else")
    remember(other, "other")
    for file in files_in(directory):
        if NAME in file.name:
            file.write_bytes(next(each for each in files_in(directory) if other in each.name).read_bytes())
    assert recall(NAME) is None
    assert recall(other) == "other"


def test_a_place_that_cannot_be_written_to_is_done_without(directory: Path) -> None:
    directory.parent.write_text("a file where a directory should be")
    remember(NAME, 1)
    assert recall(NAME) is None


def test_a_directory_in_place_of_a_file_is_done_without(directory: Path) -> None:
    (directory / f"mockserver-{NAME}").mkdir(parents=True)
    remember(NAME, 1)
    assert recall(NAME) is None


def test_the_oldest_files_go_and_no_others(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_FILES", 3)
    directory.mkdir(parents=True)
    (directory / "somebody-elses").write_text("kept")
    names = [name_of(b"%d" % number) for number in range(5)]
    for age, name in enumerate(names):
        remember(name, name)
        os.utime(directory / f"mockserver-{name}", (age, age))
    assert [recall(name) for name in names] == [None, None, *names[2:]]
    assert (directory / "somebody-elses").read_text() == "kept"


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "LOCALAPPDATA"])
def test_the_systems_place_for_caches_is_used(variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOCKSERVER_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    remember(NAME, 1)
    assert len(files_in(tmp_path / "mockserver")) == 1


def test_the_home_directory_is_used_where_the_system_names_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOCKSERVER_CACHE_DIR")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    remember(NAME, 1)
    assert len(files_in(tmp_path / ".cache" / "mockserver")) == 1


def test_a_user_without_a_home_is_served_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("no home directory")

    for name in ("MOCKSERVER_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    remember(NAME, 1)
    assert recall(NAME) is None


@pytest.mark.usefixtures("directory")
def test_a_place_without_permission_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as denied:  # an administrator may write anywhere, so permissions alone would not tell
        denied.setattr(Path, "write_bytes", refuse)
        remember(NAME, 1)
    assert recall(NAME) is None
