//! The API as clients see it, over HTTP: each test with a server and tables of its own.

mod sessions;
