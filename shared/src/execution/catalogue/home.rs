//! Whether a model runs on a machine of one's own, where tokens cost nothing. Not who may call it: the server guards its addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ends of names that lead nowhere but into one's own network.
const OWN_NAMES: [&str; 5] = [".localhost", ".local", ".internal", ".lan", ".home.arpa"];

/// Whether a model of an Ollama at an address is computed at home. Ollama hands models with these ends on to its own cloud, wherever it
/// runs itself; without an address it is the one of this machine.
#[must_use]
pub fn runs_at_home(base_url: Option<&str>, model: &str) -> bool {
    let model = model.to_lowercase();
    let handed_on = model.ends_with("-cloud") || model.ends_with(":cloud");
    !handed_on && base_url.is_none_or(|url| is_own(host(url)))
}

/// The host of an address, without the brackets of IPv6.
fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let authority = after.get(..end).unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, it)| it);
    if let Some(inner) = place.strip_prefix('[') {
        return inner.split_once(']').map_or(inner, |(host, _)| host);
    }
    place.split_once(':').map_or(place, |(host, _)| host)
}

fn is_own(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => is_own_v4(address),
        Ok(IpAddr::V6(address)) => is_own_v6(address),
        // A name of one word is looked up in one's own network, and one that begins with a digit may be an address in disguise.
        Err(_) => {
            let word = !host.contains('.') && host.starts_with(|it: char| it.is_ascii_alphabetic());
            word || OWN_NAMES.iter().any(|end| host.ends_with(end))
        }
    }
}

fn is_own_v4(address: Ipv4Addr) -> bool {
    // 100.64.0.0/10 is what tunnels between one's own machines use.
    let tunnel = matches!(address.octets(), [100, 64..=127, _, _]);
    address.is_loopback() || address.is_private() || address.is_link_local() || tunnel
}

fn is_own_v6(address: Ipv6Addr) -> bool {
    match address.to_ipv4_mapped() {
        Some(mapped) => is_own_v4(mapped),
        None => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_of_ones_own_is_known_by_its_address() {
        for url in [
            "http://localhost:11434",
            "http://127.0.0.1:11434/api",
            "http://[::1]:11434",
            "http://[fd12::7]/",
            "http://192.168.1.20:11434",
            "http://100.101.2.3:11434",
            "http://ollama:11434",
            "http://gpu.lan",
            "https://me:secret@box.local/ollama",
            "http://host.docker.internal:11434",
        ] {
            assert!(runs_at_home(Some(url), "llama3.2"), "{url}");
        }
        assert!(runs_at_home(None, "llama3.2"));
    }

    #[test]
    fn somebody_elses_machine_and_a_cloud_behind_ones_own_are_not_home() {
        for url in [
            "https://ollama.com",
            "https://localhost.example.com",
            "https://127.0.0.1@ollama.com/",
            "http://8.8.8.8:11434",
            "http://[2606:4700::1111]:11434",
            "http://2130706433/",
            "",
        ] {
            assert!(!runs_at_home(Some(url), "llama3.2"), "{url}");
        }
        for model in ["gpt-oss:120b-cloud", "kimi-k2:cloud", "GLM-5:Cloud"] {
            assert!(!runs_at_home(Some("http://localhost:11434"), model));
        }
    }
}
