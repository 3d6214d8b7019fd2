"""Labels in a CSV file beside the pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from components.sources.pictures.folder import read_folder
from components.sources.source_result import SourceResult
from schemas.errors import InputError
from tests.components.sources.own_pictures import ingest_own
from tests.samples import write_digits

COUNTS = {"1": 3, "7": 3}


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    """Return a folder with images/1-00.png, images/1-01.png and so on, all in one folder."""
    written = write_digits(tmp_path / "written", COUNTS)
    images = tmp_path / "mine" / "images"
    images.mkdir(parents=True)
    for path in written.rglob("*.png"):
        shutil.move(path, images / f"{path.parent.name}-{path.name}")
    return images.parent


def rows_of(flat: Path, cell: str = "{name},{label}") -> str:
    """Return a row for each picture."""
    names = sorted(path.name for path in (flat / "images").iterdir())
    return "".join(cell.format(name=name, stem=name[:-4], label=name[0]) + "\n" for name in names)


def read(flat: Path, text: str, label: str | None = None) -> SourceResult:
    """Write labels.csv and read the folder by it."""
    (flat / "labels.csv").write_text(text)
    return read_folder(flat, 0.3, 0, labels="labels.csv", label=label)


def labels_of(result: SourceResult) -> dict[str, str]:
    """Return the class of each picture, by the first character of its name."""
    return {
        split.ids[i].rpartition("/")[2][0]: split.classes[label]
        for split in result.splits.values()
        for i, label in enumerate(split.labels)
    }


FORMS = {
    "names": ("filename,label\n", "{name},{label}"),
    "paths": ("path,digit\n", "images/{name},{label}"),
    "paths from elsewhere": ("image,choice\n", "/data/upload/1/{name},{label}"),
    "stems": ("id,class\n", "{stem},{label}"),
    "no header": ("", "{name},{label}"),
    "label first": ("label,file\n", "{label},{name}"),
    "semicolons": ("filename;label\n", "{name};{label}"),
    "byte-order mark": ("\ufefffilename,label\n", "{name},{label}"),
    "floats of pandas": (",filename,label\n", "0,{name},{label}.0"),
    "any name": ("file,who\n", "{name},{label}"),
}


@pytest.mark.parametrize("form", FORMS)
def test_labels_are_read(flat: Path, form: str) -> None:
    """The column of names is the one that names pictures; the labels are those of the file."""
    header, cell = FORMS[form]
    assert labels_of(read(flat, header + rows_of(flat, cell))) == {"1": "1", "7": "7"}


def test_roboflows_columns_are_classes(flat: Path) -> None:
    """A column of 0 and 1 for each class, as Roboflow writes them, is read by its header."""
    text = rows_of(flat).replace(".png,1", ".png, 1, 0").replace(".png,7", ".png, 0, 1")
    assert labels_of(read(flat, f"filename, one, seven\n{text}")) == {"1": "one", "7": "seven"}


def test_the_column_can_be_named(flat: Path) -> None:
    """The setting names the column of labels."""
    result = read(flat, "name,label,who\n" + rows_of(flat, "{name},x,w{label}"), label="who")
    assert labels_of(result) == {"1": "w1", "7": "w7"}


def test_a_column_can_hold_the_split(flat: Path) -> None:
    """A column `split` says which pictures are for testing."""
    text = rows_of(flat, "{name},{label},train").replace("00.png,1,train", "00.png,1,test")
    result = read(flat, "name,label,split\n" + text.replace("00.png,7,train", "00.png,7,test"))
    assert result.splits["test"].ids == ["images/1-00.png", "images/7-00.png"]


def test_pictures_without_a_row_are_left_out(flat: Path) -> None:
    """A picture without a label is no example, and a warning counts such pictures."""
    result = read(flat, "name,label\n" + "\n".join(rows_of(flat).splitlines()[1:]))
    assert sum(map(len, result.splits.values())) == 5
    assert result.warnings == ("mine: 1 of 6 pictures have no row in labels.csv: images/1-00.png",)


FAULTS = {
    "no such picture": ("1-00.png,1\nother.png,7\n", "labels.csv:3: there is no picture other.png", "", ""),
    "two labels": ("1-00.png,1\n1-00.png,7\n", "labels.csv:3: images/1-00.png has two labels", "1 and 7", ""),
    "no label": ("1-00.png,1\n7-00.png,\n", "labels.csv:3: no label", "an empty cell", ""),
    "a cell too many": ("1-00.png,1,2\n", "labels.csv:2: wrong number of cells", "3", ""),
    "no names": ("a,1\nb,2\n", "labels.csv names no pictures of", "name, label", ""),
    "no such column": ("1-00.png,1\n", "has no column digit", "name, label", "digit"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_line(flat: Path, fault: str) -> None:
    """The error names file and line."""
    text, words, found, label = FAULTS[fault]
    with pytest.raises(InputError, match=words) as caught:
        read(flat, f"name,label\n{text}", label or None)
    assert found in caught.value.found


def test_several_columns_without_a_telling_name_are_an_error(flat: Path) -> None:
    """If several columns may hold the labels, the error asks which."""
    with pytest.raises(InputError, match="which column holds the labels"):
        read(flat, "name,colour,size\n" + rows_of(flat, "{name},{label}a,{label}b"))


def test_a_missing_file_is_an_error(flat: Path) -> None:
    """The file of labels must lie in the folder, where a change of it is noticed."""
    (flat.parent / "labels.csv").write_text("name,label\n" + rows_of(flat))
    for name in ("labels.csv", "../labels.csv"):
        with pytest.raises(InputError, match="is not a file in"):
            read_folder(flat, 0.3, 0, labels=name)


def test_a_file_that_is_not_read_is_an_error(flat: Path, tmp_path: Path) -> None:
    """One folder of pictures is no class if a file beside it names their labels; the advice works."""
    (flat / "labels.csv").write_text("filename,label\n" + rows_of(flat))
    with pytest.raises(InputError, match=r"the labels in labels.csv are not read") as caught:
        ingest_own(tmp_path / "out", source="folder", folder=flat)
    assert caught.value.found == "6 pictures in images/, and labels.csv, which names them"
    assert caught.value.do.startswith("set labels: labels.csv beside folder;")
    own = ingest_own(tmp_path / "out2", source="folder", folder=flat, labels="labels.csv")
    assert own.train.classes == ("1", "7")


def test_flat_splits_name_the_file_beside_them(flat: Path) -> None:
    """Pictures in train/ are no class either, as in Kaggle's layout."""
    (flat / "images").rename(flat / "train")
    (flat / "train.csv").write_text("id,label\n1-00,1\n7-00,7\n")
    with pytest.raises(InputError, match=r"the labels in train.csv are not read"):
        read_folder(flat, 0.3, 0)


def test_label_folders_beside_a_file_are_a_warning(tmp_path: Path) -> None:
    """Label folders are read, and a warning names the file that is not."""
    folder = write_digits(tmp_path / "mine", COUNTS)
    names = "".join(f"{label}/0{i}.png,{label}\n" for label in COUNTS for i in range(3))
    (folder / "list.csv").write_text(f"path,label\n{names}")
    [warning] = read_folder(folder, 0.3, 0).warnings
    assert warning.startswith("mine: list.csv is not read")


def test_other_files_are_not_mistaken_for_labels(tmp_path: Path) -> None:
    """A CSV file that names no pictures, and tags.csv, are no files of labels; nor is a column of digits."""
    folder = write_digits(tmp_path / "mine", {"1": 3, "2": 3})
    for i in range(3):
        (folder / "1" / f"0{i}.png").rename(folder / "1" / f"{i}.png")
    (folder / "notes.csv").write_text("label,pixel0\n" + "1,0\n0,2\n" * 10)
    (folder / "tags.csv").write_text("path,light\n1/0.png,day\n")
    assert read_folder(folder, 0.3, 0).warnings == ()
