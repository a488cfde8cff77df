//! The subcommands, one file each.

mod database;
pub(crate) mod evidence;
pub(crate) mod keys;
pub(crate) mod republish;
pub(crate) mod smoke;
