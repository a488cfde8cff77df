use ipnet::IpNet;
use proptest::prelude::*;

use super::*;

/// IANA's special-purpose registries of both versions, with all their rows of 2025.
const REGISTRIES: [&str; 51] = [
    "0.0.0.0/8",
    "0.0.0.0/32",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.9/32",
    "192.0.0.10/32",
    "192.0.0.170/32",
    "192.0.0.171/32",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.88.99.2/32",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:2::/48",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
];

/// Other refused addresses: multicast, Azure's services, and all unallocated IPv6 (outside of 2000::/3), including
/// those that embed an IPv4 address and those local to a site.
const OTHERS: [&str; 9] = [
    "224.0.0.0/4",
    "168.63.129.16/32",
    "::/3",
    "4000::/2",
    "8000::/1",
    "::/96",
    "::ffff:0:0:0/96",
    "fec0::/10",
    "ff00::/8",
];

fn refused() -> impl Iterator<Item = IpNet> {
    REGISTRIES.into_iter().chain(OTHERS).map(|net| net.parse().unwrap())
}

/// The expected result, from the lists above instead.
fn expected(address: IpAddr) -> bool {
    !refused().any(|net| net.contains(&address))
}

fn any_address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| Ipv4Addr::from(bits).into()),
        any::<u128>().prop_map(|bits| Ipv6Addr::from(bits).into()),
        // The range of nearly all allocated addresses, and of all exceptions.
        (any::<u128>(), 0x2000..0x4000_u128).prop_map(|(bits, top)| v6_address(top << 112 | bits >> 16)),
        (any::<u128>(), 0x2001_0000..0x2003_0000_u128)
            .prop_map(|(bits, top)| v6_address(top << 96 | bits >> 32)),
    ]
}

fn refused_address() -> impl Strategy<Value = IpAddr> {
    let nets: Vec<_> = refused().collect();
    (proptest::sample::select(nets), any::<u128>()).prop_map(|(net, bits)| match net {
        IpNet::V4(net) => {
            Ipv4Addr::from(u32::from(net.network()) | bits as u32 & u32::from(net.hostmask())).into()
        }
        IpNet::V6(net) => v6_address(u128::from(net.network()) | bits & u128::from(net.hostmask())),
    })
}

fn v6_address(bits: u128) -> IpAddr {
    Ipv6Addr::from(bits).into()
}

/// The ways in which IPv6 embeds an IPv4 address: mapped, compatible, translated (RFC 2765), by NAT64 with both
/// prefixes, 6to4, Teredo (which has the client's inverted, and the server's), ISATAP in a public network.
fn embeddings(address: Ipv4Addr) -> Vec<IpAddr> {
    let bits = u128::from(u32::from(address));
    let plain = ["::ffff:0:0", "::", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"];
    let isatap = ["2600:1f00::5efe:0:0", "2600:1f00::200:5efe:0:0"];
    let prefix = |text: &str| u128::from(text.parse::<Ipv6Addr>().unwrap());
    let mut all: Vec<_> = plain.iter().chain(&isatap).map(|text| prefix(text) | bits).collect();
    all.push(prefix("2002::") | bits << 80);
    all.push(prefix("2001::") | u128::from(!u32::from(address)));
    all.push(prefix("2001::") | bits << 64);
    all.into_iter().map(v6_address).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_address_of_a_special_block_is_public(address in refused_address()) {
        prop_assert!(!is_public(address));
    }

    #[test]
    fn all_but_the_listed_blocks_is_public(address in any_address()) {
        let isatap = matches!(address, IpAddr::V6(address) if is_isatap(address));
        prop_assert_eq!(is_public(address), expected(address) && !isatap);
    }

    #[test]
    fn no_way_to_carry_an_ipv4_address_in_ipv6_is_public(bits in any::<u32>()) {
        for address in embeddings(Ipv4Addr::from(bits)) {
            prop_assert!(!is_public(address), "{}", address);
        }
    }
}

#[test]
fn no_private_ipv4_address_can_be_carried_in_ipv6() {
    for net in refused() {
        let IpNet::V4(net) = net else { continue };
        for address in [net.network(), net.broadcast()] {
            assert!(embeddings(address).into_iter().all(|carrier| !is_public(carrier)), "{address}");
        }
    }
}

#[test]
fn blocks_begin_and_end_where_the_registries_say() {
    for net in refused() {
        let (below, above) = match net {
            IpNet::V4(net) => (
                u32::from(net.network()).checked_sub(1).map(|bits| Ipv4Addr::from(bits).into()),
                u32::from(net.broadcast()).checked_add(1).map(|bits| Ipv4Addr::from(bits).into()),
            ),
            IpNet::V6(net) => (
                u128::from(net.network()).checked_sub(1).map(v6_address),
                u128::from(net.broadcast()).checked_add(1).map(v6_address),
            ),
        };
        assert!(!is_public(net.network()) && !is_public(net.broadcast()), "{net}");
        for outside in [below, above].into_iter().flatten() {
            assert_eq!(is_public(outside), expected(outside), "{outside}, beside {net}");
        }
    }
}

#[test]
fn addresses_of_well_known_servers_are_public() {
    let public = ["1.1.1.1", "8.8.8.8", "52.94.236.248", "100.63.255.255", "100.128.0.0", "172.32.0.0"];
    let public_v6 =
        ["2606:4700:4700::1111", "2a00:1450:4001:829::200e", "2600:1f18::1", "2001:4860:4860::8888"];
    for address in public.into_iter().chain(public_v6) {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn addresses_with_metadata_and_credentials_are_not_public() {
    let metadata = [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "169.254.100.1",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
    ];
    for address in metadata {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}
