"""Writes config/advisories.toml from a checkout of the RustSec advisory database.

    python3 config/extract_advisories.py PATH_OF_THE_CHECKOUT > config/advisories.toml

Nodes and their builders often reach no network, so the database stands here as data with its date.
Only facts are taken: id, crate, kind, version ranges, title. Withdrawn advisories are left out.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

checkout = pathlib.Path(sys.argv[1])


def git(*words):
    return subprocess.run(["git", "-C", checkout, *words], check=True, capture_output=True, text=True).stdout


def advisories():
    for path in git("ls-tree", "-r", "--name-only", "HEAD", "crates/").splitlines():
        text = git("show", f"HEAD:{path}")
        front, _, rest = text.removeprefix("```toml").partition("```")
        front = tomllib.loads(front)
        if "withdrawn" in front["advisory"]:
            continue
        title = next(line[2:].strip() for line in rest.splitlines() if line.startswith("# "))
        title = re.sub(r"crates[.]io", "the registry", title)
        yield front["advisory"], front.get("versions", {}), title


print("# RustSec advisories: facts for the test in tests/laws.rs. Made by config/extract_advisories.py; never edited by hand.")
print("# `patched` and `unaffected` are the versions that an advisory does not hit.")
print(f'date = "{git("log", "-1", "--format=%cs").strip()}"')
print(f'source = "rustsec/advisory-db {git("rev-parse", "HEAD").strip()}"')
for advisory, versions, title in sorted(advisories(), key=lambda found: (found[0]["package"], found[0]["id"])):
    print("\n[[advisory]]")
    print(f'id = "{advisory["id"]}"')
    print(f'crate = "{advisory["package"]}"')
    print(f'kind = "{advisory.get("informational", "vulnerability")}"')
    print(f"title = {json.dumps(title, ensure_ascii=False)}")
    for name in ("patched", "unaffected"):
        if versions.get(name):
            print(f"{name} = {json.dumps(versions[name])}")
