//! The shape of a watcher's progress: deployments have stored it, and read it after an update.

use alloy::primitives::B256;
use shared::kernel::Timestamp;

use super::Progress;
use crate::sighting::BlockRef;

fn block(number: u64) -> BlockRef {
    BlockRef { number, hash: B256::repeat_byte(0xb1), time: Timestamp::from_millis(1_759_387_147_000) }
}

#[test]
fn a_watchers_progress_keeps_its_shape() {
    let mut progress = Progress::starting_at(block(100));
    progress.see(block(104));
    let text = serde_json::to_string(&progress).unwrap();
    insta::assert_snapshot!(text, @r#"{"seen":{"number":104,"hash":"0xb1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1","time":1759387147000},"confirmed":{"number":100,"hash":"0xb1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1","time":1759387147000},"trail":[{"number":100,"hash":"0xb1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1","time":1759387147000},{"number":104,"hash":"0xb1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1","time":1759387147000}]}"#);
    let read: Progress = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
}
