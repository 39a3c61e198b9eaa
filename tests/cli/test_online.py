"""What a newcomer gives wrongly is said in a sentence, and a key is never shown."""

import pytest

SECRET = "swb_dGhpcy1pcy1uby1yZWFsLWtleQ"


@pytest.mark.parametrize("spoilt", [f"{SECRET}\rx", f"{SECRET} x", f"{SECRET}ключ"])
def test_a_key_that_is_none_is_refused_and_not_shown(swb, lodged, spoilt):
    """A key with characters that no key has is usage, and its value stays unsaid."""
    done = swb("submit", lodged, "--url", "http://127.0.0.1:9", "--key", spoilt)
    assert done.exit_code == 2
    assert "characters that no key has" in done.stderr
    assert SECRET not in done.output


def test_a_key_may_end_with_its_files_line_end(swb, lodged):
    """White space around a key is none of it: the broker is looked for."""
    done = swb("submit", lodged, "--url", "http://127.0.0.1:9", "--key", f"{SECRET}\r\n")
    assert done.exit_code == 3
    assert "cannot be reached" in done.stderr
    assert SECRET not in done.output


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"\x00\x01", "of no format")])
def test_bytes_of_no_format_are_told_so(swb, tmp_path, content, said):
    """An empty or unknown file is refused by what it is, not by a header nobody gave."""
    file = tmp_path / "odd.bin"
    file.write_bytes(content)
    done = swb("submit", file, "--url", "http://127.0.0.1:9", "--key", SECRET)
    assert done.exit_code == 1
    assert said in done.stderr


@pytest.mark.parametrize("option", ["--idempotency-key", "--content-type"])
def test_a_header_takes_ascii_only(swb, lodged, option):
    """What becomes a header must be visible ASCII."""
    done = swb("submit", lodged, option, "bös", "--url", "http://127.0.0.1:9", "--key", SECRET)
    assert done.exit_code == 2
    assert "ASCII" in done.stderr


def test_a_reference_of_a_scheme_that_nobody_has_is_told(swb, lodged):
    """A slip in the name would wait for days for a reference that cannot come."""
    result = swb("submit", lodged, "--key", "x", "--reference", "VIST=V1")
    assert result.exit_code == 2
    assert "there is no scheme 'VIST'" in result.stderr
    assert "VISIT" in result.stderr


def test_a_folder_without_a_brokers_database_is_told(swb, tmp_path):
    """A file that is no database of a broker is a sentence, not a bug."""
    (tmp_path / "broker.sqlite").write_bytes(b"no database at all, and long enough to be read" * 99)
    done = swb("keys", "issue", "duty-desk", "--data", tmp_path)
    assert done.exit_code == 3
    assert "no database of a broker" in done.stderr


def test_files_that_are_not_read_are_findings(swb, config):
    """A rules file with another ending, and an unknown folder, do not pass unread."""
    (config / "routes" / "wildlife.yaml").rename(config / "routes" / "wildlife.yml")
    (config / "ruotes").mkdir()
    done = swb("check", "--config", config)
    assert done.exit_code == 1
    assert "routes/wildlife.yml" in done.output
    assert "ruotes" in done.output
