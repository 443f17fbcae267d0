//! What a browser calls itself, for people: its name, its major version and the system. Not a detection of what it can do.

/// How browsers are told apart, those first that also pass for another (each carries the signs of its ancestors).
const BROWSERS: [(&str, &str); 8] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
];

/// How systems are told apart, those first that also pass for another.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// `Firefox 140 on Linux`; `None` for a program that no browser passes for.
#[must_use]
pub fn readable(user_agent: &str) -> Option<String> {
    let known = BROWSERS
        .iter()
        .find_map(|(sign, name)| Some((*name, user_agent.split_once(sign)?.1)));
    // Safari's own number counts builds; the one that people know stands apart.
    let safari = || {
        let version = user_agent.split_once("Version/")?.1;
        user_agent
            .contains("Safari/")
            .then_some(("Safari", version))
    };
    let (name, version) = known.or_else(safari)?;
    let major: String = version.chars().take_while(char::is_ascii_digit).collect();
    let system = SYSTEMS.iter().find(|(sign, _)| user_agent.contains(sign));
    let place = system.map_or_else(String::new, |(_, name)| format!(" on {name}"));
    Some(format!("{name} {major}{place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_has_its_own_name_and_not_the_one_it_passes_for() {
        let agents = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox 140 on Linux",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
                "Chrome 156 on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.1",
                "Edge 150 on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15",
                "Safari 19 on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile/15E148 Safari/604.1",
                "Chrome 150 on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36",
                "Samsung Internet 27 on Android",
            ),
        ];
        for (agent, name) in agents {
            assert_eq!(readable(agent).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_program_keeps_the_name_that_it_gives_itself() {
        assert_eq!(readable("curl/8.14.1"), None);
        assert_eq!(readable(""), None);
    }
}
