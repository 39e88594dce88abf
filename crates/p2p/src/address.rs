//! Addresses: by which transport they are reached, and which of them may be dialled.
//!
//! What is asked of an address is asked the same of each transport, also of one that this program was built without.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use libp2p::{Multiaddr, multiaddr::Protocol};
use tokio::{net::lookup_host, time::timeout};

use crate::config::StartError;

/// How long a name may take to be looked up, and the addresses of it that are tried.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);
const LOOKUP_ADDRESSES_MAX: usize = 4;

/// How bytes travel to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Tcp,
    Quic,
}

impl Transport {
    /// The transport of an address that is a host, a port and at most a key; none of all others.
    pub(crate) fn of(address: &Multiaddr) -> Option<Self> {
        let mut parts = address.iter();
        if !matches!(
            parts.next()?,
            Protocol::Ip4(_) | Protocol::Ip6(_) | Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_)
        ) {
            return None;
        }
        let transport = match parts.next()? {
            Protocol::Tcp(_) => Self::Tcp,
            Protocol::Udp(_) if parts.next()? == Protocol::QuicV1 => Self::Quic,
            _ => return None,
        };
        let is_over = matches!((parts.next(), parts.next()), (None | Some(Protocol::P2p(_)), None));
        is_over.then_some(transport)
    }

    /// Whether this program was built with it.
    pub(crate) const fn is_built(self) -> bool {
        match self {
            Self::Tcp => true,
            Self::Quic => cfg!(feature = "quic"),
        }
    }
}

/// An address of our own configuration, which must be one that this program can use.
pub(crate) fn read_own(text: &str) -> Result<Multiaddr, StartError> {
    let unreadable = || StartError::Address { address: text.to_owned() };
    let address: Multiaddr = text.parse().map_err(|_| unreadable())?;
    let transport = Transport::of(&address).ok_or_else(unreadable)?;
    if transport.is_built() { Ok(address) } else { Err(StartError::NotBuilt { address: text.to_owned() }) }
}

/// An address under which others are to call us: it names a machine and a port.
///
/// # Errors
/// [`StartError`] names the address and what is wrong with it.
pub fn check_announced(text: &str) -> Result<(), StartError> {
    let address = read_own(text)?;
    let mut parts = address.iter();
    let is_nowhere = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip.is_unspecified(),
        Some(Protocol::Ip6(ip)) => ip.to_canonical().is_unspecified(),
        _ => false,
    };
    let is_any_port = matches!(parts.next(), Some(Protocol::Tcp(0) | Protocol::Udp(0)));
    if is_nowhere || is_any_port { Err(StartError::Nowhere { address: text.to_owned() }) } else { Ok(()) }
}

/// Whether an address may be dialled that somebody else wrote. Never one that can only mean this machine's own network or no
/// machine at all; this machine itself only where nobody from outside can call us either.
pub(crate) fn may_dial(address: &Multiaddr, is_reachable: bool) -> bool {
    let ip = match address.iter().next() {
        Some(Protocol::Ip4(ip)) => IpAddr::V4(ip),
        Some(Protocol::Ip6(ip)) => ip.to_canonical(),
        _ => return false,
    };
    let is_nowhere = match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    !(is_nowhere || ip.is_unspecified() || ip.is_multicast() || (ip.is_loopback() && is_reachable))
}

/// Whether somebody from outside can call us there.
pub(crate) fn is_outside(listen: &Multiaddr) -> bool {
    match listen.iter().next() {
        Some(Protocol::Ip4(ip)) => !ip.is_loopback(),
        Some(Protocol::Ip6(ip)) => !ip.to_canonical().is_loopback(),
        _ => true,
    }
}

/// What a listen address that leaves its port to the system has become, if it became `chosen`.
pub(crate) fn with_chosen_port(listen: &Multiaddr, chosen: &Multiaddr) -> Option<Multiaddr> {
    let is_same_host = match (listen.iter().next()?, chosen.iter().next()?) {
        (Protocol::Ip4(wanted), Protocol::Ip4(ip)) => wanted.is_unspecified() || wanted == ip,
        (Protocol::Ip6(wanted), Protocol::Ip6(ip)) => wanted.is_unspecified() || wanted == ip,
        _ => false,
    };
    let is_any_port = matches!(listen.iter().nth(1)?, Protocol::Tcp(0) | Protocol::Udp(0));
    let becomes = is_any_port && is_same_host && Transport::of(listen)? == Transport::of(chosen)?;
    becomes.then(|| listen.replace(1, |_| chosen.iter().nth(1))).flatten()
}

/// Whether a name has to be looked up first.
pub(crate) fn has_name(address: &Multiaddr) -> bool {
    matches!(address.iter().next(), Some(Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_)))
}

/// The addresses with names looked up; what has no answer is left out.
pub(crate) async fn look_up(addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
    let mut found = Vec::new();
    for address in addresses {
        if has_name(&address) {
            let looked_up = timeout(LOOKUP_TIMEOUT, look_up_one(&address)).await;
            found.extend(looked_up.ok().flatten().unwrap_or_default());
        } else {
            found.push(address);
        }
    }
    found
}

