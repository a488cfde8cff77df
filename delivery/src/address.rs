//! Public addresses: those on the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// Addresses that no merchant's server can have: IANA's special-purpose registry, multicast, and the addresses of cloud
/// providers' internal services. Blocks that the registry calls reachable (anycast for relays and for name servers) are
/// included, since no endpoint answers there.
const SPECIAL_V4: [Ipv4Net; 18] = [
    // "This network", which systems take for themselves.
    v4(0, 0, 0, 0, 8),
    // Private.
    v4(10, 0, 0, 0, 8),
    // Shared by a carrier's customers; some clouds' metadata.
    v4(100, 64, 0, 0, 10),
    // Loopback.
    v4(127, 0, 0, 0, 8),
    // Azure's own services, at an address that is public by its number.
    v4(168, 63, 129, 16, 32),
    // Link-local, which has metadata and credentials on most clouds.
    v4(169, 254, 0, 0, 16),
    // Private.
    v4(172, 16, 0, 0, 12),
    // Of protocols; some clouds' metadata.
    v4(192, 0, 0, 0, 24),
    // Documentation.
    v4(192, 0, 2, 0, 24),
    // Name servers for private addresses, multicast relays.
    v4(192, 31, 196, 0, 24),
    v4(192, 52, 193, 0, 24),
    // Relays to 6to4.
    v4(192, 88, 99, 0, 24),
    // Private.
    v4(192, 168, 0, 0, 16),
    // Name servers for private addresses.
    v4(192, 175, 48, 0, 24),
    // Benchmarks.
    v4(198, 18, 0, 0, 15),
    // Documentation.
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    // Multicast, reserved, broadcast.
    v4(224, 0, 0, 0, 3),
];

/// The allocated part of IPv6. This excludes loopback, local, multicast and reserved addresses, and all that embed an
/// IPv4 address (mapped, compatible, translated by NAT64), since their number does not reveal their target.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// Special blocks inside the allocated part.
const SPECIAL_V6: [Ipv6Net; 5] = [
    // Of protocols: Teredo, benchmarks, identifiers that are no addresses, relays.
    v6(0x2001, 0, 0, 23),
    // Documentation.
    v6(0x2001, 0xdb8, 0, 32),
    // 6to4, which carries an IPv4 address.
    v6(0x2002, 0, 0, 16),
    // Name servers for private addresses.
    v6(0x2620, 0x4f, 0x8000, 48),
    // Documentation.
    v6(0x3fff, 0, 0, 20),
];

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// Returns true for an address that a merchant's server can have.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => {
            let special = SPECIAL_V6.iter().any(|net| net.contains(&address));
            GLOBAL_V6.contains(&address) && !special && !is_isatap(address)
        }
    }
}

/// Returns true if the last half embeds an IPv4 address, as ISATAP tunnels do under any prefix.
fn is_isatap(address: Ipv6Addr) -> bool {
    let [_, _, _, _, flags, tag, ..] = address.segments();
    // The ignored bit says if the IPv4 address is unique.
    flags & !0x0200 == 0 && tag == 0x5efe
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
