"""OPS-02: the Debian package as far as it can be judged without a machine of its own (scripts/try-package has one)."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from host import BINARIES, ROOT

PROGRAMS = ("dailies", "dailies-host", "dailies-jobs")


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The tracked files in a directory of their own, since debhelper works in the tree."""
    copy = tmp_path_factory.mktemp("package") / "dailies"
    copy.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    names = [name for name in listed.decode().split("\0") if name and not name.startswith(("Tests/", "Sources/"))]
    for name in names:
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return copy


@pytest.fixture(scope="module")
def package(source):
    """The package's files, of debhelper with the programs that the tests use."""
    environment = os.environ | {
        "DAILIES_BIN_DIR": str(BINARIES), "DAILIES_DEB_OPTIONS": "-Znone", "SOURCE_DATE_EPOCH": "1790000000"
    }  # fmt: skip
    run("debian/rules", "binary", cwd=source, env=environment)
    return source / "debian/dailies"


def files(tree, below="."):
    start = tree / below
    return {str(path.relative_to(start)) for path in start.rglob("*") if not path.is_dir()}


def test_the_package_has_what_the_tree_has(package, source):
    """OPS-02: every migration, unit, setting and nginx file of the tree is in the package, and nothing else is in /etc."""
    assert files(package, "usr/share/dailies/migrations") == files(source / "migrations")
    assert files(package, "usr/share/dailies/web") == files(source / "debian/build/web")
    assert {f"{name}.gz" for name in files(package, "usr/share/dailies/web/css")} >= {"site.css.gz"}
    # A way out of the tree would differ with the depth of the tree, and so would the package.
    maps = [path.read_text() for path in (package / "usr/share/dailies/web").rglob("*.map")]
    assert maps and not [text for text in maps if "../usr/" in text]
    units = {name for name in files(source / "systemd") if not name.startswith("conf/")}
    units -= {"tmpfiles.conf", "remote-storage.conf", "provider-keys.conf"}
    installed = package / "lib/systemd/system"
    assert files(installed if installed.is_dir() else package / "usr/lib/systemd/system") == units
    conf = {f"dailies/{name}" for name in files(source / "systemd/conf")}
    nginx = {f"dailies/nginx/{name}" for name in files(source / "nginx")} - {"dailies/nginx/nginx.conf"}
    assert files(package, "etc") == conf | nginx | {"nginx/sites-available/dailies"}
    conffiles = (package / "DEBIAN/conffiles").read_text().split()
    assert set(conffiles) == {f"/etc/{name}" for name in files(package, "etc")}
    for program in PROGRAMS:
        assert os.access(package / "usr/bin" / program, os.X_OK)
        assert (package / f"usr/share/bash-completion/completions/{program}").stat().st_size > 0
        assert (package / f"usr/share/zsh/vendor-completions/_{program}").stat().st_size > 0


def test_units_name_manual_pages_that_are_there(package, source):
    """OPS-02: each Documentation=man: of a unit is a page of the package."""
    units = [path for path in (source / "systemd").glob("dailies*") if path.is_file()]
    for unit in units:
        named = re.findall(r"^Documentation=man:(\S+)\((\d)\)$", unit.read_text(), re.MULTILINE)
        assert named, f"{unit.name} names no manual page"
        for page, section in named:
            assert (package / f"usr/share/man/man{section}/{page}.{section}.gz").exists(), unit.name


def test_every_file_of_the_configuration_is_in_a_manual_page(package, source):
    """OPS-02: dailies-files(5) has every file in /etc/dailies, those too that the installation makes."""
    page = (source / "debian/build/man/dailies-files.5").read_text()
    for name in files(package, "etc/dailies"):
        assert f"/etc/dailies/{name}" in page or f".Pa {name}" in page, name
    made = re.findall(r'"\$configuration"/([a-z.]+)', (source / "debian/dailies.postinst").read_text())
    for name in set(made) - {"dailies.conf", "downgrade", "processes.conf"}:
        assert f"/etc/dailies/{name}" in page, name


