//! A program as a service manager or a container runs it: as a user of its own without rights, with the file system read-only
//! around one directory, and with a `/proc` that shows nothing but processes.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use crate::{house::PROGRAM, root::assert_root};

/// A number that no account of the machine has.
const USER: u32 = 64_001;

/// Where both the unit and the container file have the program and its data.
pub(crate) const PROGRAM_PLACE: &str = "/usr/local/bin/consilium";
pub(crate) const DATA_PLACE: &str = "/var/lib/consilium";

/// Puts program and data where they belong, makes everything else read-only, and becomes somebody without rights.
const ENTER: &str = r#"set -eu
data=$1 program=$2 user=$3
shift 3
mount -t tmpfs tmpfs /var/lib
mkdir /var/lib/consilium
mount --bind "$data" /var/lib/consilium
mount -t tmpfs tmpfs /usr/local/bin
: >/usr/local/bin/consilium
mount --bind "$program" /usr/local/bin/consilium
mount -t proc -o subset=pid,hidepid=invisible proc /proc
while read -r _ _ _ _ place _; do
    case $place in /var/lib/consilium | /proc* | /sys* | /dev*) continue ;; esac
    mount -o remount,bind,ro "$(printf %b "$place")"
done </proc/self/mountinfo
cd /
exec env -i PATH="$PATH" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all "$@"
"#;

/// A place to be closed in: the one directory that can be written.
pub(crate) struct Sandbox {
    data: PathBuf,
}

impl Sandbox {
    /// Makes the directory, empty and private, below one that everybody may pass through.
    pub(crate) fn around(data: &Path) -> Self {
        assert_root("a sandbox is made of mounts");
        fs::create_dir(data).unwrap();
        chown(data, Some(USER), Some(USER)).unwrap();
        fs::set_permissions(data, fs::Permissions::from_mode(0o700)).unwrap();
        fs::set_permissions(data.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { data: data.to_owned() }
    }

    /// The words that run some words within; the process that is started becomes theirs.
    pub(crate) fn running(&self, words: &[String]) -> Vec<String> {
        let data = self.data.to_str().unwrap();
        let enter = ["unshare", "--mount", "sh", "-c", ENTER, "sandbox", data, PROGRAM, &USER.to_string()];
        enter.iter().map(|word| (*word).to_owned()).chain(words.iter().cloned()).collect()
    }
}
