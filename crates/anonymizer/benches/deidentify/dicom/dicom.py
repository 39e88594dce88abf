"""Brings the objects of the DICOM benchmark, runs other programs over the planted ones, and checks results elsewhere.

    dicom.py fetch FOLDER         objects of pydicom, pydicom-data and deid-data (PyPI) into FOLDER/originals
    dicom.py peers FOLDER         dicognito, dicom-anonymizer and deid over FOLDER/planted, each into a folder of its name
    dicom.py conformance FOLDER   errors of dciodvfy (Debian dicom3tools) in FOLDER/unplanted that FOLDER/originals does not have
    dicom.py store FOLDER PORT    FOLDER/unplanted sent to a server on this machine by storescu (Debian dcmtk), as to Orthanc

Needs the Python packages pydicom, pydicom-data, dicognito, dicom-anonymizer and deid, and for deid-data pip's download.
"""

import collections
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile

warnings.filterwarnings("ignore")


def is_dicom(data):
    return data[128:132] == b"DICM"


def members(path):
    """The file itself, or what a ZIP archive holds."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if not member.is_dir() and "__MACOSX" not in member.filename:
                    yield pathlib.Path(member.filename).name, archive.read(member)
    else:
        yield path.name, path.read_bytes()


def fetch(folder):
    originals = folder / "originals"
    originals.mkdir(parents=True, exist_ok=True)
    import data_store
    import pydicom

    with tempfile.TemporaryDirectory() as temporary:
        download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", temporary]
        subprocess.run([*download, "deid-data==0.0.20"], check=True)
        archive = next(pathlib.Path(temporary).glob("*.tar.gz"))
        with tarfile.open(archive) as packed:
            packed.extractall(temporary, filter="data")
        roots = {
            "pydicom": pathlib.Path(pydicom.__file__).parent / "data",
            "pydicom_data": pathlib.Path(data_store.__path__[0]) / "data",
            "deid_data": pathlib.Path(temporary),
        }
        for source, root in roots.items():
            for path in sorted(root.rglob("*")):
                if path.is_file() and path.suffix not in (".py", ".pyc", ".gz"):
                    where = "_".join(path.relative_to(root).parts[:-1])
                    for name, data in members(path):
                        if is_dicom(data):
                            (originals / f"{source}__{where}_{name}.dcm".replace(" ", "_")).write_bytes(data)


def dicognito():
    """One anonymizer for all objects, as its command line has, so that it can be consistent."""
    import pydicom
    from dicognito.anonymizer import Anonymizer

    anonymizer = Anonymizer(seed="benchmark")

    def clean(path, out):
        with pydicom.dcmread(path, force=True) as data_set:
            anonymizer.anonymize(data_set)
            data_set.save_as(out / path.name)

    return clean


def kitware():
    from dicomanonymizer import anonymize_dicom_file

    return lambda path, out: anonymize_dicom_file(str(path), str(out / path.name))


def deid():
    """The header by its standard recipe; private attributes removed."""
    from deid.config import DeidRecipe
    from deid.dicom import get_identifiers, replace_identifiers

    def clean(path, out):
        found = get_identifiers([str(path)])
        cleaned = replace_identifiers([str(path)], ids=found, deid=DeidRecipe(), save=False, remove_private=True)
        cleaned[0].save_as(out / path.name)

    return clean


def peers(folder):
    planted = sorted((folder / "planted").glob("*.dcm"))
    for name, program in [("dicognito", dicognito), ("dicom-anonymizer", kitware), ("deid", deid)]:
        out = folder / name
        out.mkdir(exist_ok=True)
        clean, failed = program(), collections.Counter()
        for path in planted:
            try:
                clean(path, out)
            except Exception as error:
                failed[type(error).__name__] += 1
        print(name, len(planted) - failed.total(), "of", len(planted), dict(failed))


def errors_of(path):
    """Errors of dciodvfy, without values and numbers that differ between files."""
    run = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, text=True, errors="replace", timeout=120)
    lines = (run.stderr + run.stdout).splitlines()
    return {re.sub(r"= <[^>]*>|= '[^']*'", "", line).strip() for line in lines if line.startswith("Error")}


def conformance(folder, before="originals", after="unplanted"):
    new, files, sums = collections.Counter(), 0, [0, 0]
    example = {}
    for path in sorted((folder / after).glob("*.dcm")):
        was, now = errors_of(folder / before / path.name), errors_of(path)
        sums[0] += len(was)
        sums[1] += len(now)
        files += bool(now - was)
        for error in now - was:
            new[error] += 1
            example.setdefault(error, path.name)
    print(f"{sums[0]} errors in {before}, {sums[1]} in {after}; new ones in {files} files")
    for error, count in new.most_common(40):
        print(count, error, "|", example[error])


def store(folder, port):
    sent = sorted((folder / "unplanted").glob("*.dcm"))
    accepted = 0
    for path in sent:
        run = subprocess.run(
            ["storescu", "-R", "--aetitle", "BENCH", "127.0.0.1", port, str(path)], capture_output=True, timeout=120
        )
        accepted += run.returncode == 0
        if run.returncode:
            print("refused", path.name, run.stderr.decode(errors="replace").splitlines()[:1])
    print(f"{accepted} of {len(sent)} accepted")


if __name__ == "__main__":
    command, folder, rest = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    {"fetch": fetch, "peers": peers, "conformance": conformance, "store": store}[command](folder, *rest)