async fn look_up_one(address: &Multiaddr) -> Option<Vec<Multiaddr>> {
    let mut parts = address.iter();
    let (name, port) = (parts.next()?, parts.next()?);
    let (Protocol::Dns(host) | Protocol::Dns4(host) | Protocol::Dns6(host)) = &name else { return None };
    let (Protocol::Tcp(number) | Protocol::Udp(number)) = port else { return None };
    let fits = |socket: &SocketAddr| match name {
        Protocol::Dns4(_) => socket.is_ipv4(),
        Protocol::Dns6(_) => socket.is_ipv6(),
        _ => true,
    };
    let sockets = lookup_host((host.as_ref(), number)).await.ok()?;
    let with_ip = |ip: IpAddr| address.replace(0, |_| Some(ip.into()));
    sockets.filter(fits).take(LOOKUP_ADDRESSES_MAX).map(|socket| with_ip(socket.ip())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_a_host_a_port_and_nothing_unknown_behind_it() {
        for host in ["/ip4/192.0.2.7", "/ip6/2001:db8::1", "/dns/house.example", "/dns4/h.example", "/dns6/h.example"] {
            assert_eq!(Transport::of(&address(&format!("{host}/tcp/7400"))), Some(Transport::Tcp));
            assert_eq!(Transport::of(&address(&format!("{host}/udp/7400/quic-v1"))), Some(Transport::Quic));
        }
        for text in [
            "/ip4/192.0.2.7",
            "/tcp/7400",
            "/memory/1",
            "/ip4/192.0.2.7/udp/7400",
            "/ip4/192.0.2.7/udp/7400/quic",
            "/ip4/192.0.2.7/udp/7400/quic-v1/webtransport",
            "/ip4/192.0.2.7/tcp/7400/ws",
            "/ip4/192.0.2.7/tcp/7400/p2p-circuit",
            "/unix/run",
        ] {
            assert_eq!(Transport::of(&address(text)), None, "{text}");
        }
    }

    #[test]
    fn an_operator_reads_what_is_missing() {
        assert!(read_own("/ip4/0.0.0.0/tcp/7400").is_ok());
        for text in ["0.0.0.0:7400", "/ip4/0.0.0.0/udp/7400"] {
            assert!(matches!(read_own(text), Err(StartError::Address { .. })), "{text}");
        }
        let quic = read_own("/ip4/0.0.0.0/udp/7400/quic-v1");
        if Transport::Quic.is_built() {
            assert!(quic.is_ok());
        } else {
            let said = quic.unwrap_err().to_string();
            assert!(said.contains("/udp/7400/quic-v1") && said.contains("--features quic"), "{said}");
        }
    }

    #[test]
    fn an_address_that_nobody_can_call_is_not_announced() {
        for text in
            ["/ip4/192.0.2.7/tcp/7400", "/ip4/127.0.0.1/tcp/1", "/dns4/house.example/tcp/7400", "/ip6/::1/tcp/1"]
        {
            assert!(check_announced(text).is_ok(), "{text}");
        }
        for text in ["/ip4/0.0.0.0/tcp/7400", "/ip6/::/tcp/7400", "/ip6/::ffff:0.0.0.0/tcp/1", "/ip4/192.0.2.7/tcp/0"] {
            let said = check_announced(text).unwrap_err().to_string();
            assert!(said.contains(text) && said.contains("cannot call"), "{said}");
        }
        assert!(matches!(check_announced("192.0.2.7:7400"), Err(StartError::Address { .. })));
    }

    #[test]
    fn nobody_makes_us_call_ourselves_or_what_is_only_here() {
        for behind in ["/tcp/80", "/udp/80/quic-v1"] {
            let may_dial = |host: &str, is_reachable| may_dial(&address(&format!("{host}{behind}")), is_reachable);
            for host in
                ["/ip4/169.254.169.254", "/ip4/0.0.0.0", "/ip4/255.255.255.255", "/ip4/224.0.0.1", "/ip6/fe80::1"]
            {
                assert!(!may_dial(host, true) && !may_dial(host, false), "{host}");
            }
            for host in ["/ip4/127.0.0.1", "/ip6/::1", "/ip6/::ffff:127.0.0.1"] {
                assert!(!may_dial(host, true) && may_dial(host, false), "{host}");
            }
            assert!(may_dial("/ip4/10.0.0.1", true));
            assert!(!is_outside(&address(&format!("/ip4/127.0.0.1{behind}"))));
            assert!(is_outside(&address(&format!("/ip4/0.0.0.0{behind}"))));
        }
    }

    #[test]
    fn a_port_that_the_system_chose_is_kept_by_the_address_that_asked_for_it() {
        let with_chosen_port = |listen: &str, chosen: &str| with_chosen_port(&address(listen), &address(chosen));
        let kept = |listen: &str, chosen: &str| with_chosen_port(listen, chosen).map(|address| address.to_string());
        assert_eq!(kept("/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/5").as_deref(), Some("/ip4/127.0.0.1/tcp/5"));
        assert_eq!(
            kept("/ip4/0.0.0.0/udp/0/quic-v1", "/ip4/10.0.0.1/udp/5/quic-v1").as_deref(),
            Some("/ip4/0.0.0.0/udp/5/quic-v1")
        );
        for (listen, chosen) in [
            ("/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/5/quic-v1"),
            ("/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/5"),
            ("/ip4/127.0.0.1/tcp/0", "/ip4/10.0.0.1/tcp/5"),
            ("/ip6/::/tcp/0", "/ip4/10.0.0.1/tcp/5"),
            ("/ip4/127.0.0.1/tcp/4", "/ip4/127.0.0.1/tcp/5"),
        ] {
            assert_eq!(kept(listen, chosen), None, "{listen} {chosen}");
        }
    }

    #[tokio::test]
    async fn a_name_is_looked_up() {
        for behind in ["/tcp/7400", "/udp/7400/quic-v1"] {
            let named = address(&format!("/dns4/localhost{behind}"));
            assert!(has_name(&named));
            assert_eq!(look_up(vec![named]).await, vec![address(&format!("/ip4/127.0.0.1{behind}"))]);
        }
    }
}
