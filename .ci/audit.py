"""Ask for the known vulnerabilities of the locked packages: python .ci/audit.py PIP_AUDIT LOCK...

Exit codes: 0 each package was looked up and none is known to be vulnerable, 1 some are, 2 some could not be looked up.
pip-audit itself says that no vulnerabilities are known, and exits with 0, if its source answers but knows no package.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

OPTIONS = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
SHOWN = 4


def report(packages: list[dict[str, Any]]) -> int:
    """Print what was found of the packages in pip-audit's document, and return the exit code."""
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    bad = [(each, vulnerability) for each in packages for vulnerability in each.get("vulns", ())]
    for package, found in bad:
        fixed = ", ".join(found["fix_versions"]) or "none"
        print(f"{package['name']} {package['version']}: {found['id']}; fixed in: {fixed}")
    if skipped or not packages:
        more = f" and {len(skipped) - SHOWN} more" if len(skipped) > SHOWN else ""
        names = ", ".join(skipped[:SHOWN]) + more or "no package"
        print(f"NOT AUDITED: {len(skipped)} of {len(packages)} packages could not be looked up: {names}")
        print("  do: run make audit where the advisory database can be reached")
    else:
        print(f"{len(packages)} packages looked up; known vulnerabilities: {len(bad)}")
    return 1 if bad else 2 if skipped or not packages else 0


def main(program: str, locks: list[str]) -> int:
    """Audit each lock file; return the exit code."""
    files = [word for lock in locks for word in ("--requirement", lock)]
    done = subprocess.run([program, *OPTIONS, *files], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"NOT AUDITED: pip-audit ended with exit status {done.returncode} and no result")
        print(f"  found: {(done.stderr.strip().splitlines() or ['nothing'])[-1]}")
        print("  do: run make audit where the advisory database can be reached")
        return 2
    return report(packages)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
