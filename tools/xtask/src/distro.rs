//! Which Linux distribution this is, read from the text of `/etc/os-release`.

/// How packages are named and installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Debian and what derives from it directly.
    Debian,
    /// Ubuntu and what derives from it.
    Ubuntu,
    /// Every other system: nothing is installed there, only explained.
    Other,
}

/// A distribution as it names itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Distro {
    pub(crate) family: Family,
    /// For people: `Debian GNU/Linux 12 (bookworm)`.
    pub(crate) name: String,
    /// The release of Debian or Ubuntu whose packages fit, such as `bookworm`, where one is stated.
    pub(crate) codename: Option<String>,
}

impl Distro {
    /// The distribution of this machine; a system without `os-release` is `Family::Other`.
    pub(crate) fn of_this_machine() -> Self {
        let text = ["/etc/os-release", "/usr/lib/os-release"]
            .into_iter()
            .find_map(|path| std::fs::read_to_string(path).ok());
        Self::parse(&text.unwrap_or_default())
    }

    /// Reads `KEY=value` lines, whose values may stand in quotes.
    fn parse(os_release: &str) -> Self {
        let value = |key: &str| {
            os_release
                .lines()
                .filter_map(|line| line.trim().split_once('='))
                .find(|(name, _)| *name == key)
                .map(|(_, value)| value.trim_matches(['"', '\'']).to_owned())
                .filter(|value| !value.is_empty())
        };
        // A derivative names its ancestors in ID_LIKE, the nearest first: Mint says `ubuntu debian`.
        let ancestry =
            format!("{} {}", value("ID").unwrap_or_default(), value("ID_LIKE").unwrap_or_default());
        let family = ancestry
            .split_whitespace()
            .find_map(|id| match id {
                "debian" => Some(Family::Debian),
                "ubuntu" => Some(Family::Ubuntu),
                _ => None,
            })
            .unwrap_or(Family::Other);
        // VERSION_CODENAME is the derivative's own name; the base release is named beside it.
        let base = match family {
            Family::Debian => value("DEBIAN_CODENAME"),
            Family::Ubuntu => value("UBUNTU_CODENAME"),
            Family::Other => None,
        };
        Self {
            family,
            name: value("PRETTY_NAME").or_else(|| value("NAME")).unwrap_or_else(|| "this system".to_owned()),
            codename: base.or_else(|| value("VERSION_CODENAME")),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A distribution for the tests of what is told to its users.
    pub(crate) fn example(family: Family, name: &str, codename: Option<&str>) -> Distro {
        Distro { family, name: name.to_owned(), codename: codename.map(str::to_owned) }
    }

    fn check(os_release: &str, family: Family, name: &str, codename: Option<&str>) {
        assert_eq!(Distro::parse(os_release), example(family, name, codename));
    }

    #[test]
    fn debian() {
        check(
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
            Family::Debian,
            "Debian GNU/Linux 12 (bookworm)",
            Some("bookworm"),
        );
    }

    #[test]
    fn ubuntu_is_not_taken_for_debian() {
        check(
            "PRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=noble\n",
            Family::Ubuntu,
            "Ubuntu 24.04.1 LTS",
            Some("noble"),
        );
    }

    #[test]
    fn a_derivative_uses_the_release_it_is_built_on() {
        check(
            "NAME=\"Linux Mint\"\nVERSION_CODENAME=wilma\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\nUBUNTU_CODENAME=noble\n",
            Family::Ubuntu,
            "Linux Mint",
            Some("noble"),
        );
    }

    #[test]
    fn debian_testing_may_have_no_codename() {
        check("NAME='Debian GNU/Linux'\nID=debian\n", Family::Debian, "Debian GNU/Linux", None);
    }

    #[test]
    fn other_systems() {
        check(
            "NAME=\"Fedora Linux\"\nID=fedora\nVERSION_CODENAME=\"\"\n",
            Family::Other,
            "Fedora Linux",
            None,
        );
        check("", Family::Other, "this system", None);
    }
}
