//! Where the binaries and databases live, and whom PostgreSQL runs as.

use super::EmbeddedError;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of everything embedded. Deleting it while Penny is stopped starts afresh.
#[derive(Debug, Clone)]
pub struct Home {
    root: PathBuf,
    stand_in: Option<StandIn>,
}

/// The unprivileged user who runs PostgreSQL in root's place, since it refuses to run as root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StandIn {
    pub name: String,
    uid: u32,
    gid: u32,
}

impl Home {
    /// `PENNY_HOME`, or the user's cache folder; for root one that other users can enter.
    pub fn find() -> Result<Self, EmbeddedError> {
        let stand_in = is_root()?.then(StandIn::find);
        let root = choose_root(|name| std::env::var(name).ok(), stand_in.is_some())
            .ok_or(EmbeddedError::NoHome)?;
        let mut home = Self { root, stand_in };
        home.make_dir(&home.root)?;
        // What runs PostgreSQL starts in another folder than Penny did.
        home.root = std::path::absolute(&home.root).map_err(EmbeddedError::home(&home.root))?;
        Ok(home)
    }

    /// A folder of Penny's own, unless it is there, that the stand-in can enter too.
    pub(super) fn make_dir(&self, dir: &Path) -> Result<(), EmbeddedError> {
        if dir.exists() {
            return Ok(());
        }
        let mode = if self.stand_in.is_some() {
            0o755
        } else {
            0o700
        };
        make_dir(dir, mode)
    }

    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// A folder of the user who runs PostgreSQL, closed to everybody else.
    pub(super) fn private_dir(&self, dir: &Path) -> Result<(), EmbeddedError> {
        make_dir(dir, 0o700)?;
        self.give(dir)
    }

    pub(super) fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        match &self.stand_in {
            Some(user) => {
                chown(path, Some(user.uid), Some(user.gid)).map_err(EmbeddedError::home(path))
            }
            None => Ok(()),
        }
    }

    /// A command that runs as the user who runs PostgreSQL.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // The folder that Penny was started in may be closed to the stand-in.
        command.current_dir("/");
        if let Some(user) = &self.stand_in {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }

    /// Fails early, with a sentence, where the stand-in has no way to a file.
    pub(super) fn check_reach(&self, path: &Path) -> Result<(), EmbeddedError> {
        let Some(user) = &self.stand_in else {
            return Ok(());
        };
        let test = Path::new("test");
        let reached = self
            .command(test)
            .arg("-x")
            .arg(path)
            .status()
            .map_err(|error| EmbeddedError::NoStandIn {
                user: user.name.clone(),
                error,
            })?
            .success();
        if reached {
            return Ok(());
        }
        Err(EmbeddedError::Unreachable {
            user: user.name.clone(),
            path: path.to_owned(),
        })
    }
}

fn make_dir(dir: &Path, mode: u32) -> Result<(), EmbeddedError> {
    fs::create_dir_all(dir)
        .and_then(|()| fs::set_permissions(dir, fs::Permissions::from_mode(mode)))
        .map_err(EmbeddedError::home(dir))
}

/// Removes a folder that need not be there.
pub(super) fn remove(folder: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(EmbeddedError::home(folder)(error))
        }
        _ => Ok(()),
    }
}

fn is_root() -> Result<bool, EmbeddedError> {
    let id = Path::new("id");
    let output = Command::new(id)
        .arg("-u")
        .output()
        .map_err(EmbeddedError::spawn(id))?;
    Ok(output.stdout.trim_ascii() == b"0")
}

fn choose_root(env: impl Fn(&str) -> Option<String>, root: bool) -> Option<PathBuf> {
    let var = |name: &str| {
        env(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(home) = var("PENNY_HOME") {
        return Some(home);
    }
    if root {
        // Root's own folders are closed to the user that PostgreSQL runs as.
        return Some(PathBuf::from("/var/cache/penny"));
    }
    var("XDG_CACHE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| var("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("penny"))
}

impl StandIn {
    fn find() -> Self {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        Self::among(&users).unwrap_or(Self {
            name: "nobody".to_owned(),
            uid: 65534,
            gid: 65534,
        })
    }

    fn among(passwd: &str) -> Option<Self> {
        let user = |wanted: &str| {
            passwd.lines().find_map(|line| {
                let mut fields = line.split(':');
                let name = fields.next().filter(|name| *name == wanted)?;
                let uid = fields.nth(1)?;
                let gid = fields.next()?;
                Some(Self {
                    name: name.to_owned(),
                    uid: unsigned_id(uid)?,
                    gid: unsigned_id(gid)?,
                })
            })
        };
        ["nobody", "postgres", "daemon"].into_iter().find_map(user)
    }
}

/// macOS writes the id of `nobody` as -2.
fn unsigned_id(text: &str) -> Option<u32> {
    text.parse::<u32>()
        .ok()
        .or_else(|| text.parse::<i32>().ok().map(i32::cast_unsigned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root_with(vars: &[(&str, &str)], root: bool) -> Option<PathBuf> {
        let find = |name: &str| {
            let (_, value) = vars.iter().find(|(known, _)| *known == name)?;
            Some((*value).to_owned())
        };
        choose_root(find, root)
    }

    #[test]
    fn penny_home_wins_and_root_stays_out_of_its_own_home() {
        let vars = [("PENNY_HOME", "/srv/p"), ("HOME", "/home/ada")];
        assert_eq!(root_with(&vars, false), Some("/srv/p".into()));
        assert_eq!(root_with(&vars, true), Some("/srv/p".into()));
        assert_eq!(
            root_with(&[("HOME", "/root")], true),
            Some("/var/cache/penny".into())
        );
    }

    #[test]
    fn a_user_gets_a_folder_in_their_cache() {
        let home = ("HOME", "/home/ada");
        assert_eq!(
            root_with(&[home], false),
            Some("/home/ada/.cache/penny".into())
        );
        assert_eq!(
            root_with(&[home, ("XDG_CACHE_HOME", "/fast")], false),
            Some("/fast/penny".into())
        );
        assert_eq!(
            root_with(&[home, ("XDG_CACHE_HOME", "")], false),
            Some("/home/ada/.cache/penny".into())
        );
        assert_eq!(root_with(&[], false), None);
    }

    #[test]
    fn the_stand_in_is_nobody_also_where_its_id_is_negative() {
        let linux = "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104::/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n";
        assert_eq!(StandIn::among(linux).unwrap().uid, 65534);
        let mac = "##\nnobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false\n";
        assert_eq!(StandIn::among(mac).unwrap().gid, u32::MAX - 1);
        assert_eq!(StandIn::among("root:x:0:0:root:/root:/bin/sh\n"), None);
    }
}
