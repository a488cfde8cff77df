//! Compression of an answer, as gzip (RFC 1952). API Gateway's HTTP APIs compress nothing themselves.

use miniz_oxide::deflate::compress_to_vec;

/// Magic number, deflate, no flags, no time, no extra flags, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A level that is fast enough for each answer.
const LEVEL: u8 = 6;

/// Compresses a body.
pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut compressed = HEADER.to_vec();
    compressed.extend(compress_to_vec(body, LEVEL));
    compressed.extend(crc32(body).to_le_bytes());
    // The length modulo 2^32, as the format says.
    compressed.extend(u32::try_from(body.len()).unwrap_or_default().to_le_bytes());
    compressed
}

/// The checksum of the format, without a table: answers are short.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    let add = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum));
    !bytes.iter().fold(!0, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_format() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn the_body_comes_back() {
        let body = "checkout ".repeat(1000);
        let compressed = gzip(body.as_bytes());
        let deflated = &compressed[HEADER.len()..compressed.len() - 8];
        assert_eq!(miniz_oxide::inflate::decompress_to_vec(deflated).unwrap(), body.as_bytes());
        assert!(compressed.len() < body.len() / 10);
    }
}
