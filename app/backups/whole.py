"""Back up database and media together, as one folder that can be checked to the last bit, and bring it back."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app.backups import copying, manifest, programs, service
from app.backups.errors import BackupError
from app.backups.manifest import MEDIA, Manifest
from app.core.clock import now
from app.core.storage import make_folder, sync_file, sync_folder

# Bytes somebody is still sending belong to no recording yet.
INCOMING = "incoming"
# Another disk, or one that knows no second names.
CANNOT_LINK = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP)


@dataclass(frozen=True)
class WholeBackup:
    """One finished backup; ``faults``: originals that are gone or changed in the installation itself."""

    folder: Path
    manifest: Manifest
    faults: list[str]


def back_up_whole(url: str, media_root: Path, folder: Path) -> WholeBackup:
    """Copy database and files to `folder` while both are in use; it has its name only when it is whole.

    Files are taken before the database and once more after it: what the copy names is there even where somebody
    replaces or removes a file meanwhile. Raises `BackupError` where the folder exists or the disk is too full.
    """
    _require_new(folder, media_root)
    make_folder(folder.parent, Path(folder.anchor))
    draft = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.part")
    draft.mkdir(mode=0o700)
    try:
        found = _gather(url, media_root, draft)
        if folder.exists():
            raise BackupError(f"{folder} was made by somebody else meanwhile.")
        draft.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise BackupError(f"The backup could not be written: {error.strerror}. Nothing of it is kept.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return WholeBackup(folder, found, _faults(url, folder, found))


def check_whole(url: str, folder: Path) -> Manifest:
    """Prove that every file is there to the bit and the database opens; raises `BackupError` where not."""
    found = manifest.read(folder)
    kind = service.kind_of(url)
    if not found.database.endswith(service.ENDINGS[kind]):
        raise BackupError(f"{folder} is of another kind of database than this installation’s ({kind}).")
    manifest.compare(found, folder)
    made = service.check(url, folder / found.database)
    if made.rows != found.rows:
        raise BackupError(f"{folder / found.database} holds other rows than the manifest says. Use another backup.")
    return found


def restore_whole(url: str, media_root: Path, folder: Path) -> Manifest:
    """Bring a checked backup into an empty installation: files first, so that no row ever names a missing one.

    Raises `BackupError`, and changes nothing, where the backup is damaged or the installation is not empty.
    """
    found = check_whole(url, folder)
    _require_empty(url, media_root)
    draft = media_root.with_name(f"{media_root.name}.{secrets.token_hex(4)}.part")
    try:
        for name in found.below(MEDIA):
            _copy(folder / name, draft / name.removeprefix(f"{MEDIA}/"))
        (draft / INCOMING).mkdir(mode=0o700, parents=True)
        _sync_folders(draft)
        _replace_empty(media_root, draft)
    except OSError as error:
        raise BackupError(f"The files could not be brought back: {error.strerror}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _restore_database(url, folder / found.database)
    return found


def _gather(url: str, media_root: Path, draft: Path) -> Manifest:
    media = draft / MEDIA
    media.mkdir(mode=0o700)
    _take(media_root, media)
    database = draft / f"database{service.ENDINGS[service.kind_of(url)]}"
    made = service.back_up(url, database)
    _take(media_root, media)
    files = {str(path.relative_to(draft)): manifest.facts_of(path) for path in sorted(_files(draft))}
    found = Manifest(now().isoformat(), database.name, service.revision_of(url, database), made.rows, files)
    manifest.write(found, draft)
    _sync_folders(draft)
    return found


def _take(media_root: Path, target: Path) -> None:
    """Give every file of the store a second name in the backup, or copy it where that cannot be."""
    for path in _files(media_root):
        name = path.relative_to(media_root)
        if name.parts[0] == INCOMING or (target / name).exists():
            continue
        (target / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _link(path, target / name)
        except FileNotFoundError:
            # Removed between the look and the link: had a row named it, the first look would have it.
            (target / name).unlink(missing_ok=True)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError as error:
        if error.errno not in CANNOT_LINK:
            raise
        _copy(path, target)


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    target.chmod(0o600)
    sync_file(target)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _sync_folders(folder: Path) -> None:
    for each in folder.rglob("*"):
        if each.is_dir():
            sync_folder(each)
    sync_folder(folder)


def _faults(url: str, folder: Path, found: Manifest) -> list[str]:
    """Return originals whose file is not there, or is not what its name says; SQLite copies can be asked at once."""
    wrong = [name for name in found.below(f"{MEDIA}/blobs") if Path(name).name != found.files[name][1]]
    if service.kind_of(url) == "sqlite":
        named = (f"{MEDIA}/{key}" for key in copying.named_files(folder / found.database))
        wrong += [name for name in named if name not in found.files]
    return wrong


def _require_new(folder: Path, media_root: Path) -> None:
    if folder.exists():
        raise BackupError(f"{folder} exists already; a backup is never overwritten.")
    if folder.resolve().is_relative_to(media_root.resolve()):
        raise BackupError(f"{folder} lies among the recordings. Choose a folder elsewhere, best on another disk.")


def _require_empty(url: str, media_root: Path) -> None:
    if next(_files(media_root), None) is not None:
        raise BackupError(f"There are files in {media_root} already. Bring the backup into an empty instance.")
    path = copying.sqlite_path(url)
    if path is not None:
        is_empty = not path.exists() or path.stat().st_size == 0
    else:
        engine = sa.create_engine(url)
        is_empty = not sa.inspect(engine).get_table_names()
        engine.dispose()
    if not is_empty:
        raise BackupError("There is a database already. Bring the backup into an empty instance.")


def _replace_empty(media_root: Path, draft: Path) -> None:
    if media_root.is_dir():
        for left in sorted((path for path in media_root.rglob("*") if path.is_dir()), reverse=True):
            left.rmdir()
        media_root.rmdir()
    draft.rename(media_root)
    sync_folder(media_root.parent)


def _restore_database(url: str, path: Path) -> None:
    target = copying.sqlite_path(url)
    if target is None:
        programs.bring_back(programs.server_of(url), path)
        return
    # Whoever connected to ask left an empty file behind.
    target.unlink(missing_ok=True)
    service.restore(url, path)
