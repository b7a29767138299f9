import pytest

from nn.files import check_writable, replacing


def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path, "w") as file:
        file.write("new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError("own")])
def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail():
        with replacing(path, "w") as file:
            file.write("half")
            raise error

    with pytest.raises(type(error)) as caught:
        fail()
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]
    if isinstance(error, OSError):
        assert caught.value.filename == str(path)
        assert caught.value.errno == 28
        assert "nothing was written (No space left on device)" in str(caught.value)


def test_an_error_of_another_file_is_its_own(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, replacing(tmp_path / "out.txt", "w"):
        (tmp_path / "in.txt").read_text()
    assert caught.value.filename == str(tmp_path / "in.txt")


def test_a_folder_that_cannot_be_written(tmp_path):
    check_writable(tmp_path / "new" / "deep")
    assert (tmp_path / "new" / "deep").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"cannot write to the folder .*: give another one"):
        check_writable(tmp_path / "file")