def test_manual_pages_have_no_faults(package, source):
    """OPS-02: mandoc and man find nothing to warn of, and the pages have every command and setting."""
    pages = sorted((source / "debian/build/man").iterdir())
    assert len(pages) == 5
    run("mandoc", "-T", "lint", "-W", "warning", *pages)
    for page in pages:
        done = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True, check=True,
                              env=os.environ | {"MANWIDTH": "100", "LC_ALL": "C.UTF-8"})  # fmt: skip
        assert not done.stderr, f"{page.name}: {done.stderr}"
    shown = run("man", "-l", source / "debian/build/man/dailies.1", env=os.environ | {"MANWIDTH": "200", "LC_ALL": "C.UTF-8"})
    for command in commands("dailies"):
        assert f"dailies {command}" in shown
    settings = (source / "debian/build/man/dailies.conf.5").read_text()
    for name in re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE):
        assert f"\\&{name}" in settings


def commands(*words):
    """The commands that a help text lists."""
    text = run(BINARIES / words[0], *words[1:], "--help")
    return re.findall(r"^  ([a-z][a-z-]*)  ", text, re.MULTILINE)


def complete(script, *words):
    """What bash offers for the last of the words."""
    line = " ".join(f"'{word}'" for word in words)
    program = words[0].replace("-", "_")
    return run(
        "bash", "-euc",
        f'source "$0"; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; compopt() {{ :; }}; _{program}; '
        'printf "%s\\n" "${COMPREPLY[@]}"',
        script,
    ).split()  # fmt: skip


def test_bash_completes(package, source, tmp_path):
    """OPS-02: bash offers commands, options and files, after other options too."""
    script = source / "debian/build/dailies.bash"
    assert complete(script, "dailies", "") == [*commands("dailies"), "--help"]
    assert complete(script, "dailies", "sett") == ["settings"]
    assert complete(script, "dailies", "season", "") == [*commands("dailies", "season"), "--help"]
    assert complete(script, "dailies", "--config", "x", "migrate", "--st") == ["--status"]
    (tmp_path / "site.conf").touch()
    assert complete(script, "dailies", "migrate", "--config", f"{tmp_path}/si") == [f"{tmp_path}/site.conf"]
    assert complete(script, "dailies", "migrate", "--config", "=", f"{tmp_path}/si") == [f"{tmp_path}/site.conf"]
    assert complete(source / "debian/build/dailies-jobs.bash", "dailies-jobs", "dr") == ["drain"]
    assert "voting" in complete(source / "debian/build/dailies-host.bash", "dailies-host", "")


def test_zsh_completes(package, source, tmp_path):
    """OPS-02: zsh loads the script, and offers a command and an option of it."""
    functions = tmp_path / "functions"
    functions.mkdir()
    for program in PROGRAMS:
        script = source / f"debian/build/{program}.zsh"
        run("zsh", "-n", script)
        shutil.copy(script, functions / f"_{program}")
    # A terminal of zsh's own: the keys are typed, and the line is printed when it is accepted.
    typed = r"""
        zmodload zsh/zpty
        zpty shell zsh -f
        zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -d $1/dump; bindkey '^I' complete-word"
        zpty -w shell "show() { print line:\$BUFFER:; }; zle -N show; bindkey '^X' show; dailies() { :; }"
        zpty -w shell "print loaded: \$_comps[dailies]"
        zpty -r -m shell text '*loaded: _dailies*'
        zpty -w -n shell $'dailies sett\t--doc\t\x18'
        zpty -r -m shell text '*line:*:*'
        print -r -- "$text"
    """
    said = run("timeout", "60", "zsh", "-fc", typed, "zsh", functions)
    assert "line:dailies settings --document" in said


def script_with(source, name, tmp_path, until=None):
    """A maintainer script that sees the directory as the machine."""
    text = (source / "debian" / f"dailies.{name}").read_text()
    answer = "db_get() { RET=https://film.example.org; }"
    text = re.sub(r"^\s*\. /usr/share/debconf/confmodule$", answer, text, flags=re.MULTILINE)
    text = text.replace("#VERSION#", "1.2.0").replace("#DEBHELPER#", "")
    for directory in ("/etc/dailies", "/var/lib/dailies"):
        text = text.replace(directory, f"{tmp_path}{directory}")
        (tmp_path / directory[1:]).mkdir(parents=True, exist_ok=True)
    return text if until is None else text[: text.index(until)]


