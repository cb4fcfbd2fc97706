//! Which addresses a flow may reach: what a customer or a mistake puts into a request must not open the house from inside.
use crate::bot::integrations::Reach;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Azure's host service: a public number that every virtual machine there reaches from inside.
const AZURE_HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// The same service at other clouds, where it has no link-local address.
const ALIBABA_HOST: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
const AMAZON_HOST: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Whether a system that the author describes so may be at this address.
pub fn may_reach(reach: &Reach, address: IpAddr) -> bool {
    let plain = plain(address);
    is_public(address)
        || match reach {
            Reach::Public => false,
            Reach::Private => !tells_secrets(plain),
            Reach::Named(ranges) => ranges.iter().any(|range| range.contains(&plain)),
        }
}

/// The IPv4 address within an IPv6 one.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => embedded_v4(v6).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Addresses at which clouds give out keys to whoever asks from inside.
fn tells_secrets(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4 == AZURE_HOST || v4 == ALIBABA_HOST,
        IpAddr::V6(v6) => v6.segments()[0] & 0xffc0 == 0xfe80 || v6 == AMAZON_HOST,
    }
}

/// Whether an address is out in the world: not this machine, not this network, no cloud's inner service.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(a: Ipv4Addr) -> bool {
    let [first, second, third, _] = a.octets();
    let shared = first == 100 && (64..128).contains(&second);
    let benchmark = first == 198 && (18..20).contains(&second);
    let protocol = first == 192 && second == 0 && third == 0;
    let relay = first == 192 && second == 88 && third == 99;
    let special = a.is_private() || a.is_loopback() || a.is_link_local() || a.is_broadcast() || a.is_documentation();
    let odd = shared || benchmark || protocol || relay || a == AZURE_HOST;
    !(special || odd || a.is_multicast() || first == 0 || first >= 240)
}

/// Only 2000::/3 is given out for the world; within it 2001::/23 (Teredo and other protocols), 2001:db8::/32 and 3fff::/20
/// (documentation) are not.
fn is_public_v6(a: Ipv6Addr) -> bool {
    let [first, second, ..] = a.segments();
    let protocols = first == 0x2001 && second < 0x0200;
    let documentation = (first == 0x2001 && second == 0x0db8) || (first == 0x3fff && second < 0x1000);
    first & 0xe000 == 0x2000 && !protocols && !documentation
}

/// IPv4 within IPv6: mapped, compatible, NAT64, 6to4.
fn embedded_v4(a: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = a.segments();
    let last = || Ipv4Addr::from((u32::from(s[6]) << 16) | u32::from(s[7]));
    if let Some(v4) = a.to_ipv4_mapped() {
        return Some(v4);
    }
    if s[..6] == [0x64, 0xff9b, 0, 0, 0, 0] || (s[..6] == [0; 6] && s[6] != 0) {
        return Some(last());
    }
    (s[0] == 0x2002).then(|| Ipv4Addr::from((u32::from(s[1]) << 16) | u32::from(s[2])))
}