@pytest.mark.parametrize(
    ("words", "good"),
    [
        (["install"], True),
        (["install", "1.1.0"], True),
        (["upgrade", "1.2.0"], True),
        (["upgrade", "1.10.0"], False),
        (["install", "1.2.0+fix1"], False),
    ],
)
def test_an_older_version_is_refused(source, tmp_path, words, good):
    """OPS-02: an older version is refused in words, until an operator says that the database is older too."""
    text = script_with(source, "preinst", tmp_path)
    done = subprocess.run(["sh", "-c", text, "preinst", *words], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is good
    if not good:
        assert f"version 1.2.0 is older than {words[1]}" in done.stderr and "Rolling back" in done.stderr
        (tmp_path / "etc/dailies/downgrade").write_text("1.2.0\n")
        run("sh", "-c", text, "preinst", *words)


def test_secrets_and_settings_are_made_once(source, tmp_path):
    """OPS-02: the secret key, the settings and the certificate are made once, and no other account reads the secrets."""
    text = script_with(source, "postinst", tmp_path, until="\nis_new=\n")
    text += "\nchown() { :; }\nmake_secret\nmake_settings\nmake_certificate\n"
    run("sh", "-c", text, "postinst", "configure")
    etc = tmp_path / "etc/dailies"
    made = {path: path.read_bytes() for path in etc.rglob("*") if path.is_file()}
    modes = {str(path.relative_to(etc)): f"{path.stat().st_mode & 0o777:o}" for path in made}
    assert modes == {"secret.key": "640", "dailies.conf": "640", "tls/privkey.pem": "600", "tls/fullchain.pem": "644"}
    assert re.fullmatch(r"[0-9a-f]{64}\n", (etc / "secret.key").read_text())
    assert "film.example.org" in run("openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", etc / "tls/fullchain.pem")
    # The settings are whole: the program takes them.
    shown = run(BINARIES / "dailies", "settings", "--config", etc / "dailies.conf", env={"PATH": os.environ["PATH"]})
    assert "SITE_URL=https://film.example.org" in shown and "HOST_DATABASE_URL=set" in shown
    run("sh", "-c", text, "postinst", "configure")
    assert made == {path: path.read_bytes() for path in etc.rglob("*") if path.is_file()}


def test_what_a_purge_kept_comes_back(source, tmp_path):
    """OPS-02: the secret key that a purge has kept with the data is the next installation's."""
    kept = tmp_path / "var/lib/dailies/kept"
    text = script_with(source, "postinst", tmp_path, until="\nis_new=\n") + "\nrestore_kept\n"
    kept.mkdir(parents=True)
    (kept / "secret.key").write_text("kept\n")
    (kept / "dailies.conf").write_text("# kept\n")
    (tmp_path / "etc/dailies/dailies.conf").write_text("# new\n")
    run("sh", "-c", text, "postinst", "configure")
    assert (tmp_path / "etc/dailies/secret.key").read_text() == "kept\n"
    assert (tmp_path / "etc/dailies/dailies.conf").read_text() == "# new\n"
    assert [path.name for path in kept.iterdir()] == ["dailies.conf"]


def test_postgres_lets_the_account_in(source, postgres, tmp_path):
    """OPS-02: the lines in Postgres' files are made once, precede all others, and a purge takes out exactly them."""
    socket = str(postgres)
    ask = ["psql", "-X", "-q", "-At", "-h", socket, "-U", "postgres", "-d", "postgres", "-c"]
    named = [pathlib.Path(run(*ask, f"show {name}").strip()) for name in ("hba_file", "ident_file")]
    before = [file.read_bytes() for file in named]
    try:
        for _ in range(2):
            run("bash", source / "debian/postgres-access", socket)
        hba, ident = (file.read_text() for file in named)
        assert hba.splitlines()[1] == "local dailies dailies_owner,dailies_web,dailies_jobs peer map=dailies"
        assert hba.count("map=dailies") == 1 and ident.count("dailies dailies dailies_web") == 1
        assert run(*ask, "select count(*) from pg_hba_file_rules where error is not null").strip() == "0"
        text = script_with(source, "postrm", tmp_path, until="\ndrop_database() {").replace("/var/run/postgresql", socket)
        run("sh", "-c", text + '\nas_postgres() { "$@"; }\nremove_access\n', "postrm", "purge")
        assert [file.read_bytes() for file in named] == before
    finally:
        for file, content in zip(named, before, strict=True):
            file.write_bytes(content)
